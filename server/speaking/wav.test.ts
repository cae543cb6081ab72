import { describe, expect, it } from 'vitest';
import { readWav, writeWav } from './wav.ts';

const sound = { pcm: Int16Array.of(0, 1, -1, 32_767, -32_768), sampleRateHz: 22_050 };

it('reads what it writes', () => {
  expect(readWav(writeWav(sound))).toEqual(sound);
});

it('reads a stream whose sizes are placeholders', () => {
  for (const size of [0, 0xffff_ffff]) {
    const bytes = writeWav(sound);
    new DataView(bytes.buffer).setUint32(40, size, true);
    expect(readWav(bytes).pcm).toEqual(sound.pcm);
  }
});

it('mixes two channels', () => {
  const bytes = writeWav({ pcm: Int16Array.of(100, 300, -4, -8), sampleRateHz: 8_000 });
  new DataView(bytes.buffer).setUint16(22, 2, true);
  expect([...readWav(bytes).pcm]).toEqual([200, -6]);
});

describe('refuses', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['another format', new Uint8Array(100).fill(65)],
    ['a header without sound', writeWav(sound).subarray(0, 36)],
    ['8-bit samples', patched(34, 8)],
    ['no channels', patched(22, 0)],
  ])('%s', (_name, bytes) => {
    expect(() => readWav(bytes)).toThrow(expect.objectContaining({ code: 'engine_failed' }));
  });
});

function patched(at: number, value: number): Uint8Array {
  const bytes = writeWav(sound);
  new DataView(bytes.buffer).setUint16(at, value, true);
  return bytes;
}
