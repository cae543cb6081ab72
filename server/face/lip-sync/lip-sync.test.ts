import { describe, expect, it } from 'vitest';
import { type MouthFrame, openLipSync } from './lip-sync.ts';
import { hiss, pcmOf, silence, vowel } from './test-sound.ts';

const RATE = 16_000;

function framesOf(pcm: Int16Array, packet = 320): MouthFrame[] {
  const lips = openLipSync(RATE);
  const frames: MouthFrame[] = [];
  for (let at = 0; at < pcm.length; at += packet) frames.push(...lips.push(pcm.subarray(at, at + packet)));
  return [...frames, ...lips.end()];
}
const between = (frames: readonly MouthFrame[], fromMs: number, toMs: number) =>
  frames.filter(({ startMs }) => startMs >= fromMs && startMs < toMs).map(({ mouth }) => mouth);

describe('lips from sound', () => {
  it('never hear more than 60 ms of the future', () => {
    const lips = openLipSync(RATE);
    expect(lips.lookAheadMs).toBeLessThanOrEqual(60);
    let heardMs = 0;
    const pcm = pcmOf(vowel(500, RATE));
    for (let at = 0; at < pcm.length; at += 160) {
      heardMs += 10;
      for (const { startMs } of lips.push(pcm.subarray(at, at + 160))) expect(startMs + 5 + lips.lookAheadMs).toBeGreaterThan(heardMs - 10);
    }
  });

  it('give a frame for every 10 ms, in order, however the sound is cut', () => {
    const pcm = pcmOf(silence(100, RATE), vowel(300, RATE), hiss(200, RATE));
    const frames = framesOf(pcm);
    expect(frames.map(({ startMs }) => startMs)).toEqual(Array.from({ length: frames.length }, (_, i) => 10 * i));
    expect(frames.length).toBeGreaterThanOrEqual(59);
    expect(framesOf(pcm, 1_111)).toEqual(frames);
    for (const { visemes } of frames) expect(visemes.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  });

  it('show the teeth for a hiss and open for a vowel', () => {
    const frames = framesOf(pcmOf(silence(200, RATE), vowel(250, RATE), hiss(200, RATE), vowel(250, RATE), silence(200, RATE)));
    const teeth = between(frames, 490, 630).filter((mouth) => mouth === 'teeth');
    expect(teeth.length).toBeGreaterThan(9);
    const open = between(frames, 240, 430).filter((mouth) => mouth === 'open' || mouth === 'rounded');
    expect(open.length).toBeGreaterThan(12);
  });

  it('are at rest within 80 ms of silence, with noise of the room or without, and stay so', () => {
    for (const roomLevel of [0, 0.002]) {
      const room = hiss(1_700, RATE, roomLevel);
      const voice = [...silence(500, RATE), ...vowel(400, RATE), ...silence(800, RATE)];
      const frames = framesOf(pcmOf(Float32Array.from(voice, (v, i) => v + (room[i] as number))));
      expect(new Set(between(frames, 980, 1_600))).toEqual(new Set(['rest']));
      expect(new Set(between(frames, 100, 400))).toEqual(new Set(['rest']));
    }
  });
});
