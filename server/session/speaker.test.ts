import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { NO_EMOTION } from '../core/emotion.ts';
import { coreError } from '../core/errors.ts';
import { mediaTimeFromMs, msFromMediaTime } from '../core/media-time.ts';
import type { ReplyPart } from '../thinking/contract.ts';
import { createPacer } from '../transport/pacer.ts';
import { Expression } from './expression.ts';
import { Ledger } from './ledger.ts';
import { Speaker } from './speaker.ts';
import { RecordingPerformer } from './scripted-face.fixture.ts';
import { ScriptedSpeaking, WORD_MS } from './scripted-speaking.fixture.ts';
import { ScriptedTransport } from './scripted-transport.fixture.ts';
import { settled } from './simulated-call.fixture.ts';
import { fixedReply, Turn } from './turn.ts';

/** A mouth with a real pacer, and a note of everything that it tells. */
class Mouth {
  readonly clock = new VirtualClock();
  readonly transport = new ScriptedTransport();
  readonly performer = new RecordingPerformer();
  readonly ledger = new Ledger(0);
  readonly pacer = createPacer({ transport: this.transport, clock: this.clock });
  readonly pieces: { text: string; startsMs: number; textStart: number }[] = [];
  readonly told: string[] = [];
  readonly speaker = new Speaker({
    pacer: this.pacer,
    performer: this.performer,
    expression: new Expression({ performer: this.performer, toneOf: () => NO_EMOTION, usualDb: -20 }),
    ledger: this.ledger,
    clock: this.clock,
    events: {
      piece: (_turn, { text }, startsAt, textStart) => this.pieces.push({ text, startsMs: msFromMediaTime(startsAt), textStart }),
      made: (_turn, error) => this.told.push(error === undefined ? 'made' : 'made in part'),
      finished: (_turn, error) => this.told.push(error === undefined ? 'finished' : 'failed'),
    },
  });
  readonly speaking = new ScriptedSpeaking();

  turn(reply: () => AsyncIterable<ReplyPart>, { textOnly = false } = {}): Turn {
    return new Turn({
      turnId: 'turn_1',
      kind: 'reply',
      itemId: 'item',
      responseId: 'resp',
      speaking: textOnly ? undefined : { speaking: this.speaking, voice: 'anna', language: 'en', rate: 1 },
      nowMs: () => this.clock.nowMs(),
      reply,
    });
  }

  async speak(text: string): Promise<void> {
    void this.speaker.speak(this.turn(() => fixedReply(text)));
    await settled();
  }

  async passes(forMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += 20) {
      this.clock.advance(20);
      await settled();
    }
  }
}

describe('the speaker', () => {
  it('gives each piece to sound, lips and ledger at one time, without a gap', async () => {
    const mouth = new Mouth();
    await mouth.speak('One two. Three. Four five six.');
    expect(mouth.pieces.map(({ text }) => text)).toEqual(['One two. ', 'Three. ', 'Four five six.']);
    const [first, second, third] = mouth.pieces;
    expect([second!.startsMs - first!.startsMs, third!.startsMs - second!.startsMs]).toEqual([2 * WORD_MS, WORD_MS]);
    expect(mouth.pieces.map(({ textStart }) => textStart)).toEqual([0, 9, 16]);
    expect(mouth.performer.spoke.map(({ startsAt }) => msFromMediaTime(startsAt))).toEqual(mouth.pieces.map(({ startsMs }) => startsMs));
    expect(mouth.told).toEqual(['made']);
    await mouth.passes(6 * WORD_MS + 100);
    expect(mouth.told).toEqual(['made', 'finished']);
    expect(mouth.transport.soundFrames).toBe((6 * WORD_MS) / 20);
    expect(mouth.ledger.heard('turn_1', mouth.pacer.now()).text).toBe('One two. Three. Four five six.');
  });

  it('keeps a few seconds in the queue, and the rest unmade', async () => {
    const mouth = new Mouth();
    await mouth.speak('one two three four. '.repeat(20));
    // Beyond four seconds nothing more is queued; one piece is ready and one is made.
    expect(mouth.pieces).toHaveLength(5);
    expect(mouth.speaking.pieces).toHaveLength(7);
    await mouth.passes(20 * 4 * WORD_MS + 200);
    expect(mouth.told).toEqual(['made', 'finished']);
    expect(mouth.transport.soundFrames).toBe((20 * 4 * WORD_MS) / 20);
  });

  it('places a piece without sound behind what is being said', async () => {
    const mouth = new Mouth();
    await mouth.speak('One two. 🙂! Three.');
    expect(mouth.pieces[1]?.startsMs).toBe(mouth.pieces[2]?.startsMs);
    await mouth.passes(2_000);
    expect(mouth.ledger.heard('turn_1', mouth.pacer.now()).text).toBe('One two. 🙂! Three.');
    expect(mouth.told).toEqual(['made', 'finished']);
  });

  it('speaks a text that makes no sound at all', async () => {
    const mouth = new Mouth();
    await mouth.speak('🙂!');
    expect(mouth.told).toEqual(['made', 'finished']);
  });

  it('passes written words on as they come', async () => {
    const mouth = new Mouth();
    void mouth.speaker.speak(mouth.turn(() => fixedReply('One two.'), { textOnly: true }));
    await settled();
    expect(mouth.pieces.map(({ text }) => text)).toEqual(['One two.']);
    expect(mouth.told).toEqual(['made', 'finished']);
    expect(mouth.ledger.heard('turn_1', mouth.pacer.now()).text).toBe('');
  });
});

