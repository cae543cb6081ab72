import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floor } from './floor.ts';
import { type FloorEffect, type FloorEvent, type FloorRules, type FloorState, initialFloor } from './floor-state.ts';

const RULES: FloorRules = {
  prepareAfterMs: 96,
  reactAfterMs: 64,
  completeHoldMs: 250,
  holdMs: 600,
  duckAfterMs: 96,
  yieldAfterMs: 450,
  backChannelYieldAfterMs: 640,
  yieldVoicedShare: 0.35,
  resumeAfterMs: 900,
  retractWithinMs: 700,
  finalTimeoutMs: 1_500,
  silencePromptMs: 20_000,
  silenceEndMs: 60_000,
  maxCallMs: 600_000,
  automaticTurns: true,
};
const FRAME_MS = 32;

/** A simulated room: somebody speaks or is silent, the recogniser's words arrive, and the floor's decisions are written down with their times. */
class Room {
  state: FloorState;
  nowMs = 0;
  readonly log: { atMs: number; effect: FloorEffect }[] = [];
  #silenceMs = 100_000;
  #utterances = 0;
  #utteranceOpen = false;

  constructor(rules: Partial<FloorRules> = {}) {
    this.state = initialFloor({ ...RULES, ...rules });
  }

  send(event: FloorEvent): this {
    const { state, effects } = floor(this.state, event);
    this.state = state;
    for (const effect of effects) {
      this.log.push({ atMs: this.nowMs, effect });
      if (effect.type === 'end-utterance' || effect.type === 'drop-utterance') this.#utteranceOpen = false;
    }
    return this;
  }

  get utteranceId(): string {
    return `u${this.#utterances}`;
  }

