import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { knowledge } from '../../bench/speech-material.ts';
import { Decoder } from '../../server/hearing/asr/decoder.ts';
import { findModel, loadPocketSphinx } from '../../server/hearing/asr/pocketsphinx-library.ts';
import type { WeightsOf } from '../../server/hearing/turn/turn-rule.ts';
import { turnWords, wordFeatures, type WordFeatures } from '../../server/hearing/turn/turn-words.ts';
import { areaUnderCurve, type Example, fitLogistic, type LogisticModel, logit } from './logistic.ts';

/**
 * Learns the weights of the end of a turn from texts alone: whole utterances are ends, their beginnings are pauses. The texts
 * are ours (`utterances.txt`, and the questions of the knowledge); none of them is spoken in the hard set of
 * `bench/turn-end.ts`, which therefore stays a test. Run: node models/turn/train.ts
 */
const TEXTS = fileURLToPath(new URL('./utterances.txt', import.meta.url));
const WEIGHTS = fileURLToPath(new URL('../../server/hearing/turn/turn-weights.ts', import.meta.url));
const PENALTY = 2;
const FOLDS = 10;
const PAUSES_SHOWN = [0.5, 0.6, 0.7, 0.8, 0.9];

const files = await findModel();
if (!files) throw new Error('The English model of PocketSphinx is missing');
const decoder = await Decoder.load(loadPocketSphinx(), files);
const texts = [...readFileSync(TEXTS, 'utf8').trim().split('\n'), ...knowledge().questions].map(turnWords);
const beginnings = texts.flatMap((words, text) =>
  words.map((_, i) => {
    const said = words.slice(0, i + 1);
    const isEnd = said.length === words.length;
    // One pause and one end per text: how often a pause is an end the texts cannot tell, and long ones count no more.
    const weight = isEnd ? 1 : 1 / (words.length - 1);
    return { text, isEnd, weight, features: { ...wordFeatures(said), ...decoder.expect(said) } };
  }),
);
decoder.free();

const wordNames: (keyof WordFeatures)[] = ['hanging', 'mayHang', 'closing', 'halfClause', 'single', 'length'];
const withModel = learn([...wordNames, 'sentenceEndLog10', 'continuationLog10'] as const);
const wordsAlone = learn(wordNames);
writeFileSync(
  WEIGHTS,
  `import type { WeightsOf } from './turn-rule.ts';
import type { WordFeatures } from './turn-words.ts';

/**
 * Written by models/turn/train.ts from ${texts.length} texts with ${beginnings.length} beginnings. Logits of P(end). Area under the curve, each tenth of
 * the texts judged by weights from the others: ${withModel.auc.toFixed(3)}; without a language model ${wordsAlone.auc.toFixed(3)}.
 */
export const WITH_LANGUAGE_MODEL: WeightsOf<WordFeatures & { sentenceEndLog10: number; continuationLog10: number }> = {
${written(withModel.weights)}};

/** For recognisers that give words only. */
export const WORDS_ALONE: WeightsOf<WordFeatures> = {
${written(wordsAlone.weights)}};
`,
);

function learn<Name extends keyof (typeof beginnings)[number]['features']>(names: readonly Name[]) {
  const rows = beginnings.map(({ text, isEnd, weight, features }) => ({
    text,
    weight,
    y: isEnd ? (1 as const) : (0 as const),
    x: names.map((name) => features[name]!),
  }));
  const fitted = (of: typeof rows): LogisticModel => {
    // A penalty means the same for each number when all are of one size.
    const scales = names.map((_, i) => Math.sqrt(of.reduce((sum, { x }) => sum + x[i]! ** 2, 0) / of.length));
    const examples = of.map(({ x, y, weight }): Example => ({ x: x.map((value, i) => value / scales[i]!), y, weight }));
    const { weights, bias } = fitLogistic(examples, PENALTY);
    return { weights: weights.map((weight, i) => weight / scales[i]!), bias };
  };
  const scored = Array.from({ length: FOLDS }, (_, fold) => {
    const model = fitted(rows.filter(({ text }) => text % FOLDS !== fold));
    return rows.filter(({ text }) => text % FOLDS === fold).map(({ x, y }) => ({ y, score: logit(model, x) }));
  }).flat();
  const ends = scored
    .filter(({ y }) => y === 1)
    .map(({ score }) => score)
    .sort((a, b) => b - a);
  const pauses = scored.filter(({ y }) => y === 0);
  const auc = areaUnderCurve(scored);
  process.stdout.write(`${names.join(', ')}\n  area under the curve ${auc.toFixed(3)}\n`);
  for (const found of PAUSES_SHOWN) {
    const bound = ends[Math.floor(found * (ends.length - 1))]!;
    const taken = pauses.filter(({ score }) => score >= bound).length / pauses.length;
    process.stdout.write(`  ${100 * found} % of the ends found: ${(100 * taken).toFixed(1)} % of the beginnings taken for ends\n`);
  }
  const { weights, bias } = fitted(rows);
  return { auc, weights: { bias, ...Object.fromEntries(names.map((name, i) => [name, weights[i]!])) } as WeightsOf<Record<Name, number>> };
}

function written(weights: Readonly<Record<string, number>>): string {
  return Object.entries(weights)
    .map(([name, weight]) => `  ${name}: ${weight.toFixed(4)},\n`)
    .join('');
}
