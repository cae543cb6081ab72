import { isContentWord, wordsOf } from './normalise.ts';

const OPENERS =
  /^(what|who|whom|whose|which|where|when|why|how|is|are|am|was|were|do|does|did|can|could|will|would|should|may|have|has|tell|explain|describe|show|give|say|please|ما|ماذا|من|هل|كيف|اين|متي|لماذا|اخبرني)$/;

/** Words that say nothing about the subject, but end a question: "can I interrupt you". */
const ENDS = /^(you|me|it|this|that|them|us|him|her|there|here)$/;

/**
 * Whether words sound like a whole question or request: it begins like one and does not end in a word that wants another
 * ("what is the …"). Says nothing about whether anybody knows the answer.
 */
export function soundsWhole(text: string): boolean {
  const words = wordsOf(text);
  const first = words.slice(0, 3).findIndex((word) => OPENERS.test(word));
  const last = words.at(-1);
  return first >= 0 && words.length - first >= 2 && last !== undefined && (isContentWord(last) || ENDS.test(last));
}