  speak(forMs: number, text: string, voicedShare = 0.8): this {
    for (let speechMs = FRAME_MS; speechMs <= forMs; speechMs += FRAME_MS) {
      this.nowMs += FRAME_MS;
      this.#silenceMs = 0;
      this.send({ type: 'vad', atMs: this.nowMs, isSpeech: true, speechMs, silenceMs: 0, quietMs: 0, voicedShare });
      if (speechMs >= 96 && !this.#utteranceOpen) {
        this.#utteranceOpen = true;
        this.#utterances++;
        this.send({ type: 'utterance', atMs: this.nowMs, utteranceId: this.utteranceId });
      }
      if (this.#utteranceOpen && speechMs >= 320) this.send({ type: 'partial', atMs: this.nowMs, utteranceId: this.utteranceId, text });
    }
    if (this.#utteranceOpen) this.send({ type: 'partial', atMs: this.nowMs, utteranceId: this.utteranceId, text });
    return this;
  }

  quiet(forMs: number, turn?: { text: string; holdMs?: number; complete?: boolean }): this {
    const untilMs = this.nowMs + forMs;
    while (this.nowMs + FRAME_MS <= untilMs) {
      this.nowMs += FRAME_MS;
      this.#silenceMs += FRAME_MS;
      if (turn && this.#silenceMs === 96) {
        const { text, holdMs = 600, complete = false } = turn;
        this.send({ type: 'turn', atMs: this.nowMs, utteranceId: this.utteranceId, text, holdMs, complete });
      }
      this.send({
        type: 'vad',
        atMs: this.nowMs,
        isSpeech: false,
        speechMs: 0,
        silenceMs: this.#silenceMs,
        quietMs: this.#silenceMs,
        voicedShare: 0,
      });
    }
    return this;
  }

  final(text: string): this {
    return this.send({ type: 'final', atMs: this.nowMs, utteranceId: this.utteranceId, text });
  }

  /** A whole question up to the moment at which its answer sounds. */
  ask(text: string): this {
    this.speak(1_000, text).quiet(640, { text }).final(text);
    return this.send({ type: 'sounding', atMs: this.nowMs, turnId: this.turnId });
  }

  get turnId(): string {
    return this.state.turn?.turnId ?? '';
  }

  types(): string[] {
    return this.log.map(({ effect }) => effect.type);
  }

  last<T extends FloorEffect['type']>(type: T): { atMs: number; effect: Extract<FloorEffect, { type: T }> } | undefined {
    return this.log.findLast(({ effect }) => effect.type === type) as never;
  }
}

describe('reacting', () => {
  const frame = { type: 'vad', isSpeech: true, speechMs: 640, silenceMs: 0, quietMs: 0, voicedShare: 0.8 } as const;

  it('reacts to quiet in what the VAD still calls speech, and listens again when the visitor goes on', () => {
    const room = new Room().speak(640, 'what is');
    const seen = (): string[] => room.types().filter((type) => type === 'react' || type === 'attend');
    room.send({ ...frame, atMs: 700, quietMs: 32 });
    expect(seen()).toEqual(['attend']);
    room.send({ ...frame, atMs: 732, quietMs: 64 }).send({ ...frame, atMs: 764, quietMs: 96 });
    expect(seen()).toEqual(['attend', 'react']);
    room.send({ ...frame, atMs: 796 }).send({ ...frame, atMs: 828 });
    expect(seen()).toEqual(['attend', 'react', 'attend']);
  });

  it('reacts to the silence that the VAD finds where noise hides the fall of the level', () => {
    const room = new Room().speak(640, 'what is');
    room.send({ ...frame, atMs: 700, isSpeech: false, silenceMs: 64 });
    expect(room.types()).toContain('react');
  });
});

describe('an answer that may have come too early', () => {
  const sign = { type: 'vad', isSpeech: true, speechMs: 32, silenceMs: 0, quietMs: 0, voicedShare: 0.8 } as const;
  const answers = (room: Room): string[] => room.types().filter((type) => ['pause', 'resume', 'yield', 'commit'].includes(type));

  it('is held at the first sign of speech, and goes on when that was none', () => {
    const room = new Room().ask('what is visavis');
    room.send({ ...sign, atMs: room.nowMs + 200 });
    expect(answers(room)).toEqual(['commit', 'pause']);
    room.send({ ...sign, isSpeech: false, atMs: room.nowMs + 232, silenceMs: 32 });
    expect(answers(room)).toEqual(['commit', 'pause']);
    room.send({ ...sign, isSpeech: false, atMs: room.nowMs + 296, silenceMs: 96 });
    expect(answers(room)).toEqual(['commit', 'pause', 'resume']);
    expect(room.state.phase).toBe('answering');
  });

  it('is taken back when the visitor goes on before it is heard, and the words are joined', () => {
    const room = new Room().speak(1_000, 'what is').quiet(640, { text: 'what is' }).final('what is');
    room.speak(640, 'visavis').quiet(640, { text: 'visavis' }).final('visavis');
    expect(answers(room)).toEqual(['commit', 'pause', 'yield', 'commit']);
    expect(room.last('commit')?.effect).toMatchObject({ text: 'what is visavis', replaces: true });
  });

  it.each([
    { next: 'Wait, tell me, is it free?', asks: 'Wait, tell me, is it free?', replaces: false },
    { next: 'No, stop. Is it free?', asks: 'No, stop. Is it free?', replaces: false },
    { next: 'لحظة، هل هو مجاني؟', asks: 'لحظة، هل هو مجاني؟', replaces: false },
    { next: 'wait for an answer?', asks: 'how long must I wait for an answer?', replaces: true },
    { next: 'para mañana?', asks: 'how long must I para mañana?', replaces: true },
    { next: 'waiting is long?', asks: 'how long must I waiting is long?', replaces: true },
  ])('and then "$next" asks "$asks"', ({ next, asks, replaces }) => {
    const room = new Room().ask('how long must I').speak(640, next).quiet(640, { text: next }).final(next);
    expect(room.last('commit')?.effect).toMatchObject({ text: asks, replaces, turnId: room.last('prepare')?.effect.turnId });
  });

  it('is not held any more when it was heard for a while', () => {
    const room = new Room().ask('what is visavis');
    room.send({ ...sign, atMs: room.nowMs + 1_000 });
    expect(answers(room)).toEqual(['commit']);
  });
});

describe('taking a turn', () => {
  it('prepares at the first pause, reacts, ends the turn after the hold and answers what was prepared', () => {
    const room = new Room().speak(1_000, 'what is visavis').quiet(640, { text: 'what is visavis' });
    const silenceBeganMs = 992;
    expect(room.last('prepare')).toMatchObject({ atMs: silenceBeganMs + 96, effect: { text: 'what is visavis' } });
    expect(room.last('react')?.atMs).toBe(silenceBeganMs + 64);
    expect(room.last('end-utterance')?.atMs).toBe(silenceBeganMs + 608);
    room.final('What is Visavis?');
    expect(room.last('commit')?.effect).toMatchObject({
      kind: 'reply',
      text: 'What is Visavis?',
      turnId: room.last('prepare')?.effect.turnId,
      replaces: false,
    });
    expect(room.types()).not.toContain('discard');
    expect(room.state.phase).toBe('answering');
  });

  it.each([
    { name: 'a complete question', turn: { text: 'what is it', complete: true }, endsAfterMs: 256 },
    { name: 'words that may be complete', turn: { text: 'i see it' }, endsAfterMs: 608 },
    { name: 'a hanging word', turn: { text: 'what is the', holdMs: 1_200 }, endsAfterMs: 1_216 },
  ])('waits $endsAfterMs ms after $name', ({ turn, endsAfterMs }) => {
    const room = new Room().speak(960, turn.text).quiet(1_500, turn);
    expect(room.last('end-utterance')?.atMs).toBe(960 + endsAfterMs);
  });

  it('answers a complete question at once, and the last words change nothing', () => {
    const room = new Room().speak(960, 'what is visavis').quiet(256, { text: 'what is visavis', complete: true });
    expect(room.last('commit')).toMatchObject({
      atMs: 960 + 256,
      effect: { text: 'what is visavis', turnId: room.last('prepare')?.effect.turnId },
    });
    const turns = room.types().filter((type) => type === 'commit').length;
    room.final('what is visa v');
    expect(room.types().filter((type) => type === 'commit')).toHaveLength(turns);
  });

  it('throws the prepared reply away when the visitor goes on, and prepares again', () => {
    const room = new Room().speak(640, 'tell me about').quiet(320, { text: 'tell me about' });
    room.speak(640, 'tell me about your voice').quiet(640, { text: 'tell me about your voice' }).final('tell me about your voice');
    expect(room.types().filter((type) => ['prepare', 'discard', 'commit'].includes(type))).toEqual([
      'prepare',
      'discard',
      'prepare',
      'commit',
    ]);
    expect(room.last('commit')?.effect.text).toBe('tell me about your voice');
  });

  it('makes another reply when the last words differ from the prepared ones', () => {
    const room = new Room().speak(640, 'what is this').quiet(640, { text: 'what is this' }).final('what is that');
    expect(room.types()).toContain('discard');
    expect(room.last('commit')?.effect.turnId).not.toBe(room.last('prepare')?.effect.turnId);
  });

  it('says nothing to a noise without words', () => {
    const room = new Room().speak(200, '').quiet(1_300, { text: '', holdMs: 1_200 }).final('');
    expect(room.types()).not.toContain('commit');
    expect(room.state.phase).toBe('listening');
  });

  it('takes the partial words when the last ones never come', () => {
    const room = new Room().speak(640, 'hello there').quiet(640, { text: 'hello there' }).quiet(1_600);
    expect(room.last('commit')?.effect.text).toBe('hello there');
  });

  it('answers words that come too late rather than never', () => {
    const room = new Room().speak(640, '').quiet(3_000, { text: '' });
    expect(room.state.phase).toBe('listening');
    room.final('hello there');
    expect(room.last('commit')?.effect).toMatchObject({ text: 'hello there', replaces: false });
  });

  it('joins the words when the visitor goes on before the answer is heard', () => {
    const room = new Room().speak(640, 'i would like').quiet(640, { text: 'i would like' }).final('i would like');
    room.speak(640, 'to know your name').quiet(640, { text: 'to know your name' }).final('to know your name');
    expect(room.types().filter((type) => type === 'yield')).toHaveLength(1);
    expect(room.last('commit')?.effect).toMatchObject({ text: 'i would like to know your name', replaces: true });
  });

  it('stops at once and joins the words when only a moment of the answer was heard', () => {
    const room = new Room().ask('i would like');
    const soundedMs = room.nowMs;
    room.quiet(200).speak(640, 'a cup of tea');
    expect(room.last('pause')?.atMs).toBeLessThanOrEqual(soundedMs + 200 + 96 + FRAME_MS);
    room.quiet(640, { text: 'a cup of tea' }).final('a cup of tea');
    expect(room.last('commit')?.effect).toMatchObject({ text: 'i would like a cup of tea', replaces: true });
  });
});

describe('barge-in', () => {
  it('ducks at 96 ms, pauses at 450 ms, and yields to words', () => {
    const room = new Room().ask('what is visavis').quiet(2_000);
    const onsetMs = room.nowMs;
    room.speak(1_000, 'no tell me about the face');
    expect(room.last('duck')?.atMs).toBe(onsetMs + 96);
    expect(room.last('pause')?.atMs).toBe(onsetMs + 480);
    const interrupted = room.turnId;
    room.quiet(640, { text: 'no tell me about the face' }).final('no tell me about the face');
    expect(room.last('yield')?.effect.turnId).toBe(interrupted);
    expect(room.last('commit')?.effect).toMatchObject({ text: 'no tell me about the face', replaces: false });
  });

  it('lets a cough pass: never pauses for speech without voice', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(800, '', 0.1).quiet(1_300);
    expect(room.types()).not.toContain('pause');
    expect(room.types()).toContain('unduck');
  });

  it('lets a short "uh-huh" pass', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(600, 'uh-huh').quiet(1_300, { text: 'uh-huh' });
    expect(room.types()).not.toContain('pause');
    expect(room.types()).toContain('drop-utterance');
    expect(room.state.phase).toBe('answering');
  });

  it('goes on after a long "okay, right"', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(900, 'okay right').quiet(1_300, { text: 'okay right' });
    expect(room.types()).toContain('pause');
    expect(room.last('resume')?.effect.turnId).toBe(room.turnId);
    expect(room.state.phase).toBe('answering');
  });