describe('an interruption', () => {
  it('that was none resumes with the word that was cut', async () => {
    const mouth = new Mouth();
    await mouth.speak('One two three four. Five six.');
    await mouth.passes(2.5 * WORD_MS);
    mouth.speaker.pause('turn_1');
    mouth.speaker.pause('turn_1');
    expect(mouth.performer.cancelled).toHaveLength(1);
    const before = mouth.transport.soundFrames;
    await mouth.passes(1_000);
    // Only the fade of what was sounding.
    expect(mouth.transport.soundFrames - before).toBeLessThanOrEqual(1);
    expect(mouth.told).toEqual(['made']);
    mouth.speaker.resume('turn_1');
    mouth.speaker.resume('turn_1');
    expect(mouth.performer.spoke.slice(2).map(({ phones }) => phones)).toEqual([2, 2]);
    await mouth.passes(4 * WORD_MS + 100);
    expect(mouth.told).toEqual(['made', 'finished']);
    expect(mouth.pieces).toHaveLength(2);
    expect(mouth.ledger.heard('turn_1', mouth.pacer.now()).text).toBe('One two three four. Five six.');
  });

  it('before the first sound loses nothing', async () => {
    const mouth = new Mouth();
    const parts = Promise.withResolvers<void>();
    void mouth.speaker.speak(
      mouth.turn(async function* () {
        await parts.promise;
        yield { type: 'text', text: 'One. Two.' };
      }),
    );
    mouth.speaker.pause('turn_1');
    parts.resolve();
    await mouth.passes(200);
    expect(mouth.pieces).toEqual([]);
    mouth.speaker.resume('turn_1');
    await mouth.passes(1_000);
    expect(mouth.pieces.map(({ text }) => text)).toEqual(['One. ', 'Two.']);
    expect(mouth.told).toEqual(['made', 'finished']);
  });

  it('for good is silence, and nothing more is told', async () => {
    const mouth = new Mouth();
    await mouth.speak('one two three four. '.repeat(20));
    await mouth.passes(300);
    mouth.speaker.stop('turn_1');
    await settled();
    const left = mouth.transport.soundFrames;
    await mouth.passes(1_000);
    expect(mouth.transport.soundFrames - left).toBeLessThanOrEqual(1);
    expect(mouth.told).toEqual([]);
    mouth.speaker.resume('turn_1');
    mouth.speaker.stop('turn_1');
    await mouth.passes(1_000);
    expect(mouth.told).toEqual([]);
    await mouth.pacer.close();
    expect(mouth.clock.pendingAlarms).toBe(0);
  });

  it('of another turn than the running one changes nothing', async () => {
    const mouth = new Mouth();
    await mouth.speak('One two.');
    mouth.speaker.pause('turn_0');
    mouth.speaker.stop('turn_0');
    await mouth.passes(1_000);
    expect(mouth.told).toEqual(['made', 'finished']);
  });
});

describe('a turn that fails', () => {
  it('ends when what it had was played', async () => {
    const mouth = new Mouth();
    void mouth.speaker.speak(
      mouth.turn(async function* () {
        yield { type: 'text', text: 'One two. ' };
        throw coreError('child_lost', 'gone');
      }),
    );
    await mouth.passes(100);
    expect(mouth.told).toEqual(['made in part']);
    expect(mouth.pacer.now()).toBeLessThan(mediaTimeFromMs(2 * WORD_MS));
    await mouth.passes(600);
    expect(mouth.told).toEqual(['made in part', 'failed']);
  });

  it('while it is held ends when it is resumed', async () => {
    const mouth = new Mouth();
    const parts = Promise.withResolvers<void>();
    void mouth.speaker.speak(
      mouth.turn(async function* () {
        yield { type: 'text', text: 'One two. ' };
        await parts.promise;
        throw coreError('child_lost', 'gone');
      }),
    );
    await mouth.passes(100);
    mouth.speaker.pause('turn_1');
    parts.resolve();
    await mouth.passes(100);
    expect(mouth.told).not.toContain('failed');
    mouth.speaker.resume('turn_1');
    await mouth.passes(1_000);
    expect(mouth.told).toEqual(['made in part', 'failed']);
  });
});
