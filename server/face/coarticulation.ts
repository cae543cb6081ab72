import type { Phone } from '../core/speech.ts';
import { VISEMES, type Viseme } from './parameters.ts';
import { languageMouths } from './language-mouths.ts';
import { isBilabial, isLabiodental, isVowel, mouthShape } from './visemes.ts';

/**
 * Phones with times -> viseme weights at any time. Each phone pulls the mouth to its shape with a dominance that decays
 * around it (Cohen & Massaro, "Modeling coarticulation in synthetic visual speech", 1993), so that vowels colour the
 * consonants between them and rounding comes early. Some things are no matter of degree: lips are shut for p b m, the
 * lower lip is at the teeth for f v, the tongue is between them for th; these are laid over the rest as plateaus. The
 * silence around speech shuts the mouth as another.
 */

/** A phone, or half of a diphthong, on the time axis. */
interface Segment {
  readonly viseme: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly weight: number;
  /** How much of it is rounded lips, 0..1. */
  readonly rounding: number;
  /** How much of the tip of the tongue is seen, 0..1. */
  readonly tip: number;
  /** How loud it sounds, 0..1; 0 where that is not known. */
  readonly loudness: number;
  /** Strength at the centre, and the time constants of its decay before and after. Faint shapes pull harder, to be seen at all. */
  readonly dominance: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

type SegmentShape = Pick<Segment, 'weight' | 'loudness' | 'rounding' | 'tip'> & { readonly earlyRounding: number };

interface Plateau {
  readonly viseme: number;
  /** Fully reached between these. */
  readonly startMs: number;
  readonly endMs: number;
  readonly rampInMs: number;
  readonly rampOutMs: number;
}

interface Utterance {
  startMs: number;
  endMs: number;
}

/** A frame lasts 40 ms at 25 fps: a plateau of 46 is seen by at least one. */
const SHORTEST_CLOSURE_MS = 46;
const CLOSURE_RAMP_MS = 55;
const LABIODENTAL_RAMP_MS = 50;
/** Lips may part so long before the sound; more would look like speech without sound. */
const ONSET_MS = 40;
/** The mouth is shut so long after the last phone. */
const OFFSET_MS = 75;
/** A pause at least so long shuts the mouth. */
const PAUSE_MS = 150;
const REACH_MS = 320;
const KEPT_MS = 1_000;

/** Dominance, and time constants of anticipation and carry-over in ms, by what the shape needs of the lips. */
const CHARACTER: Readonly<Record<Viseme, readonly [dominance: number, beforeMs: number, afterMs: number]>> = {
  sil: [1, 20, 20],
  PP: [1, 15, 15],
  FF: [1, 15, 15],
  TH: [1.15, 16, 16],
  DD: [1.0, 14, 14],
  kk: [0.9, 14, 14],
  CH: [1.25, 24, 18],
  SS: [1.05, 15, 15],
  nn: [1.0, 14, 14],
  RR: [1.0, 20, 17],
  aa: [1.1, 18, 20],
  E: [1.05, 18, 19],
  I: [1.05, 18, 19],
  O: [1.15, 28, 21],
  U: [1.15, 32, 22],
};

/**
 * How far the mouth goes for a shape in running speech, where consonants do not reach what they show when held. The
 * opening then follows the loudness of the sound.
 */
export const REACH: Readonly<Record<Viseme, number>> = {
  sil: 1,
  PP: 1,
  FF: 1,
  TH: 0.4,
  DD: 0.4,
  kk: 0.45,
  CH: 0.6,
  SS: 0.6,
  nn: 0.8,
  RR: 1,
  aa: 0.78,
  E: 1,
  I: 1,
  O: 1,
  U: 1,
};

const INDEX = Object.fromEntries(VISEMES.map((v, i) => [v, i])) as Readonly<Record<Viseme, number>>;
const ROUND: ReadonlySet<Viseme> = new Set<Viseme>(['O', 'U']);
const EDGE_LOSS = 0.25;
const UNSTRESSED = 0.8;
/** Of a stressed vowel whose loudness is not known. */
const USUAL_STRESS = 0.7;
/** What is left of a shape in a phone that can hardly be heard. */
const QUIET = 0.1;
/** Lips are rounded however quiet it sounds: that makes the sound, and opens nothing. */
const LEAST_EFFORT: Partial<Readonly<Record<Viseme, number>>> = { CH: 0.6, U: 0.5 };
/** The tongue comes between the teeth for th at least so far, however quiet that is. */
const TONGUE_SEEN = 0.55;
const TIP_IN_TH = 0.9;
/** A short neighbour keeps so much of its time from a closure's ramp. */
const RAMP_SHARE = 0.6;
/**
 * Closures may be full when the mouth begins to open only: that of a very short first phone is, 10 ms before its label.
 * They still come from nothing where the gate opens, without a jump.
 */
const CLOSURES_LEAD = 3.5;
/** Lips need about so long from anywhere to anywhere: people say no more than six or seven "pa" a second. */
const SHORTEST_RAMP_MS = 40;
/**
 * Shapes are averaged over a moment, evenly to both sides, which rounds the corners of their changes and keeps their
 * times: mouths have mass.
 */
const TAPS = [
  [-10, 0.25],
  [0, 0.5],
  [10, 0.25],
] as const;

export class SpeechTrack {
  readonly #segments: Segment[] = [];
  readonly #plateaus: Plateau[] = [];
  readonly #utterances: Utterance[] = [];
  readonly #stresses: { readonly atMs: number; readonly strength: number }[] = [];
  readonly #raw = new Float32Array(VISEMES.length);
  #closure = 0;
  #loudness = 0;
  #tip = 0;

