import type { Recognition } from '../asr/asr.ts';
import { isHanging, turnWords, wordFeatures } from './turn-words.ts';
import { WITH_LANGUAGE_MODEL, WORDS_ALONE } from './turn-weights.ts';

/**
 * How much silence ends the turn, judged from the words: the likelier they are all, the less. On the hard set of
 * bench/turn-end.ts a fixed silence with the same median wait cuts off twice as many pauses. The sound of the last word is
 * left out on purpose: it tells pauses that were put into fluent speech from ends, but hardly the pauses that speakers make
 * themselves, before which they lengthen and fade just as well.
 */
export interface TurnRuleOptions {
  /** When the words are complete. */
  readonly holdMs: number;
  /** When they are not. */
  readonly hangingHoldMs: number;
  /** log10 P(end of sentence), with the decoder's language weight in it, below which no question is told as complete. */
  readonly unfinishedLog10: number;
}

/** What is known when the speaker falls silent. */
export interface TurnEvidence extends Recognition {
  /** BCP 47. */
  readonly language: string;
}

export interface TurnJudgement {
  readonly holdMs: number;
  readonly reason: 'complete' | 'hanging' | 'unfinished' | 'no-words';
}

export type TurnJudge = (evidence: TurnEvidence, options: TurnRuleOptions) => TurnJudgement;

/** Weights of a logistic regression by the names of its features. */
export type WeightsOf<Features> = { readonly [Name in keyof Features]: number } & { readonly bias: number };

/** Logits from which the words count as complete, and up to which they do not: chosen on the hard set, all that was. */
const COMPLETE_LOGIT = 1;
const UNFINISHED_LOGIT = 0.5;

/** What is known of words is known of English ones: others count as rather complete. */
const FOREIGN_LOGIT = 0.9;

const END_MARK = /[.?!\u061f\u3002]\s*$/;

export function judgeTurn(evidence: TurnEvidence, options: TurnRuleOptions): TurnJudgement {
  const words = turnWords(evidence.text);
  const last = words.at(-1);
  if (last === undefined) return { holdMs: options.hangingHoldMs, reason: 'no-words' };
  if (!/^en(-|$)/i.test(evidence.language)) return { holdMs: Math.round(holdFor(FOREIGN_LOGIT, options)), reason: 'complete' };
  const holdMs = Math.round(holdFor(sentenceEndLogit(evidence), options));
  if (isHanging(last) && !END_MARK.test(evidence.text)) return { holdMs, reason: 'hanging' };
  const isUnfinished = evidence.sentenceEndLog10 !== undefined && evidence.sentenceEndLog10 < options.unfinishedLog10;
  return { holdMs, reason: isUnfinished ? 'unfinished' : 'complete' };
}

/** Logit of P(the turn ends after these English words), where half of all pauses are ends. */
export function sentenceEndLogit({ text, sentenceEndLog10, continuationLog10 }: Recognition): number {
  const features = wordFeatures(turnWords(text), END_MARK.test(text));
  if (sentenceEndLog10 === undefined || continuationLog10 === undefined) return weigh(features, WORDS_ALONE);
  return weigh({ ...features, sentenceEndLog10, continuationLog10 }, WITH_LANGUAGE_MODEL);
}

/** Changes evenly between the two bounds. */
function holdFor(end: number, { holdMs, hangingHoldMs }: TurnRuleOptions): number {
  const completeShare = (end - UNFINISHED_LOGIT) / (COMPLETE_LOGIT - UNFINISHED_LOGIT);
  return hangingHoldMs + (holdMs - hangingHoldMs) * Math.min(1, Math.max(0, completeShare));
}

function weigh<Features extends Readonly<Record<string, number>>>(features: Features, weights: WeightsOf<Features>): number {
  return Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name as keyof Features] ?? 0), weights.bias);
}
