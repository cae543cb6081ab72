/** What short words mean for the floor. Compared without case, accents of punctuation, and repetition. */

const BACK_CHANNELS = new Set(
  (
    'uh-huh uhhuh mhm mm-hmm mmhmm mm hmm hm uh um ah oh okay ok yeah yes yep right sure good great nice cool wow really i see got it ' +
    'نعم ايوه طيب تمام صح ja genau stimmt oui ouais si claro vale'
  ).split(' '),
);

/** Of other languages, where they mean nothing else: "para" and "halt" may go on with a sentence. */
const WAITS_ELSEWHERE = 'توقف|قف|انتظر|stopp|warte|arrête|attends|espera';

const STOPS = [
  /^(please )?stop( it| that| talking)?( please)?$/,
  /^(hold on|wait|wait a (second|minute|moment)|be quiet|quiet|shut up|enough|pause)$/,
  new RegExp(`^(${WAITS_ELSEWHERE}|halt|para)$`),
];

/** "How long must I ... wait for it?" is one question; "Wait, tell me ..." is another than the one before it. */
const OPENINGS = [
  /^(no |oh |but )?(wait|hold on|hang on|stop|never mind|excuse me)(?! (for|until|till|in|at)\b)\b/,
  new RegExp(`^(${WAITS_ELSEWHERE}|لحظة)( |$)`),
];

export const normaliseWords = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}'\- ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** Only sounds of attention ("uh-huh", "yeah, right"), or nothing at all. */
export const isBackChannel = (text: string): boolean => {
  const words = normaliseWords(text);
  return words === '' || (words.length <= 40 && words.split(' ').every((word) => BACK_CHANNELS.has(word)));
};

/** A whole utterance that asks the avatar to be silent: it counts at once. */
export const isStopWord = (text: string): boolean => {
  const words = normaliseWords(text);
  return STOPS.some((pattern) => pattern.test(words));
};

/** Words that turn away from what was said before them, instead of going on with it. */
export const beginsAnew = (text: string): boolean => {
  const words = normaliseWords(text);
  return OPENINGS.some((pattern) => pattern.test(words));
};

export const sameWords = (a: string, b: string): boolean => normaliseWords(a) === normaliseWords(b);
