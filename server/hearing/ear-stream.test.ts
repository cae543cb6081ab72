import { expect, it } from 'vitest';
import type { AsrEngine, AsrStream } from './asr/asr.ts';
import type { EarReport } from './ear-messages.ts';
import { EarStream } from './ear-stream.ts';
import { earOptionsSchema } from './hearing-options.ts';
import { VAD_FRAME_SAMPLES } from './hearing-rate.ts';

/** A recogniser that understands nothing and counts who uses it. */
class CountingAsr implements AsrEngine {
  inUse = 0;

  open(): AsrStream {
    this.inUse++;
    const abort = () => void this.inUse--;
    const finish = async () => {
      abort();
      return { text: '', words: [] };
    };
    return { push: () => undefined, behindMs: 0, finish, abort };
  }

  refuses(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const OPENED = {
  kind: 'open',
  ear: '1',
  callId: 'call',
  language: 'en',
  fromSample: 0,
  ignoreBeforeSample: 0,
  lastUtterance: 0,
} as const;

class Ear {
  readonly asr = new CountingAsr();
  readonly reports: EarReport[] = [];
  readonly stream = new EarStream(OPENED, { reset: () => undefined }, this.asr, earOptionsSchema.parse({}), (report) =>
    this.reports.push(report),
  );
  #atSample = 0;

  takeFrame(value: number): void {
    this.stream.push(this.#atSample, new Int16Array(VAD_FRAME_SAMPLES).fill(value));
    this.#atSample += VAD_FRAME_SAMPLES;
    this.stream.takeFrame();
  }
}

it('begins no utterance once it is closed, though a frame was still with the VAD', () => {
  const ear = new Ear();
  for (let frame = 0; frame < 10; frame++) {
    ear.takeFrame(8_000);
    ear.stream.onProbability(1);
  }
  expect(ear.asr.inUse).toBe(1);
  ear.takeFrame(8_000);
  ear.stream.close();
  ear.reports.length = 0;
  ear.stream.onProbability(1);
  expect(ear.asr.inUse).toBe(0);
  expect(ear.reports).toEqual([]);
});

it('need not ask the VAD about what is no sound, from the ninth such frame to the first with sound', () => {
  const ear = new Ear();
  const asks = (value: number, frames: number) =>
    Array.from({ length: frames }, () => {
      ear.takeFrame(value);
      return !ear.stream.isSoundless;
    });
  expect(asks(0, 10)).toEqual([...Array(8).fill(true), false, false]);
  expect(asks(-2, 2)).toEqual([false, false]);
  // The hiss of a quiet microphone is sound.
  expect(asks(8, 10)).toEqual(Array(10).fill(true));
  expect(asks(0, 1)).toEqual([true]);
});
