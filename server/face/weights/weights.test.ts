import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VisavisError } from '../../core/errors.ts';
import { type FaceParameters, P, PARAMETER_COUNT, PARAMETERS } from '../parameters.ts';
import { FacePerformer } from '../performer.ts';
import { FaceWeightsDecoder } from './decoder.ts';
import { FaceWeightsEncoder } from './encoder.ts';

const FRAME_TIME = 1920;
/** Half a step of the coarsest quantiser. */
const ERROR = 0.5 / 250 + 1e-6;

const lowest = (i: number): number => (i >= P.headYaw && i <= P.gazeY ? -1 : 0);
const clamped = (value: number, i: number): number => Math.min(1, Math.max(lowest(i), Number.isNaN(value) ? 0 : value));

function expectNear(received: FaceParameters, sent: FaceParameters): void {
  for (let i = 0; i < PARAMETER_COUNT; i++)
    expect(Math.abs((received[i] as number) - clamped(sent[i] as number, i)), PARAMETERS[i]).toBeLessThanOrEqual(ERROR);
}

const face = fc
  .array(fc.oneof(fc.constant(0), fc.float({ min: -1, max: 1, noNaN: true }), fc.float()), {
    minLength: PARAMETER_COUNT,
    maxLength: PARAMETER_COUNT,
  })
  .map((values) => Float32Array.from(values));

/** Somebody who speaks and feels, as a call would have him. */
function speaker(): FacePerformer {
  const performer = new FacePerformer({ seed: 7 });
  performer.setMode('speaking', 0);
  performer.setEmotion('happy', 0.7, 0);
  const symbols = ['h', 'ɛ', 'l', 'oʊ', 'm', 'aɪ', 's', 'i', 'f', 'u', 'n', 't', 'ð', 'b', 'ɑ', 'k', 'w'];
  let ms = 0;
  const phones = Array.from({ length: 300 }, (_, i) => {
    const startMs = ms;
    ms += 50 + ((i * 37) % 90);
    return { symbol: symbols[(i * 7) % symbols.length] as string, startMs, endMs: ms, stressed: i % 5 === 1 };
  });
  performer.speak('turn', 0, phones);
  return performer;
}

/** Sends `frames` frames of a speaker; packets and feedback take `wayFrames` frames each and may get lost. */
function call(options: { frames: number; wayFrames: number; lost?: (k: number) => boolean; feedbackLost?: (k: number) => boolean }) {
  const { frames, wayFrames, lost = () => false, feedbackLost = () => false } = options;
  const performer = speaker();
  const encoder = new FaceWeightsEncoder();
  const decoder = new FaceWeightsDecoder();
  const feedback = new Map<number, Uint8Array>();
  const sent: FaceParameters[] = [];
  const received = new Map<number, FaceParameters>();
  let bytes = 0;
  let whole = 0;
  for (let k = 0; k < frames; k++) {
    const back = feedback.get(k);
    if (back) encoder.receive(back);
    const parameters = performer.frameAt(k * FRAME_TIME).slice();
    sent.push(parameters);
    const packet = encoder.encode(parameters, k * FRAME_TIME);
    bytes += packet.length;
    if (packet[1] === 0) whole++;
    if (lost(k)) continue;
    const decoded = decoder.decode(packet);
    for (const frame of decoded.frames) received.set(frame.timestamp / FRAME_TIME, frame.parameters);
    if (decoded.feedback && !feedbackLost(k)) feedback.set(k + 2 * wayFrames, decoded.feedback);
  }
  return { sent, received, bytes, whole };
}

describe('a frame', () => {
  test('comes out as it went in, but for half a quantiser step; what is no number is 0', () => {
    fc.assert(
      fc.property(fc.array(face, { minLength: 1, maxLength: 12 }), fc.nat(), (faces, from) => {
        const encoder = new FaceWeightsEncoder();
        const decoder = new FaceWeightsDecoder();
        faces.forEach((parameters, k) => {
          const time = from + k * FRAME_TIME;
          const { frames, feedback } = decoder.decode(encoder.encode(parameters, time));
          expect(frames).toHaveLength(1);
          expect(frames[0]?.timestamp).toBe(time % 2 ** 32);
          expectNear(frames[0]?.parameters as FaceParameters, parameters);
          if (feedback) encoder.receive(feedback);
        });
      }),
    );
  });

  test('may share its packet with others', () => {
    const encoder = new FaceWeightsEncoder();
    const performer = speaker();
    const faces = [0, 1, 2].map((k) => performer.frameAt((50 + k) * FRAME_TIME).slice());
    const packets = faces.map((face, k) => encoder.encode(face, k * FRAME_TIME, { follows: k > 0 }));
    const { frames } = new FaceWeightsDecoder().decode(Uint8Array.from(packets.flatMap((packet) => [...packet])));
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([0, FRAME_TIME, 2 * FRAME_TIME]);
    for (const [k, { parameters }] of frames.entries()) expectNear(parameters, faces[k] as FaceParameters);
    // Those that follow say only what has changed since the one before.
    expect(packets.map(([, reference]) => reference)).toEqual([0, 1, 1]);
  });
});

