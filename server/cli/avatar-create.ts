import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { STYLES, type Style } from '../avatars/contract.ts';
import { notSculpted } from '../../models/avatar/not-sculpted.ts';
import { drawBrief } from '../avatars/draw-brief.ts';
import { AVATAR_NAME, freeName, slugOf } from '../avatars/names.ts';
import { castAll, describedByModel, EMBEDDED, readWords, type WordOptions } from '../avatars/read-words.ts';
import type { PersonBrief } from '../casting/brief.ts';
import { portraitPrompt } from '../casting/portrait-prompt.ts';
import { toVisavisError } from '../core/errors.ts';
import { ImageGeneration } from '../image-generation/image-generation.ts';
import type { ImportProgress } from '../portrait/contract.ts';
import { importPortrait } from '../portrait/import.ts';
import { ModelAnswers } from '../thinking/model-answers.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { configOf } from './serve.ts';

const MAX_VARIANTS = 24;
/** Of all that it draws. */
const MAX_MS = 6 * 3_600_000;

export const command: Command = {
  name: 'avatar create',
  operands: 'DESCRIPTION',
  summary: 'draw a person from words, in English or Arabic',
  flags: [
    { name: 'name', value: 'NAME', summary: 'of the folder; otherwise made from what the person is called' },
    {
      name: 'style',
      value: 'STYLE',
      summary: 'illustrated (a second; the default), sculpted (minutes), photo (by an image-generation server)',
    },
    { name: 'seed', value: 'NUMBER', summary: 'the same words and seed give the same person (default 1)' },
    { name: 'variants', value: 'NUMBER', summary: `how many people who fit the words, 1 to ${MAX_VARIANTS}` },
    { name: 'draft', summary: 'sculpted in a quarter of the time, less sharp' },
    { name: 'config', value: 'NAME', summary: 'preset of configs/ or path of a YAML file; may be repeated', repeatable: true },
    { name: 'out', value: 'DIR', summary: 'folder of avatars (default: avatars)' },
  ],
  details: `Examples:
  ./visavis avatar create "a confident CEO in her fifties, short grey hair, glasses, navy blazer"
  ./visavis avatar create "an old sailor" --style photo   (with avatars.openaiImagesBaseUrl or avatars.sdWebuiUrl)
  ./visavis avatar create "رجل عجوز بشعر أبيض قصير ولحية بيضاء" --variants 4
A configured language model reads the words; without one, a reader of English and Arabic does. What is not said is chosen by the seed. Words that mean nothing here are named; of two that contradict each other the last holds.`,
  run: create,
};

async function create(invocation: Invocation): Promise<number> {
  const { rootDir, workingDir, operands, valuesOf, has } = invocation;
  const text = operands.join(' ').trim();
  if (text === '') throw usageError('usage', 'Say who to draw: ./visavis avatar create "a young man with glasses"');
  const style = valuesOf('style').at(-1) ?? 'illustrated';
  if (!isStyle(style)) throw usageError('usage', `There is no style "${style}"; there are ${STYLES.join(', ')}`);
  const seed = whole('seed', valuesOf('seed').at(-1) ?? '1', 0, 0xffffffff);
  const variants = whole('variants', valuesOf('variants').at(-1) ?? '1', 1, MAX_VARIANTS);
  const name = valuesOf('name').at(-1);
  if (name !== undefined && !AVATAR_NAME.test(name))
    throw usageError('usage', `"${name}" is no name: lower-case letters, digits and hyphens, a letter first`);
  const outDir = valuesOf('out').at(-1);
  const avatarsDir = outDir === undefined ? join(rootDir, 'avatars') : resolve(workingDir, outDir);
  if (name !== undefined && variants === 1 && existsSync(join(avatarsDir, name)))
    throw usageError('usage', `There is an avatar ${name} already in ${avatarsDir}`);

  const config = configOf(invocation);
  const signal = AbortSignal.timeout(MAX_MS);
  const words: WordOptions = {
    model: await ModelAnswers.open(config.thinking),
    timeoutMs: config.avatars.wordsTimeoutMs,
    signal,
    onFailure: (error) => process.stderr.write(`the language model did not help: ${toVisavisError(error).message}\n`),
  };
  const { wish, unknown: notUnderstood, overridden, readBy } = await readWords(text, words);
  if (readBy !== EMBEDDED) process.stderr.write(`read by ${readBy}\n`);
  if (notUnderstood.length > 0) process.stderr.write(`not understood: ${notUnderstood.join(', ')}\n`);
  for (const { field, dropped, kept } of overridden) process.stderr.write(`${field}: ${String(kept)}, not ${String(dropped)}\n`);
  const images = style === 'photo' ? await ImageGeneration.open(config.avatars) : undefined;
  for (const brief of castAll(wish, seed, variants)) {
    const folderName = freeName(avatarsDir, name ?? slugOf(brief.title));
    const folder = join(avatarsDir, folderName);
    const startedAt = performance.now();
    const progress = progressLine();
    if (style === 'photo') {
      const { prompt, negativePrompt } = portraitPrompt(brief, await describedByModel(brief, text, words));
      progress('image', 0);
      const { bytes, by } = await images!.generate({ prompt, negativePrompt, seed: brief.seed, signal });
      const generated = { by, prompt, words: text, seed: brief.seed };
      const onProgress = ({ stage, fraction }: ImportProgress) => progress(stage, fraction);
      await importPortrait(bytes, { name: folderName, outDir: avatarsDir, title: brief.title, source: by, generated, signal, onProgress });
    } else {
      const missing = style === 'sculpted' ? notSculpted(brief) : [];
      if (missing.length > 0) process.stderr.write(`not sculpted yet, only illustrated: ${missing.join(', ')}\n`);
      await drawBrief({ brief, style, name: folderName, folder, words: text, draft: has('draft') }, progress);
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${folder}  ${summary(brief)}  ${seconds} s\n`);
  }
  return 0;
}

const isStyle = (style: string): style is Style => (STYLES as readonly string[]).includes(style);

function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw usageError('usage', `--${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

const summary = (brief: PersonBrief): string =>
  `${brief.title}: ${brief.sex}, ${brief.ageYears}, ${brief.headCover.kind === 'none' ? `${brief.hair.style} hair` : brief.headCover.kind}, ${brief.clothes.colour} ${brief.clothes.kind} (seed ${brief.seed})`;

/** Progress on stderr, one line that is written over where that is a terminal. */
function progressLine(): (what: string, share: number) => void {
  let last = '';
  return (what, share) => {
    const line = `${what} ${Math.round(share * 20) * 5} %`;
    if (line === last) return;
    last = line;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
}