  /** Adds phones whose times count from `startMs`, as people of that language (BCP 47) shape them. Pieces come in order. */
  add(startMs: number, phones: readonly Phone[], language?: string): void {
    const { earlyRounding } = languageMouths(language);
    phones.forEach((phone, i) => {
      const from = startMs + phone.startMs;
      const to = startMs + phone.endMs;
      const mouth = mouthShape(phone.symbol, language);
      if (!mouth || !(to > from)) return;
      this.#extend(from, to);
      const weight = mouth.weight * effort(phone, mouth.visemes[0]);
      const split = from + (to - from) * mouth.share;
      const loudness = phone.loudness ?? 0;
      const segment = { weight, loudness, rounding: mouth.rounding ?? 0, tip: mouth.tip ?? 0, earlyRounding };
      this.#addSegment(mouth.visemes[0], from, split, segment);
      if (mouth.visemes.length === 2) this.#addSegment(mouth.visemes[1], split, to, segment);
      const ramps = (longestMs: number) => [rampMs(phones[i - 1], longestMs), rampMs(phones[i + 1], longestMs)] as const;
      // A p or b opens with its burst, shortly before its label ends.
      if (isBilabial(mouth)) this.#addPlateau(INDEX.PP, from, to, ramps(CLOSURE_RAMP_MS), phone.symbol === 'm' ? 1 : 0.85);
      else if (isLabiodental(mouth)) this.#addPlateau(INDEX.FF, from, to, ramps(LABIODENTAL_RAMP_MS), 1);
      else if (mouth.visemes[0] === 'TH') this.#addPlateau(INDEX.TH, from, to, ramps(LABIODENTAL_RAMP_MS), 1);
      if (phone.stressed && isVowel(mouth.visemes[0])) this.#stresses.push({ atMs: from, strength: phone.loudness ?? USUAL_STRESS });
    });
  }

  /** End of everything known, ms; -Infinity when there is nothing. */
  get endMs(): number {
    return this.#utterances.at(-1)?.endMs ?? Number.NEGATIVE_INFINITY;
  }

  /** How tightly the lips were shut by a p, b or m at the last `weightsAt`, 0..1. */
  get closure(): number {
    return this.#closure;
  }

  /** How loud the speech was at the last `weightsAt`, 0..1, as far as the lips are free to follow. */
  get loudness(): number {
    return this.#loudness;
  }