describe('a call', () => {
  test('needs less than 6 kbit/s of frames while it speaks', () => {
    const { bytes, whole } = call({ frames: 500, wayFrames: 2 });
    expect((bytes * 8 * 25) / 500).toBeLessThan(6_000);
    expect(whole).toBeLessThan(8);
  });

  test('a lost packet costs its own frame and no other', () => {
    const lost = (k: number) => k % 5 === 3 || (k > 100 && k < 140);
    const { sent, received } = call({ frames: 300, wayFrames: 3, lost });
    for (let k = 0; k < 300; k++) {
      expect(received.has(k), `frame ${k}`).toBe(!lost(k));
      if (received.has(k)) expectNear(received.get(k) as FaceParameters, sent[k] as FaceParameters);
    }
  });

  test('goes on without feedback, with whole frames', () => {
    const { sent, received, bytes } = call({ frames: 200, wayFrames: 1, feedbackLost: (k) => k > 20 });
    expect(received.size).toBe(200);
    expectNear(received.get(199) as FaceParameters, sent[199] as FaceParameters);
    expect((bytes * 8 * 25) / 200).toBeLessThan(12_000);
  });

  test('packets may overtake each other', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 6 }), { minLength: 60, maxLength: 60 }), (delays) => {
        const encoder = new FaceWeightsEncoder();
        const decoder = new FaceWeightsDecoder();
        const performer = speaker();
        const sent: FaceParameters[] = [];
        const onTheWay: { at: number; packet: Uint8Array }[] = [];
        for (const [k, delay] of delays.entries()) {
          const parameters = performer.frameAt(k * FRAME_TIME).slice();
          sent.push(parameters);
          onTheWay.push({ at: k + delay, packet: encoder.encode(parameters, k * FRAME_TIME) });
          for (const { packet } of onTheWay.filter(({ at }) => at === k)) {
            const { feedback, frames } = decoder.decode(packet);
            if (feedback) encoder.receive(feedback);
            for (const { timestamp, parameters: received } of frames) expectNear(received, sent[timestamp / FRAME_TIME] as FaceParameters);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test('a receiver that lost everything says so and gets a whole frame', () => {
    const encoder = new FaceWeightsEncoder();
    const performer = speaker();
    const first = new FaceWeightsDecoder();
    for (let k = 0; k < 10; k++) {
      const { feedback } = first.decode(encoder.encode(performer.frameAt(k * FRAME_TIME), k * FRAME_TIME));
      if (feedback) encoder.receive(feedback);
    }
    const second = new FaceWeightsDecoder();
    const refused = second.decode(encoder.encode(performer.frameAt(10 * FRAME_TIME), 10 * FRAME_TIME));
    expect(refused.frames).toEqual([]);
    encoder.receive(refused.feedback as Uint8Array);
    expect(second.decode(encoder.encode(performer.frameAt(11 * FRAME_TIME), 11 * FRAME_TIME)).frames).toHaveLength(1);
  });
});

describe('junk', () => {
  const expectRefusedOrRead = (decoder: FaceWeightsDecoder, packet: Uint8Array) => {
    try {
      for (const { parameters } of decoder.decode(packet).frames)
        parameters.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(lowest(i));
          expect(value).toBeLessThanOrEqual(1);
        });
    } catch (error) {
      expect(error).toBeInstanceOf(VisavisError);
      expect((error as VisavisError).code).toBe('weights_invalid');
    }
  };

  test('is refused or gives a face within its ranges, and never more', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 1_300 }), { maxLength: 8 }), (packets) => {
        const decoder = new FaceWeightsDecoder();
        for (const packet of packets) expectRefusedOrRead(decoder, packet);
      }),
      { numRuns: 1_000 },
    );
  });

  test('true packets with a few wrong bits are refused or give a face', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 6 }), (flips) => {
        const encoder = new FaceWeightsEncoder();
        const decoder = new FaceWeightsDecoder();
        const performer = speaker();
        for (let k = 0; k < 6; k++) {
          const packet = encoder.encode(performer.frameAt(k * FRAME_TIME), k * FRAME_TIME);
          for (const [at, bit] of flips) packet[at % packet.length] = (packet[at % packet.length] as number) ^ (1 << bit);
          expectRefusedOrRead(decoder, packet);
        }
      }),
    );
  });

  test('as feedback changes nothing that matters', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 20, maxLength: 20 }), (messages) => {
        const encoder = new FaceWeightsEncoder();
        const performer = speaker();
        for (const [k, message] of messages.entries()) {
          encoder.receive(message);
          expect(encoder.encode(performer.frameAt(k * FRAME_TIME), k * FRAME_TIME).length).toBeGreaterThan(6);
        }
      }),
    );
  });
});
