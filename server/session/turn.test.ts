import { describe, expect, it } from 'vitest';
import { coreError } from '../core/errors.ts';
import type { SpokenPiece } from '../core/speech.ts';
import type { ReplyPart } from '../thinking/contract.ts';
import { ScriptedSpeaking } from './scripted-speaking.fixture.ts';
import { settled } from './simulated-call.fixture.ts';
import { fixedReply, Turn } from './turn.ts';

interface Making {
  turn: Turn;
  speaking: ScriptedSpeaking;
  signals: AbortSignal[];
}

function make(reply: (signal: AbortSignal) => AsyncIterable<ReplyPart>, { textOnly = false } = {}): Making {
  const speaking = new ScriptedSpeaking();
  const signals: AbortSignal[] = [];
  let nowMs = 0;
  const turn = new Turn({
    turnId: 'turn_1',
    kind: 'reply',
    itemId: 'item_1',
    responseId: 'resp_1',
    speaking: textOnly ? undefined : { speaking, voice: 'anna', language: 'en', rate: 1.2 },
    nowMs: () => nowMs++,
    reply: (signal) => {
      signals.push(signal);
      return reply(signal);
    },
  });
  return { turn, speaking, signals };
}

async function texts(pieces: AsyncIterable<SpokenPiece>): Promise<string[]> {
  const all: string[] = [];
  for await (const { text } of pieces) all.push(text);
  return all;
}

describe('a turn in the making', () => {
  it('speaks its reply with the voice, the language and the speed of the call', async () => {
    const { turn, speaking } = make(() => fixedReply('One two. Three.'));
    expect(await texts(turn.pieces())).toEqual(['One two. ', 'Three.']);
    expect(turn).toMatchObject({ text: 'One two. Three.', engine: 'script', textOnly: false });
    expect(speaking.options[0]).toMatchObject({ voice: 'anna', language: 'en', rate: 1.2 });
    expect(turn.figures.firstTextAtMs).toBeLessThan(turn.figures.firstPieceAtMs!);
  });

  it('starts at once, costs one piece until it is read, and works no further ahead than its reader makes room for', async () => {
    const { turn, speaking } = make(() => fixedReply('One. Two. Three. Four. Five. Six.'));
    await settled();
    expect(speaking.pieces).toHaveLength(1);
    const pieces = turn.pieces();
    await pieces.next();
    await settled();
    // One is ready, the next one is done and waits for its place.
    expect(speaking.pieces).toHaveLength(3);
    expect(await texts(pieces)).toHaveLength(5);
  });

  it('says which engine answered when the first one failed', async () => {
    const { turn } = make(async function* () {
      yield { type: 'engine', engine: 'first' };
      yield { type: 'engine', engine: 'second' };
      yield { type: 'text', text: 'Hello.' };
    });
    await texts(turn.pieces());
    expect(turn.engine).toBe('second');
  });

  it('knows what the face does at which words', async () => {
    const { turn } = make(async function* () {
      yield { type: 'emotion', emotion: 'happy', intensity: 0.5 };
      yield { type: 'text', text: 'One. ' };
      yield { type: 'gesture', gesture: 'nod' };
      yield { type: 'text', text: 'Two.' };
    });
    await texts(turn.pieces());
    expect(turn.marksBetween(0, 5)).toEqual([{ textOffset: 0, emotion: 'happy', intensity: 0.5 }]);
    expect(turn.marksBetween(5, 9)).toEqual([{ textOffset: 5, gesture: 'nod' }]);
  });

  it('without a voice is text in pieces', async () => {
    const { turn, speaking } = make(() => fixedReply('One. Two.'), { textOnly: true });
    expect(await texts(turn.pieces())).toEqual(['One. Two.']);
    expect(speaking.options).toEqual([]);
    expect(turn.textOnly).toBe(true);
  });
});

describe('a turn that is cancelled', () => {
  it.each(['before it is read', 'while it is read'])('aborts what makes it %s and ends quietly', async (when) => {
    let ended = false;
    const { turn, speaking, signals } = make(async function* (signal) {
      try {
        yield { type: 'text', text: 'One. ' };
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      } finally {
        ended = true;
      }
    });
    const read = when === 'while it is read' ? texts(turn.pieces()) : undefined;
    await settled();
    turn.cancel();
    turn.cancel();
    expect(turn.cancelled).toBe(true);
    expect(signals[0]?.aborted).toBe(true);
    expect(speaking.options[0]?.signal.aborted).toBe(true);
    expect(await (read ?? texts(turn.pieces()))).toEqual(read ? ['One. '] : []);
    await settled();
    expect(ended).toBe(true);
  });

  it.each([
    { waitsFor: 'somebody who reads it', taken: 0, made: 1 },
    { waitsFor: 'room', taken: 1, made: 3 },
  ])('while it waits for $waitsFor gives the wait up', async ({ taken, made }) => {
    const { turn, speaking } = make(() => fixedReply('One. Two. Three. Four. Five.'));
    const pieces = taken > 0 ? turn.pieces() : undefined;
    await pieces?.next();
    await settled();
    turn.cancel();
    await settled();
    expect(speaking.pieces).toHaveLength(made);
    expect(await texts(pieces ?? turn.pieces())).toEqual([]);
  });
});

describe('a turn that fails', () => {
  it('gives what was made and then the error', async () => {
    const { turn } = make(async function* () {
      yield { type: 'text', text: 'One. ' };
      throw coreError('child_lost', 'gone');
    });
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const { text } of turn.pieces()) seen.push(text);
      })(),
    ).rejects.toMatchObject({ code: 'child_lost' });
    expect(seen).toEqual(['One. ']);
  });

  it('that nobody reads disturbs nobody', async () => {
    const { turn } = make(async function* () {
      yield* [];
      throw new Error('broken');
    });
    await settled();
    turn.cancel();
    expect(await texts(turn.pieces()).catch(({ code }: { code: string }) => [code])).toEqual(['internal']);
  });
});
