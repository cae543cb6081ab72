import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { configSchema } from '../../core/config-schema.ts';
import { likeliest } from '../../core/emotion.ts';
import { silentLog } from '../../core/log.ts';
import { EmotionEngine } from './emotion-engine.ts';
import { onnxFile } from './onnx-file.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

/** A classifier that knows two words: each token has a row of logits, and the largest of each column counts. */
const LABELS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];
const VOCAB = { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, rain: 3, sun: 4, '##ny': 5 };
const LOGITS: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 0, 9, 0],
  [0, 0, 0, 9, 0, 0, 0],
  [0, 0, 0, 1, 0, 0, 0],
];
const TEXT_MODEL = onnxFile({
  inputs: [{ name: 'input_ids', dims: [1, -1], type: 7 }],
  constants: [{ name: 'rows', dims: [LOGITS.length, LABELS.length], type: 1, values: LOGITS.flat() }],
  nodes: [
    { op: 'Gather', inputs: ['rows', 'input_ids'], output: 'tokens' },
    { op: 'ReduceMax', inputs: ['tokens'], output: 'logits', attributes: { axes: [1], keepdims: 0 } },
  ],
  output: { name: 'logits', dims: [1, LABELS.length], type: 1 },
});
/** Bright faces are happy, dark ones are sad. */
const PICTURE_MODEL = onnxFile({
  inputs: [{ name: 'face', dims: [1, 1, 64, 64], type: 1 }],
  constants: [
    { name: 'gain', dims: [1, 8], type: 1, values: [0, 0.1, 0, 0, 0, 0, 0, 0] },
    { name: 'base', dims: [1, 8], type: 1, values: [0, 0, 0, 12, 0, 0, 0, 0] },
    { name: 'flat', dims: [2], type: 7, values: [1, 4096] },
    { name: 'mean', dims: [4096, 1], type: 1, values: Array.from({ length: 4096 }, () => 1 / 4096) },
  ],
  nodes: [
    { op: 'Reshape', inputs: ['face', 'flat'], output: 'pixels' },
    { op: 'MatMul', inputs: ['pixels', 'mean'], output: 'light' },
    { op: 'MatMul', inputs: ['light', 'gain'], output: 'scaled' },
    { op: 'Add', inputs: ['scaled', 'base'], output: 'logits' },
  ],
  output: { name: 'logits', dims: [1, 8], type: 1 },
});

const optionsOf = (thinking: object) => ({ config: configSchema.parse({ thinking }).thinking, clock: systemClock, log: silentLog() });
const face = (level: number) => ({ width: 100, height: 80, rgb: new Uint8Array(100 * 80 * 3).fill(level) });

describe('EmotionEngine', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-emotion-'));
    await mkdir(path.join(folder, 'text'));
    await writeFile(path.join(folder, 'text/model.onnx'), TEXT_MODEL);
    await writeFile(
      path.join(folder, 'text/tokenizer.json'),
      JSON.stringify({ model: { type: 'WordPiece', vocab: VOCAB, unk_token: '[UNK]' } }),
    );
    await writeFile(path.join(folder, 'text/config.json'), JSON.stringify({ id2label: { ...LABELS } }));
    await writeFile(path.join(folder, 'picture.onnx'), PICTURE_MODEL);
    await mkdir(path.join(folder, 'broken'));
    await writeFile(path.join(folder, 'broken/model.onnx'), 'no model');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('reads words by a classifier whose files are there, and faces by another', async () => {
    const options = { emotionModelDir: path.join(folder, 'text'), emotionPictureModelFile: path.join(folder, 'picture.onnx') };
    await using engine = new EmotionEngine(optionsOf({ ...options, emotionTimeoutMs: 5_000 }));
    expect(await engine.started).toBe(true);
    expect(likeliest(await engine.ofText('Rain again', 'en'))).toBe('sad');
    expect(likeliest(await engine.ofText('Sunny', 'en-GB'))).toBe('happy');
    // Not a language of this model: the word lists.
    expect(likeliest(await engine.ofText('أنا سعيد جدا', 'ar'))).toBe('happy');
    expect(await engine.ofPicture?.(face(255)).then(likeliest)).toBe('happy');
    expect(await engine.ofPicture?.(face(10)).then(likeliest)).toBe('sad');
  });

  it('goes on with word lists where files are missing or broken, and where an answer is late', async () => {
    await using missing = new EmotionEngine(optionsOf({ emotionModelDir: path.join(folder, 'nowhere') }));
    expect(await missing.started).toBe(false);
    expect(missing.ofPicture).toBeUndefined();
    expect(likeliest(await missing.ofText('I am so happy', 'en'))).toBe('happy');
    await using broken = new EmotionEngine(optionsOf({ emotionModelDir: path.join(folder, 'broken') }));
    expect(await broken.started).toBe(false);
    expect(likeliest(await broken.ofText('I am so happy', 'en'))).toBe('happy');
    await using hasty = new EmotionEngine(optionsOf({ emotionModelDir: path.join(folder, 'text'), emotionTimeoutMs: 0 }));
    expect(likeliest(await hasty.ofText('I am so happy about the rain', 'en'))).toBe('happy');
  });
});

describe('tokenizers', () => {
  it('cut words into known pieces', () => {
    const { encode } = createTokenizer({ model: { type: 'WordPiece', vocab: VOCAB, unk_token: '[UNK]' } });
    expect(encode('Sunny, rain!', 10)).toEqual([1, 4, 5, 0, 3, 0, 2]);
    expect(encode('rain rain rain rain', 4)).toEqual([1, 3, 3, 2]);
  });

  it('merge bytes in the order that was learnt', () => {
    const vocab = { '<s>': 0, '</s>': 1, '<unk>': 2, lo: 3, low: 4, Ġlow: 5, e: 6, r: 7, Ã: 8, '¶': 9 };
    const { encode } = createTokenizer({ model: { type: 'BPE', vocab, merges: ['l o', ['lo', 'w'], 'Ġ low'] } });
    expect(encode('low lower', 10)).toEqual([0, 4, 5, 6, 7, 1]);
    expect(encode('ö', 10)).toEqual([0, 8, 9, 1]);
  });

  it('refuse what is none', () => {
    expect(() => createTokenizer({ model: { type: 'BPE', vocab: {}, merges: [] } })).toThrow('<s>');
    expect(() => createTokenizer({ model: { type: 'Unigram', vocab: [] } })).toThrow();
  });
});