  it('does not wait for a held answer that failed', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(700, 'okay okay');
    expect(room.state.phase).toBe('interrupted');
    room.send({ type: 'finished', atMs: room.nowMs, turnId: room.turnId }).quiet(1_300, { text: 'okay okay' });
    expect(room.types()).not.toContain('resume');
    expect(room.state.turn?.kind).not.toBe('greeting');
    expect(room.state.phase).not.toBe('interrupted');
  });

  it('obeys "stop" before the usual patience', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(352, 'stop');
    expect(room.types()).toContain('pause');
  });

  it('answers a short question asked during the answer', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(352, 'why').quiet(640, { text: 'why' }).final('why');
    expect(room.last('commit')?.effect.text).toBe('why');
  });
});

describe('other ways to speak', () => {
  it('greets when the call begins', () => {
    const room = new Room().send({ type: 'start', atMs: 0, greet: true });
    expect(room.last('commit')?.effect).toMatchObject({ kind: 'greeting' });
  });

  it('answers a typed message in the middle of an answer', () => {
    const room = new Room().ask('what is visavis');
    const first = room.turnId;
    room.send({ type: 'respond', atMs: room.nowMs });
    expect(room.last('yield')?.effect.turnId).toBe(first);
    expect(room.last('commit')?.effect).toMatchObject({ kind: 'reply', text: '' });
  });

  it('stops on command and listens', () => {
    const room = new Room().ask('what is visavis').send({ type: 'interrupt', atMs: 5_000 });
    expect(room.types().at(-1)).toBe('yield');
    expect(room.state.phase).toBe('listening');
  });

  it('keeps what the visitor is saying when the client stops the answer for it', () => {
    const room = new Room().ask('what is visavis').quiet(2_000).speak(320, 'no tell');
    room.send({ type: 'interrupt', atMs: room.nowMs });
    expect(room.types()).not.toContain('drop-utterance');
    expect(room.types().slice(-2)).toEqual(['unduck', 'yield']);
    room.speak(640, 'no tell me more').quiet(640, { text: 'no tell me more' }).final('no tell me more');
    expect(room.last('commit')?.effect).toMatchObject({ text: 'no tell me more', replaces: false });
  });

  it('says texts one behind the other, or at once', () => {
    const room = new Room().ask('what is visavis');
    const say = (text: string, interrupt = false) => room.send({ type: 'say', atMs: room.nowMs, text, interrupt });
    const said = () => room.log.flatMap(({ effect }) => (effect.type === 'commit' && effect.kind === 'say' ? [effect.text] : []));
    say('one');
    say('two');
    expect(said()).toEqual([]);
    room.send({ type: 'finished', atMs: room.nowMs, turnId: room.turnId });
    expect(said()).toEqual(['one']);
    say('now', true);
    room.send({ type: 'finished', atMs: room.nowMs, turnId: room.turnId });
    expect(said()).toEqual(['one', 'now']);
    expect(room.state.phase).toBe('listening');
    say('at last');
    expect(said()).toEqual(['one', 'now', 'at last']);
  });

  it('lets a request for a response wait for the last words of what was committed', () => {
    const room = new Room({ automaticTurns: false }).speak(640, 'hello');
    room.send({ type: 'commit-input', atMs: room.nowMs }).send({ type: 'respond', atMs: room.nowMs });
    expect(room.types()).not.toContain('commit');
    room.final('hello');
    expect(room.types().slice(-2)).toEqual(['heard', 'commit']);
    expect(room.last('commit')?.effect).toMatchObject({ kind: 'reply', text: '' });
  });

  it.each([
    { words: 'came', final: 'hello there', effects: ['heard', 'commit'] },
    { words: 'were none', final: '', effects: ['commit'] },
  ])('answers a committed input whose last words $words', ({ final, effects }) => {
    const room = new Room({ automaticTurns: false }).speak(640, 'hello');
    room.send({ type: 'commit-input', atMs: room.nowMs }).send({ type: 'respond', atMs: room.nowMs });
    const before = room.log.length;
    room.final(final);
    expect(room.types().slice(before)).toEqual(effects);
  });

  it('leaves the turn to the client when automatic turns are off', () => {
    const room = new Room({ automaticTurns: false }).speak(640, 'hello').quiet(3_000, { text: 'hello' });
    expect(room.types()).not.toContain('end-utterance');
    room.send({ type: 'commit-input', atMs: room.nowMs }).final('hello');
    expect(room.last('heard')?.effect.text).toBe('hello');
    expect(room.types()).not.toContain('commit');
  });
});

