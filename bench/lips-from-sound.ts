import { CLASS_OF_VISEME, MOUTH_CLASSES, visemeAt } from '../server/face/lip-sync/mouth-classes.ts';
import { LOOK_AHEAD_MS, openLipSync } from '../server/face/lip-sync/lip-sync.ts';
import { phonesFromSound } from '../server/face/lip-sync/heard-phones.ts';
import { HOP_MS } from '../server/face/lip-sync/sound-features.ts';
import { configSchema } from '../server/core/config-schema.ts';
import { HEARING_RATE_HZ } from '../server/core/media-time.ts';
import type { Phone } from '../server/core/speech.ts';
import { readingOfSound } from '../server/speaking/estimated-phones.ts';
import espeak from '../server/speaking/tts/espeak.ts';
import { type LabelledSpeech, labelledSpeech } from './labelled-speech.ts';
import { alignTable, quantile, type ReportRow } from './report.ts';

/**
 * L6: what the lips would do by sound alone, against recordings of people whose phones were labelled. The sound comes in
 * packets of 20 ms, as in a call, and no frame hears more than the look-ahead.
 *
 * Right class: of all frames of 10 ms, silence included, those whose mouth (one of six, see mouth-classes.ts) is that of the
 * phone that the labels have at the middle of the frame. No frame is left out and no border is forgiven.
 *
 * Timing: each border in the labels where the class changes to a mouth that lasts at least 30 ms, against the nearest frame
 * at which the lips change to that class. Where there is none within 150 ms, the border counts as missed, and as later
 * than any other.
 *
 * Beside it what voices and recordings get whose sound is there as a whole, by the sound alone and by sound and text.
 */
const PACKET_SAMPLES = (20 * HEARING_RATE_HZ) / 1000;
const NEAR_MS = 150;
const SHORTEST_MS = 30;

interface Judged {
  readonly name: string;
  readonly wanted: readonly number[];
  readonly shown: readonly number[];
}

export interface LipsFromSound {
  readonly rows: readonly ReportRow[];
  readonly notes: readonly string[];
}

export async function lipsFromSound(): Promise<LipsFromSound> {
  const speech = await labelledSpeech();
  if (speech.length === 0)
    return { rows: [{ id: 'L6', figure: 'lips from sound alone', value: 'no labelled speech here', goal: '>= 70 %' }], notes: [] };
  // Once before it counts, so that compiling the program does not.
  judge(speech.at(-1) as LabelledSpeech);
  const before = process.cpuUsage();
  const judged = speech.map(judge);
  const { user, system } = process.cpuUsage(before);
  const frames = judged.reduce((sum, { shown }) => sum + shown.length, 0);
  const perFrameMs = ((user + system) / 1000 / frames) * (40 / HOP_MS);
  const right = shareRight(judged);
  const offsets = judged.flatMap(borderOffsetsMs);
  const medianMs = quantile(offsets, 0.5);
  const whole = speech.map((one) => judgedBy(one, phonesFromSound(one.pcm, HEARING_RATE_HZ)));
  const withText = await judgedWithText(speech);
  const found = offsets.filter((ms) => ms <= NEAR_MS).length / offsets.length;
  return {
    rows: [
      { id: 'L6', figure: 'lips from sound alone: right mouth of six', value: percent(right), goal: '>= 70 %', pass: right >= 0.7 },
      {
        id: 'L6',
        figure: `its time against the labels, median (${percent(found)} of ${offsets.length} found)`,
        value: `${medianMs.toFixed(0)} ms`,
        goal: '<= 35 ms',
        pass: medianMs <= 35,
      },
      { id: 'L6', figure: 'look-ahead', value: `${LOOK_AHEAD_MS} ms`, goal: '<= 60 ms', pass: LOOK_AHEAD_MS <= 60 },
      { id: 'L6', figure: 'the same of sound that is there as a whole', value: summary(whole) },
      { id: 'L6', figure: 'the same where the text is known, too', value: withText ? summary(withText) : 'no espeak-ng here' },
      { id: 'L6', figure: 'work for 40 ms of sound', value: `${perFrameMs.toFixed(2)} ms`, goal: '< 1 ms', pass: perFrameMs < 1 },
    ],
    notes: [
      `right by recording: ${judged.map((one) => `${one.name} ${percent(shareRight([one]))}`).join(', ')}`,
      `always the commonest mouth would be right in ${percent(commonestShare(judged))}`,
      'labelled (down) and shown (across), in frames of 10 ms:',
      ...confusion(judged),
    ],
  };
}

