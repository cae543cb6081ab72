import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLES_PER_MS, VAD_FRAME_MS, VAD_FRAME_SAMPLES } from '../hearing-rate.ts';
import { canMakeSpeech, makeSpeech, roomNoise, scene, seededRandom } from '../test-speech.ts';
import { scanVads, type VadEngine, type VadStream } from './vad.ts';

/** What every voice activity detector of this folder must do, on every runtime that it has. */
const hasSpeech = await canMakeSpeech();
const definitions = [...(await scanVads()).values()];
const available = new Map(await Promise.all(definitions.map(async (vad) => [vad.id, (await vad.isAvailable()).available] as const)));
const cases = definitions.flatMap((vad) => (['native', 'wasm'] as const).map((vadRuntime) => [vad.id, vadRuntime, vad] as const));

const frames = (pcm: Int16Array): Float32Array[] =>
  Array.from({ length: Math.floor(pcm.length / VAD_FRAME_SAMPLES) }, (_, i) =>
    Float32Array.from(pcm.subarray(i * VAD_FRAME_SAMPLES, (i + 1) * VAD_FRAME_SAMPLES), (v) => v / 32_768),
  );

async function probabilities(engine: VadEngine, pcm: Int16Array, stream: VadStream = engine.open()): Promise<number[]> {
  const result: number[] = [];
  for (const frame of frames(pcm)) result.push((await engine.process([{ stream, frame }]))[0]!);
  return result;
}

it('finds the engines of the folder', () => {
  expect(definitions.map((vad) => vad.id).sort()).toEqual(['silero', 'vad-node']);
});

describe.each(cases)('the detector %s on the %s runtime', (id, vadRuntime, definition) => {
  describe.runIf(available.get(id))('where it is installed', () => {
    let engine: VadEngine;

    beforeAll(async () => {
      engine = await definition.create(definition.optionsSchema.parse({ vadRuntime }));
    });

    afterAll(() => engine.close());

    it('hears no speech in silence, noise, hum and clicks', async () => {
      const random = seededRandom(7);
      const hum = Int16Array.from({ length: 32_000 }, (_, i) => 3_000 * Math.sin((2 * Math.PI * 50 * i) / 16_000));
      const clicks = Int16Array.from({ length: 32_000 }, () => (random() < 0.0005 ? 12_000 : 0));
      for (const pcm of [new Int16Array(32_000), roomNoise(2_000, -35), hum, clicks]) {
        const speech = (await probabilities(engine, pcm)).filter((p) => p >= 0.5);
        expect(speech.length).toBeLessThanOrEqual(1);
      }
    });

    it('answers nothing for no work', async () => {
      expect(await engine.process([])).toEqual([]);
    });

    it.runIf(hasSpeech)('finds the beginning and the end of speech', async () => {
      const { pcm, spans } = scene([{ pcm: await makeSpeech('Which is the nearest station?'), pauseBeforeMs: 1_000 }], { noiseDb: -60 });
      const speech = (await probabilities(engine, pcm)).map((p) => p >= 0.5);
      const firstMs = speech.indexOf(true) * VAD_FRAME_MS;
      const lastMs = (speech.lastIndexOf(true) + 1) * VAD_FRAME_MS;
      // The voice itself is silent for up to 300 ms at both ends.
      expect(firstMs).toBeGreaterThan(spans[0]!.startMs - 64);
      expect(firstMs).toBeLessThan(spans[0]!.startMs + 400);
      expect(lastMs).toBeGreaterThan(spans[0]!.endMs - 500);
      expect(lastMs).toBeLessThan(spans[0]!.endMs + 200);
    });

    it.runIf(hasSpeech)('gives each stream of a batch what it gives it alone', async () => {
      const speech = (await makeSpeech('Which is the nearest station?')).subarray(0, 1_000 * SAMPLES_PER_MS);
      const noise = roomNoise(1_000, -40);
      const alone = [await probabilities(engine, speech), await probabilities(engine, noise)];
      const streams = [engine.open(), engine.open()];
      const [a, b] = [frames(speech), frames(noise)];
      for (const [i, frame] of a.entries()) {
        const work = [
          { stream: streams[0]!, frame },
          { stream: streams[1]!, frame: b[i]! },
        ];
        const together = await engine.process(work);
        expect(together[0]).toBeCloseTo(alone[0]![i]!, 3);
        expect(together[1]).toBeCloseTo(alone[1]![i]!, 3);
      }
    });

    it.runIf(hasSpeech)('begins anew after a reset', async () => {
      const stream = engine.open();
      const speech = (await makeSpeech('Which is the nearest station?')).subarray(0, 800 * SAMPLES_PER_MS);
      const first = await probabilities(engine, speech, stream);
      stream.reset();
      const again = await probabilities(engine, speech, stream);
      expect(again.map((p) => p.toFixed(3))).toEqual(first.map((p) => p.toFixed(3)));
    });
  });
});
