import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { scanEngines } from '../core/engine-folder.ts';
import type { TtsDefinition } from '../speaking/engine.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
mkdirSync(join(rootDir, '.cache'), { recursive: true });
const folder = mkdtempSync(join(rootDir, '.cache', 'contributing-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A second of 8 kHz silence and a click, as a WAV file. */
function wav(samples: Int16Array, sampleRateHz: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRateHz, 24);
  head.writeUInt32LE(2 * sampleRateHz, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

it('the voice engine that CONTRIBUTING.md shows is found and speaks', async () => {
  const [, source = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(rootDir, 'CONTRIBUTING.md'), 'utf8')) ?? [];
  writeFileSync(join(folder, 'spoken-by-program.ts'), source.replaceAll("'../", `'${join(rootDir, 'server/speaking')}/`));
  const samples = new Int16Array(8_000);
  samples[4_000] = 20_000;
  writeFileSync(join(folder, 'a.wav'), wav(samples, 8_000));
  const program = join(folder, 'speak');
  writeFileSync(program, `#!/bin/sh\ncat "${join(folder, 'a.wav')}"\n`);
  chmodSync(program, 0o755);

  const engine = (await scanEngines<TtsDefinition>(folder)).get('spoken-by-program');
  expect(engine).toBeDefined();
  const voice = engine!.optionsSchema.parse({ program });
  expect(await engine!.isAvailable(voice, {} as never)).toEqual({ available: true });
  expect(await engine!.isAvailable({ program: 'no-such-program' }, {} as never)).toMatchObject({ available: false });
  await using running = await engine!.create({} as never);
  const { signal } = new AbortController();
  const { pcm, sampleRateHz, words } = await running.synthesize({ text: 'hello', language: 'en', rate: 1, voice, signal });
  expect(sampleRateHz).toBe(8_000);
  expect(pcm).toEqual(samples);
  expect(words).toEqual([{ text: 'hello', startMs: 0, endMs: 1_000, textStart: 0, textEnd: 5 }]);
});