function judge({ name, pcm, phones }: LabelledSpeech): Judged {
  const lips = openLipSync(HEARING_RATE_HZ);
  const shown: number[] = [];
  for (let at = 0; at < pcm.length; at += PACKET_SAMPLES)
    shown.push(...lips.push(pcm.subarray(at, at + PACKET_SAMPLES)).map(({ mouth }) => MOUTH_CLASSES.indexOf(mouth)));
  shown.push(...lips.end().map(({ mouth }) => MOUTH_CLASSES.indexOf(mouth)));
  return { name, shown, wanted: shown.map((_, i) => CLASS_OF_VISEME[visemeAt(phones, (i + 0.5) * HOP_MS)] as number) };
}

const judgedBy = ({ name, pcm, phones }: LabelledSpeech, shown: readonly Phone[]): Judged => {
  const classes = (of: readonly Phone[]) =>
    Array.from(
      { length: Math.floor((pcm.length * 1000) / HEARING_RATE_HZ / HOP_MS) },
      (_, i) => CLASS_OF_VISEME[visemeAt(of, (i + 0.5) * HOP_MS)] as number,
    );
  return { name, shown: classes(shown), wanted: classes(phones) };
};

/** As a voice of a speech server gets its phones: those of espeak-ng for the text, placed by the sound. */
async function judgedWithText(speech: readonly LabelledSpeech[]): Promise<Judged[] | undefined> {
  const config = configSchema.parse({}).speaking;
  const voice = espeak.optionsSchema.parse({});
  if (!(await espeak.isAvailable(voice, config)).available) return undefined;
  await using reader = await espeak.create(config);
  const judged: Judged[] = [];
  for (const one of speech) {
    const reading = await reader.synthesize({ text: one.text, language: 'en-US', rate: 1, voice, signal: AbortSignal.timeout(60_000) });
    judged.push(judgedBy(one, readingOfSound(reading, { pcm: one.pcm, sampleRateHz: HEARING_RATE_HZ }).phones));
  }
  return judged;
}

const summary = (judged: readonly Judged[]): string =>
  `${percent(shareRight(judged))}, ${quantile(judged.flatMap(borderOffsetsMs), 0.5).toFixed(0)} ms`;

function shareRight(judged: readonly Judged[]): number {
  const frames = judged.flatMap(({ shown, wanted }) => shown.map((mouth, i) => mouth === wanted[i]));
  return frames.filter(Boolean).length / frames.length;
}

function commonestShare(judged: readonly Judged[]): number {
  const wanted = judged.flatMap((one) => one.wanted);
  return Math.max(...MOUTH_CLASSES.map((_, mouth) => wanted.filter((value) => value === mouth).length)) / wanted.length;
}

function borderOffsetsMs({ wanted, shown }: Judged): number[] {
  const changes = (of: readonly number[]) => of.flatMap((mouth, i) => (i > 0 && of[i - 1] !== mouth ? [{ mouth, i }] : []));
  const shownChanges = changes(shown);
  return changes(wanted).flatMap(({ mouth, i }, n, all) => {
    const lastsMs = ((all[n + 1]?.i ?? wanted.length) - i) * HOP_MS;
    if (lastsMs < SHORTEST_MS) return [];
    const nearest = Math.min(...shownChanges.filter((change) => change.mouth === mouth).map((change) => Math.abs(change.i - i) * HOP_MS));
    return [nearest <= NEAR_MS ? nearest : Number.POSITIVE_INFINITY];
  });
}

function confusion(judged: readonly Judged[]): string[] {
  const rows = MOUTH_CLASSES.map((name, wanted) => {
    const shown = judged.flatMap((one) => one.shown.filter((_, i) => one.wanted[i] === wanted));
    const counts = MOUTH_CLASSES.map((_, mouth) => shown.filter((value) => value === mouth).length);
    return [name, ...counts.map(String), percent((counts[wanted] as number) / Math.max(1, shown.length))];
  });
  return alignTable([['', ...MOUTH_CLASSES, 'right'], ...rows]);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
