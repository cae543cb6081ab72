import type { Emotion, Gesture } from '../core/speech.ts';
import { normaliseWord } from './knowledge/normalise.ts';

export interface SmallTalk {
  readonly text: string;
  readonly emotion?: Emotion;
  readonly gesture?: Gesture;
}

interface Topic {
  readonly when: RegExp;
  readonly answers: readonly string[];
  readonly emotion?: Emotion;
  readonly gesture?: Gesture;
}

/** Whole utterances only: a question that merely contains "thanks" is still a question. `{name}` is the persona's. */
const ENGLISH: readonly Topic[] = [
  {
    when: /^(oh )?(hi|hello|hey|good (morning|afternoon|evening)|greetings)( there| again)?( \w+)?$/,
    answers: ['Hello! What would you like to know?', 'Hi there! How can I help?', 'Hello! Nice to see you.'],
    emotion: 'happy',
    gesture: 'nod',
  },
  {
    when: /^(how are you|how is it going|how do you do|are you (okay|well))( today| doing)?$/,
    answers: ["I'm very well, thank you. What can I do for you?", "I'm fine, thanks for asking! What would you like to talk about?"],
    emotion: 'happy',
    gesture: 'smile',
  },
  {
    when: /^(what is|what s|tell me|may i ask) your name( please)?$|^who are you$/,
    answers: [
      "I'm {name}. I listen, I answer, and you may interrupt me at any time.",
      'My name is {name}. I am a talking avatar, drawn while we speak.',
    ],
    emotion: 'happy',
  },
  {
    when: /^(okay |great |ok )?(thanks|thank you|thank you very much|thanks a lot|many thanks|cheers)( \w+)?$/,
    answers: ["You're welcome!", 'My pleasure.', 'Any time!'],
    emotion: 'happy',
    gesture: 'nod',
  },
  {
    when: /^(good ?bye|bye|bye bye|see you|see you later|that s all|that is all|have a nice day)( \w+)?$/,
    answers: ['Goodbye! It was nice talking to you.', 'Bye! Come back whenever you like.'],
    emotion: 'happy',
    gesture: 'nod',
  },
  {
    when: /^(you are|you re|that (is|was|s)) (very )?(great|nice|good|wonderful|amazing|helpful|beautiful|cool|funny|smart)$/,
    answers: ['Thank you, that is kind of you.', 'Oh, thank you!'],
    emotion: 'happy',
    gesture: 'smile',
  },
  {
    when: /^(tell me|do you know) (a|another) joke( please)?$|^make me laugh$/,
    answers: [
      'Why did the packet cross the network? To get to the other site.',
      'I told my microphone a joke. It gave me feedback.',
      'There are two hard things in video calls: you are on mute, and you are on mute.',
    ],
    emotion: 'happy',
    gesture: 'smile',
  },
  {
    when: /^(are you|you are) (a |an )?(human|real|real person|person|robot|machine|ai|computer|bot)( or a (human|robot|machine|person))?$/,
    answers: ["I'm a computer program with a drawn face and a made voice. The listening is real, though."],
    gesture: 'smile',
  },
  {
    when: /^(can|do) you (hear|understand) me$|^(is this|is it) working$|^testing( testing)?( one two( three)?)?$/,
    answers: ['Yes, I can hear you.', 'Loud and clear.'],
    gesture: 'nod',
  },
  { when: /^how old are you$|^when were you born$/, answers: ['I was drawn quite recently, so I am rather young.'], emotion: 'happy' },
  {
    when: /^(i am|i m) (very |so )?(sad|tired|angry|lonely|unhappy|stressed)$/,
    answers: ["I'm sorry to hear that. I'm here, and I have time."],
    emotion: 'sad',
    gesture: 'tilt',
  },
  {
    when: /^(you are|you re) (stupid|dumb|bad|useless|wrong|boring|terrible)$/,
    answers: ["I'm sorry. Tell me what I got wrong, and I'll try again."],
    emotion: 'sad',
  },
  {
    when: /^(stop|be quiet|shut up|enough|wait|hold on|pause)( please)?$/,
    answers: ['Of course.', 'Sure, I am listening.'],
    gesture: 'nod',
  },
  { when: /^(never ?mind|forget it|nothing|no thanks|no thank you)$/, answers: ['All right.', 'No problem.'], gesture: 'nod' },
];

const ARABIC: readonly Topic[] = [
  {
    when: /^(مرحبا|اهلا|السلام عليكم|سلام عليكم|صباح الخير|مساء الخير|اهلا وسهلا)$/,
    answers: ['مرحباً! كيف يمكنني مساعدتك؟', 'أهلاً وسهلاً! بماذا أستطيع أن أساعدك؟'],
    emotion: 'happy',
    gesture: 'nod',
  },
  { when: /^(كيف حالك|كيفك|شلونك)( اليوم)?$/, answers: ['أنا بخير، شكراً لك. كيف يمكنني مساعدتك؟'], emotion: 'happy', gesture: 'smile' },
  { when: /^(ما اسمك|من انت)$/, answers: ['اسمي {name}، وأنا شخصية رقمية تتحدث معك.'], emotion: 'happy' },
  { when: /^(شكرا|شكرا لك|شكرا جزيلا)$/, answers: ['على الرحب والسعة!', 'عفواً!'], emotion: 'happy', gesture: 'nod' },
  { when: /^(مع السلامه|وداعا|الي اللقاء)$/, answers: ['مع السلامة! سعدت بالحديث معك.'], emotion: 'happy', gesture: 'nod' },
];

/** The answer to an utterance that is only small talk. `seed` chooses among equivalent answers. */
export function smallTalk(text: string, persona: string, seed: number): SmallTalk | undefined {
  const words = text
    .toLowerCase()
    .replace(/['’]/g, ' ')
    .replace(/[^\p{L}\p{N} ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const arabic = /\p{Script=Arabic}/u.test(words);
  // The article carries meaning in set phrases, so only letters are folded here.
  const folded = arabic
    ? words
        .split(' ')
        .map((word) => normaliseWord(`_${word}`).replace(/^_/, ''))
        .join(' ')
    : words;
  const topic = (arabic ? ARABIC : ENGLISH).find(({ when }) => when.test(folded));
  if (!topic) return undefined;
  const { answers, emotion, gesture } = topic;
  const answer = answers[Math.abs(seed) % answers.length] as string;
  return { text: answer.replaceAll('{name}', persona), ...(emotion ? { emotion } : {}), ...(gesture ? { gesture } : {}) };
}