describe('time', () => {
  it('prompts once into a long silence and then ends the call', () => {
    const room = new Room().send({ type: 'start', atMs: 0, greet: false }).quiet(21_000);
    expect(room.log.filter(({ effect }) => effect.type === 'commit')).toHaveLength(1);
    room.send({ type: 'sounding', atMs: room.nowMs, turnId: room.turnId });
    room.send({ type: 'finished', atMs: room.nowMs, turnId: room.turnId }).quiet(40_000);
    expect(room.log.filter(({ effect }) => effect.type === 'commit')).toHaveLength(1);
    expect(room.last('end')?.effect.reason).toBe('silence');
  });

  it('ends a call at its time limit even in mid-answer', () => {
    const room = new Room({ maxCallMs: 5_000, silencePromptMs: 0 }).ask('hello').quiet(4_000);
    expect(room.last('end')?.effect.reason).toBe('time_limit');
    expect(room.send({ type: 'respond', atMs: room.nowMs }).state.phase).toBe('ended');
  });
});

describe('whatever happens', () => {
  const event: fc.Arbitrary<(room: Room) => unknown> = fc.oneof(
    fc
      .record({
        ms: fc.integer({ min: 32, max: 1_500 }),
        text: fc.constantFrom('', 'uh-huh', 'stop', 'what is this'),
        voiced: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(
        ({ ms, text, voiced }) =>
          (room: Room) =>
            room.speak(ms, text, voiced),
      ),
    fc.record({ ms: fc.integer({ min: 32, max: 3_000 }), text: fc.constantFrom('', 'uh-huh', 'what is this'), complete: fc.boolean() }).map(
      ({ ms, text, complete }) =>
        (room: Room) =>
          room.quiet(ms, { text, complete }),
    ),
    fc.constantFrom('', 'okay', 'what is this').map((text) => (room: Room) => room.final(text)),
    fc
      .constantFrom('respond', 'interrupt', 'commit-input', 'clear-input')
      .map((type) => (room: Room) => room.send({ type, atMs: room.nowMs } as FloorEvent)),
    fc
      .constantFrom('sounding', 'finished')
      .map((type) => (room: Room) => room.send({ type, atMs: room.nowMs, turnId: room.turnId } as FloorEvent)),
  );

  it('every turn is committed at most once, ended at most once, and never heard of again', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (steps) => {
        const room = new Room();
        for (const step of steps) step(room);
        const committed = room.log.flatMap(({ effect }) => (effect.type === 'commit' ? [effect.turnId] : []));
        expect(new Set(committed).size).toBe(committed.length);
        const gone = new Set<string>();
        for (const { effect } of room.log) {
          if (!('turnId' in effect)) continue;
          expect(gone.has(effect.turnId)).toBe(false);
          if (effect.type === 'yield' || effect.type === 'discard') gone.add(effect.turnId);
        }
        const open = room.log.reduce((depth, { effect }) => depth + (effect.type === 'speech-started' ? 1 : 0), 0);
        const closed = room.log.reduce((depth, { effect }) => depth + (effect.type === 'speech-stopped' ? 1 : 0), 0);
        expect(closed).toBeLessThanOrEqual(open);
        expect(['answering', 'interrupted'].includes(room.state.phase) ? room.state.turn : 'none').toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});
