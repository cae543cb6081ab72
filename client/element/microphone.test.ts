import { describe, expect, test } from 'vitest';
import { levelOf, microphoneError } from './microphone.ts';

describe('level', () => {
  const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 480 }, (_, i) => amplitude * Math.sin(i / 3));

  test('silence is 0, loud speech 1, and louder is more', () => {
    expect(levelOf(new Float32Array(480))).toBe(0);
    expect(levelOf(tone(0.9))).toBe(1);
    const levels = [0.001, 0.01, 0.05, 0.2].map((a) => levelOf(tone(a)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
  });

  test('no samples are silence', () => {
    expect(levelOf(new Float32Array(0))).toBe(0);
  });
});

test.each([
  ['NotAllowedError', 'microphone_refused'],
  ['SecurityError', 'microphone_refused'],
  ['NotFoundError', 'microphone_missing'],
  ['OverconstrainedError', 'microphone_missing'],
  ['NotReadableError', 'microphone_busy'],
  ['AbortError', 'microphone_busy'],
])('%s is %s', (name, code) => {
  expect(microphoneError(new DOMException('', name)).code).toBe(code);
});
