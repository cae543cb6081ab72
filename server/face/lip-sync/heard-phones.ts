import type { Phone } from '../../core/speech.ts';
import { VISEMES, type Viseme } from '../parameters.ts';
import { mouthShape } from '../visemes.ts';
import { openLipSync } from './lip-sync.ts';
import { HOP_MS } from './sound-features.ts';

/**
 * Phones with times for sound that is there as a whole, so that the face moves for it as for any voice: guessed from the
 * sound alone, or known from its text and placed where the sound has them. Both are the best path (Viterbi) through the
 * probabilities of the visemes.
 */

/** Which phone stands for a viseme that was heard. */
const PHONE_OF: Readonly<Record<Viseme, string>> = {
  sil: '',
  PP: 'm',
  FF: 'f',
  TH: 'θ',
  DD: 'd',
  kk: 'k',
  CH: 'ʃ',
  SS: 's',
  nn: 'n',
  RR: 'ɹ',
  aa: 'a',
  E: 'e',
  I: 'i',
  O: 'o',
  U: 'u',
};
const SIL = VISEMES.indexOf('sil');
const PP = VISEMES.indexOf('PP');
/** Natural logarithms: what a change of mouth costs, and the least that a viseme counts for. */
const CHANGE = 1;
const UNHEARD = Math.log(0.003);
/** Shut lips need more proof than others. */
const DOUBT_OF_CLOSURE = 0.2;
/** What a pause costs, and a row of a phone that lies `FAR_MS` or more from where it was expected. */
const PAUSE = 3;
const TRUST = 0.3;
const FAR_MS = 400;
const SHORTEST_MS = 20;

/** log P(viseme) by row of HOP_MS. A first hearing makes the second know the voice. */
export function heardVisemes(pcm: Int16Array, sampleRateHz: number): Float32Array[] {
  const lips = openLipSync(sampleRateHz, { knows: pcm });
  return [...lips.push(pcm), ...lips.end()].map(({ visemes }) => visemes.map((p) => Math.max(UNHEARD, Math.log(p))));
}

/** What was said, as far as lips show it. */
export function phonesFromSound(pcm: Int16Array, sampleRateHz: number): Phone[] {
  const heard = heardVisemes(pcm, sampleRateHz);
  const states = VISEMES.length;
  const from: Uint8Array[] = [];
  let score = new Float32Array(states);
  for (const row of heard) {
    const best = score.indexOf(Math.max(...score));
    const changed = (score[best] as number) - CHANGE;
    from.push(Uint8Array.from(score, (stayed, v) => (stayed >= changed ? v : best)));
    score = score.map((stayed, v) => Math.max(stayed, changed) + (row[v] as number) - (v === PP ? DOUBT_OF_CLOSURE : 0));
  }
  const path = new Array<number>(heard.length);
  let state = score.indexOf(Math.max(...score));
  for (let row = heard.length - 1; row >= 0; row--) {
    path[row] = state;
    state = (from[row] as Uint8Array)[state] as number;
  }
  return runs(path).map(({ value, start, end }) => ({
    symbol: PHONE_OF[VISEMES[value] as Viseme],
    startMs: start * HOP_MS,
    endMs: end * HOP_MS,
  }));
}

/** The same phones where the sound has them. Their times are a first guess; silences among them may vanish, and others appear. */
export function phonesPlacedBySound(guessed: readonly Phone[], pcm: Int16Array, sampleRateHz: number): Phone[] {
  const spoken = guessed.filter(({ symbol }) => mouthShape(symbol));
  const heard = heardVisemes(pcm, sampleRateHz);
  if (spoken.length === 0 || heard.length * HOP_MS < spoken.length * SHORTEST_MS) return [...guessed];
  const states = spoken.flatMap(statesOf);
  const borders = bestPath(states, heard);
  return spoken.flatMap((phone, i) => {
    const own = borders.filter(({ phone: of }) => of === i);
    const first = own[0];
    const last = own.at(-1);
    return first && last ? [{ ...phone, startMs: first.start * HOP_MS, endMs: last.end * HOP_MS }] : [];
  });
}

interface State {
  readonly viseme: number;
  /** Index of its phone; -1 for the pause that may follow one. */
  readonly phone: number;
  readonly middleMs: number;
}

/** A phone's visemes, and a pause that may be left out. */
function statesOf(phone: Phone, index: number): State[] {
  const { visemes, share } = mouthShape(phone.symbol) as NonNullable<ReturnType<typeof mouthShape>>;
  const lengthMs = phone.endMs - phone.startMs;
  const middles = visemes.length === 2 ? [share / 2, (1 + share) / 2] : [0.5];
  return [
    ...middles.map((at, i) => ({
      viseme: VISEMES.indexOf(visemes[i] as Viseme),
      phone: index,
      middleMs: phone.startMs + at * lengthMs,
    })),
    { viseme: SIL, phone: -1, middleMs: phone.endMs },
  ];
}

/** Runs of rows by state, in order; pauses are left out. */
function bestPath(states: readonly State[], heard: readonly Float32Array[]): { phone: number; start: number; end: number }[] {
  const first: State = { viseme: SIL, phone: -1, middleMs: 0 };
  const all = [first, ...states];
  let score = new Float64Array(all.length).fill(Number.NEGATIVE_INFINITY);
  score[0] = 0;
  score[1] = 0;
  const steps: Uint8Array[] = [];
  heard.forEach((row, t) => {
    const step = new Uint8Array(all.length);
    const next = new Float64Array(all.length).fill(Number.NEGATIVE_INFINITY);
    all.forEach(({ viseme, phone, middleMs }, s) => {
      let best = score[s] as number;
      // Stay, come from the state before, or leave out the pause before.
      for (const back of [1, 2]) {
        if (t === 0 || s < back || (back === 2 && all[s - 1]?.phone !== -1)) continue;
        const value = (score[s - back] as number) - (phone === -1 ? PAUSE : 0);
        if (value > best) {
          best = value;
          step[s] = back;
        }
      }
      const offMs = (t + 0.5) * HOP_MS - middleMs;
      const farness = phone === -1 ? 0 : TRUST * Math.min(1, (offMs / FAR_MS) ** 2);
      next[s] = best + (row[viseme] as number) - farness;
    });
    steps.push(step);
    score = next;
  });
  // Ends in the last phone or in the pause behind it.
  let state = (score[all.length - 1] as number) > (score[all.length - 2] as number) ? all.length - 1 : all.length - 2;
  const path = new Array<number>(heard.length);
  for (let t = heard.length - 1; t >= 0; t--) {
    path[t] = state;
    state -= (steps[t] as Uint8Array)[state] as number;
  }
  return runs(path)
    .map(({ value, start, end }) => ({ phone: all[value]?.phone ?? -1, start, end }))
    .filter(({ phone }) => phone >= 0);
}

function runs(path: readonly number[]): { value: number; start: number; end: number }[] {
  const found: { value: number; start: number; end: number }[] = [];
  path.forEach((value, i) => {
    const last = found.at(-1);
    if (last?.value === value) last.end = i + 1;
    else found.push({ value, start: i, end: i + 1 });
  });
  return found;
}
