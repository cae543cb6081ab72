import type { WeightsOf } from './turn-rule.ts';
import type { WordFeatures } from './turn-words.ts';

/**
 * Written by models/turn/train.ts from 246 texts with 1798 beginnings. Logits of P(end). Area under the curve, each tenth of
 * the texts judged by weights from the others: 0.929; without a language model 0.850.
 */
export const WITH_LANGUAGE_MODEL: WeightsOf<WordFeatures & { sentenceEndLog10: number; continuationLog10: number }> = {
  bias: -0.3999,
  hanging: -2.6308,
  mayHang: -1.0593,
  closing: 0.2655,
  halfClause: -0.9359,
  single: -1.8272,
  length: 2.8769,
  sentenceEndLog10: 0.2908,
  continuationLog10: -0.0845,
};

/** For recognisers that give words only. */
export const WORDS_ALONE: WeightsOf<WordFeatures> = {
  bias: -2.2327,
  hanging: -4.0195,
  mayHang: -2.0891,
  closing: 0.4367,
  halfClause: -0.724,
  single: -1.9751,
  length: 3.5053,
};
