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

it('begins no utterance once it is closed, though a frame was still with the VAD', () => {
  const asr = new CountingAsr();
  const reports: EarReport[] = [];
  const opened = {
    kind: 'open',
    ear: '1',
    callId: 'call',
    language: 'en',
    fromSample: 0,
    ignoreBeforeSample: 0,
    lastUtterance: 0,
  } as const;
  const stream = new EarStream(opened, { reset: () => undefined }, asr, earOptionsSchema.parse({}), (report) => reports.push(report));
  let atSample = 0;
  const takeFrame = () => {
    stream.push(atSample, new Int16Array(VAD_FRAME_SAMPLES).fill(8_000));
    atSample += VAD_FRAME_SAMPLES;
    stream.takeFrame();
  };
  for (let frame = 0; frame < 10; frame++) {
    takeFrame();
    stream.onProbability(1);
  }
  expect(asr.inUse).toBe(1);
  takeFrame();
  stream.close();
  reports.length = 0;
  stream.onProbability(1);
  expect(asr.inUse).toBe(0);
  expect(reports).toEqual([]);
});
