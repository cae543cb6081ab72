import type { Feeling } from '../core/emotion.ts';
import type { Emotion } from '../core/speech.ts';
import type { Message, ReplyPart } from './contract.ts';

/** A word of sympathy before the matter, for those whose words show that they need it. */
const WORDS: Readonly<Record<'en' | 'ar', Partial<Readonly<Record<Emotion, string>>>>> = {
  en: { sad: "I'm sorry to hear that. ", angry: 'I understand that this is annoying. ', fearful: "Don't worry, I am here. " },
  ar: { sad: 'يؤسفني سماع ذلك. ', angry: 'أتفهم انزعاجك. ', fearful: 'لا تقلق، أنا هنا. ' },
};
const SURE = 0.5;
const STRONG = 0.5;
/** A face of concern, or of shared joy. */
const CONCERN = { emotion: 'sad', intensity: 0.4 } as const;
const JOY = { emotion: 'happy', intensity: 0.5 } as const;

/** What an answer begins with when the visitor feels something; said once, not before every answer. */
export function sympathy(visitor: Feeling | undefined, history: readonly Message[], language: 'en' | 'ar'): ReplyPart[] {
  if (!visitor || visitor.confidence < SURE || visitor.intensity < STRONG) return [];
  if (visitor.emotion === 'happy') return [{ type: 'emotion', ...JOY }];
  const words = WORDS[language][visitor.emotion];
  if (!words) return [];
  const last = history.findLast(({ role }) => role === 'assistant');
  const isSaid = Object.values(WORDS[language]).some((said) => last?.text.startsWith(said.trim()));
  return [{ type: 'emotion', ...CONCERN }, ...(isSaid ? [] : [{ type: 'text', text: words } as const])];
}

export const wordsOfSympathy = (language: 'en' | 'ar'): readonly string[] => Object.values(WORDS[language]).map((words) => words.trim());