  /** How far the tip of the tongue is seen at the last `weightsAt`, 0..1: between the teeth for th, behind them for l. */
  get tip(): number {
    return this.#tip;
  }

  /** How strongly the stressed vowels that begin within [fromMs, toMs) are stressed, 0..1; 0 where none begins. */
  stressBetween(fromMs: number, toMs: number): number {
    return this.#stresses.reduce((most, { atMs, strength }) => (atMs >= fromMs && atMs < toMs ? Math.max(most, strength) : most), 0);
  }

  /** The pause that begins within [fromMs, toMs), and how long it is as far as is known. */
  pauseBetween(fromMs: number, toMs: number): { readonly lengthMs: number } | undefined {
    const i = this.#utterances.findIndex(({ endMs }) => endMs >= fromMs && endMs < toMs);
    const ended = this.#utterances[i];
    if (!ended) return undefined;
    return { lengthMs: (this.#utterances[i + 1]?.startMs ?? Number.POSITIVE_INFINITY) - ended.endMs };
  }

  /** 0 in silence, 1 in speech, with short ramps around. */
  gateAt(ms: number): number {
    let gate = 0;
    for (const { startMs, endMs } of this.#utterances) {
      if (ms <= startMs - ONSET_MS || ms >= endMs + OFFSET_MS) continue;
      const opening = (ms - startMs + ONSET_MS) / (2 * ONSET_MS);
      const closing = (endMs + OFFSET_MS - ms) / OFFSET_MS;
      gate = Math.max(gate, smooth(Math.min(opening, closing)));
    }
    return gate;
  }

  /** Fills `out`, 15 weights in the order of VISEMES; they sum to at most 1, the rest is the mouth at rest. */
  weightsAt(ms: number, out: Float32Array): void {
    out.fill(0);
    this.#closure = 0;
    this.#loudness = 0;
    this.#tip = 0;
    const gate = this.gateAt(ms);
    if (gate === 0) return;
    let loudness = 0;
    for (const [offsetMs, share] of TAPS) loudness += share * this.#blend(ms + offsetMs, share * gate, out);
    const limit = Math.min(1, CLOSURES_LEAD * gate);
    this.#overlay(INDEX.TH, ms, out, Math.min(TONGUE_SEEN, limit));
    const bite = this.#overlay(INDEX.FF, ms, out, limit);
    this.#closure = this.#overlay(INDEX.PP, ms, out, limit);
    this.#loudness = loudness * gate * (1 - Math.max(bite, this.#closure));
    this.#tip = Math.max(this.#tip * (1 - Math.max(bite, this.#closure)), TIP_IN_TH * (out[INDEX.TH] as number));
    out[INDEX.sil] = 0;
  }

  /** Forgets what lies far in the past. */
  prune(beforeMs: number): void {
    const old = (item: { endMs: number }) => item.endMs < beforeMs - KEPT_MS;
    dropWhile(this.#segments, old);
    dropWhile(this.#plateaus, old);
    dropWhile(this.#utterances, old);
    dropWhile(this.#stresses, ({ atMs }) => atMs < beforeMs - KEPT_MS);
  }

  /** Adds what the phones around `ms` make of the mouth, without what has to shut it; returns how loud they are. */
  #blend(ms: number, share: number, out: Float32Array): number {
    let total = 0;
    let loudness = 0;
    let tip = 0;
    this.#raw.fill(0);
    for (const s of this.#segments) {
      if (s.startMs > ms + REACH_MS) break;
      if (s.endMs < ms - REACH_MS) continue;
      const pull = dominanceAt(s, ms);
      total += pull;
      loudness += pull * s.loudness;
      tip += pull * s.tip;
      this.#raw[s.viseme] = (this.#raw[s.viseme] as number) + pull * s.weight * (1 - s.rounding);
      if (s.rounding > 0) this.#raw[INDEX.U] = (this.#raw[INDEX.U] as number) + pull * s.weight * s.rounding;
    }
    if (total === 0) return 0;
    for (let v = 0; v < out.length; v++) out[v] = (out[v] as number) + (share * (this.#raw[v] as number)) / total;
    this.#tip += (share * tip) / total;
    return loudness / total;
  }

  #extend(from: number, to: number): void {
    const last = this.#utterances.at(-1);
    if (last && from - last.endMs < PAUSE_MS) last.endMs = Math.max(last.endMs, to);
    else this.#utterances.push({ startMs: from, endMs: to });
  }

  #addSegment(viseme: Viseme, startMs: number, endMs: number, { weight, earlyRounding, ...rest }: SegmentShape): void {
    const [dominance, beforeMs, afterMs] = CHARACTER[viseme];
    this.#segments.push({
      ...rest,
      viseme: INDEX[viseme],
      startMs,
      endMs,
      weight: weight * REACH[viseme],
      dominance: dominance / Math.sqrt(weight),
      beforeMs: ROUND.has(viseme) ? beforeMs * earlyRounding : beforeMs,
      afterMs,
    });
  }

  #addPlateau(viseme: number, from: number, to: number, [rampInMs, rampOutMs]: readonly [number, number], share: number): void {
    let startMs = from;
    let endMs = from + (to - from) * share;
    if (endMs - startMs < SHORTEST_CLOSURE_MS) {
      const centre = (from + to) / 2;
      startMs = centre - SHORTEST_CLOSURE_MS / 2;
      endMs = centre + SHORTEST_CLOSURE_MS / 2;
    }
    this.#plateaus.push({ viseme, startMs, endMs, rampInMs, rampOutMs });
  }

  /** Presses the mouth into one shape while its plateaus last; returns how far. */
  #overlay(viseme: number, ms: number, out: Float32Array, limit: number): number {
    let level = 0;
    for (const p of this.#plateaus) {
      if (p.viseme !== viseme || ms < p.startMs - p.rampInMs || ms > p.endMs + p.rampOutMs) continue;
      const into = ms < p.startMs ? smooth(1 - (p.startMs - ms) / p.rampInMs) : 1;
      const outOf = ms > p.endMs ? smooth(1 - (ms - p.endMs) / p.rampOutMs) : 1;
      level = Math.max(level, Math.min(into, outOf, limit));
    }
    if (level === 0) return 0;
    for (let v = 0; v < out.length; v++) out[v] = (out[v] as number) * (1 - level);
    out[viseme] = (out[viseme] as number) + level;
    return level;
  }
}

function dominanceAt(s: Segment, ms: number): number {
  const centre = (s.startMs + s.endMs) / 2;
  const half = (s.endMs - s.startMs) / 2;
  // Within the segment the pull is nearly full, so that shapes change at the labels' borders; beyond, it decays.
  const inside = Math.abs(ms - centre) / Math.max(half, 1);
  if (inside <= 1) return s.dominance * (1 - EDGE_LOSS * inside * inside);
  const beyond = ms < centre ? (s.startMs - ms) / s.beforeMs : (ms - s.endMs) / s.afterMs;
  return s.dominance * (1 - EDGE_LOSS) * Math.exp(-Math.max(0, beyond));
}

/** How far the mouth goes by how loud the phone is; where that is not known, by its stress. */
function effort(phone: Phone, viseme: Viseme): number {
  if (phone.loudness !== undefined) return Math.max(LEAST_EFFORT[viseme] ?? 0, QUIET + (1 - QUIET) * phone.loudness);
  return isVowel(viseme) && phone.stressed === false ? UNSTRESSED : 1;
}

/** How long a closure may take from its neighbour. */
const rampMs = (neighbour: Phone | undefined, longestMs: number): number =>
  neighbour ? Math.min(longestMs, Math.max(SHORTEST_RAMP_MS, RAMP_SHARE * (neighbour.endMs - neighbour.startMs))) : longestMs;

const smooth = (x: number): number => {
  const t = Math.min(1, Math.max(0, x));
  return t * t * (3 - 2 * t);
};

function dropWhile<T>(items: T[], test: (item: T) => boolean): void {
  const keep = items.findIndex((item) => !test(item));
  items.splice(0, keep < 0 ? items.length : keep);
}
