import type { Random } from './random.ts';
import { TRAINING_RATE_HZ, type Utterance } from './speech-store.ts';

/**
 * Makes a clean voice into many: other throats (resampling moves pitch and formants), hoarse and whispered, in rooms, by
 * other microphones, in noise, near and far, with breaths and pauses. What is done to a recording is done to all of it.
 */
export interface Recording {
  /** -1..1 at TRAINING_RATE_HZ. */
  readonly sound: Float32Array;
  readonly phones: { symbol: string; startMs: number; endMs: number }[];
}

const LONGEST_PAUSE_MS = 1_300;

/** Utterances of one voice in a row, as one recording. */
export function recordingOf(utterances: readonly Utterance[], babble: Float32Array | undefined, random: Random): Recording {
  const stretch = random.chance(0.8) ? random.between(0.82, 1.22) : 1;
  const hoarseness = random.chance(0.3) ? random.next() ** 2 : 0;
  const parts: Float32Array[] = [];
  const phones: Recording['phones'] = [];
  let samples = 0;
  const pause = () => {
    const length = Math.round((TRAINING_RATE_HZ * random.next() ** 2 * LONGEST_PAUSE_MS) / 1000);
    const silence = new Float32Array(length);
    if (random.chance(0.35)) breathe(silence, random);
    parts.push(silence);
    samples += length;
  };
  for (const { pcm, phones: spoken } of utterances) {
    pause();
    const startMs = (samples * 1000) / TRAINING_RATE_HZ;
    phones.push(
      ...spoken.map((phone) => ({
        symbol: phone.symbol,
        startMs: startMs + phone.startMs * stretch,
        endMs: startMs + phone.endMs * stretch,
      })),
    );
    const voice = stretched(pcm, stretch);
    const part = hoarseness > 0 ? hoarse(voice, hoarseness, random) : voice;
    scale(part, 10 ** random.between(-0.25, 0.25) / Math.max(1e-4, rms(part)));
    parts.push(part);
    samples += part.length;
  }
  pause();
  const sound = joined(parts, samples);
  colour(sound, random);
  if (random.chance(0.5)) reverberate(sound, random);
  if (random.chance(0.9)) addNoise(sound, random.between(0.5, 4.5), random);
  if (babble && random.chance(0.12)) addBabble(sound, babble, random.between(1, 2.5));
  if (random.chance(0.3)) addHum(sound, random);
  scale(sound, 10 ** random.between(-2, -0.7));
  return { sound, phones };
}

/** Linear interpolation loses some treble, as microphones do. `factor` above 1 is longer and lower. */
function stretched(pcm: Int16Array, factor: number): Float32Array {
  return Float32Array.from({ length: Math.floor((pcm.length - 1) * factor) }, (_, i) => {
    const at = i / factor;
    const whole = Math.floor(at);
    const share = at - whole;
    return ((pcm[whole] as number) * (1 - share) + (pcm[whole + 1] ?? 0) * share) / 32_768;
  });
}

/** Mixes in the same sound with its harmonics torn apart: pieces shorter than a pitch period, each by a random sign. */
function hoarse(voice: Float32Array, share: number, random: Random): Float32Array {
  const length = 80;
  const out = new Float32Array(voice.length);
  for (let start = 0; start < voice.length; start += length / 2) {
    const sign = random.chance(0.5) ? 1 : -1;
    const shift = random.below(40) - 20;
    for (let i = 0; i < length && start + i < voice.length; i++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length);
      out[start + i] = (out[start + i] as number) + sign * window * (voice[start + i + shift] ?? 0);
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = share * 1.4 * (out[i] as number) + (1 - share) * (voice[i] as number);
  return out;
}

/** A puff of noise, as before a sentence, or the smack of parting lips. */
function breathe(silence: Float32Array, random: Random): void {
  const length = Math.min(silence.length, Math.round(random.between(0.02, 0.5) * TRAINING_RATE_HZ));
  const start = random.below(silence.length - length + 1);
  const loudness = 10 ** random.between(-2, -0.7);
  const smooth = random.between(0.2, 0.8);
  let last = 0;
  for (let i = 0; i < length; i++) {
    last += (1 - smooth) * (random.normal() - last);
    silence[start + i] = loudness * last * Math.sin((Math.PI * i) / length);
  }
}

/** Tilt, some resonances and, now and then, a narrow band. */
function colour(sound: Float32Array, random: Random): void {
  const tilt = random.between(-0.5, 0.5);
  let before = 0;
  for (let i = 0; i < sound.length; i++) {
    const now = sound[i] as number;
    sound[i] = now - tilt * before;
    before = now;
  }
  for (let i = 0; i < 3; i++) peak(sound, 150 * 2 ** random.between(0, 5.5), random.between(0.5, 2), random.between(-8, 8));
  if (random.chance(0.25)) {
    const pole = Math.exp((-2 * Math.PI * random.between(2_500, 6_500)) / TRAINING_RATE_HZ);
    let low = 0;
    let lower = 0;
    for (let i = 0; i < sound.length; i++) {
      low += (1 - pole) * ((sound[i] as number) - low);
      lower += (1 - pole) * (low - lower);
      sound[i] = lower;
    }
  }
}

/** Peaking equaliser of R. Bristow-Johnson's cookbook. */
function peak(sound: Float32Array, hz: number, quality: number, gainDb: number): void {
  const w = (2 * Math.PI * hz) / TRAINING_RATE_HZ;
  const gain = 10 ** (gainDb / 40);
  const alpha = Math.sin(w) / (2 * quality);
  const a0 = 1 + alpha / gain;
  const [b0, b1, b2] = [(1 + alpha * gain) / a0, (-2 * Math.cos(w)) / a0, (1 - alpha * gain) / a0];
  const [a1, a2] = [b1, (1 - alpha / gain) / a0];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < sound.length; i++) {
    const x = sound[i] as number;
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    sound[i] = y;
  }
}

/** A room's echoes: a decaying train of single pulses (velvet noise). */
function reverberate(sound: Float32Array, random: Random): void {
  const decaySamples = (random.between(0.08, 0.4) * TRAINING_RATE_HZ) / 6.9;
  const wet = random.between(0.1, 0.7);
  const dry = Float32Array.from(sound);
  const echoes = 70;
  for (let e = 0; e < echoes; e++) {
    const delay = 30 + Math.round(-Math.log(1 - random.next() * 0.98) * decaySamples);
    const gain = ((random.chance(0.5) ? 1 : -1) * wet * 1.5) / Math.sqrt(echoes);
    for (let i = delay; i < sound.length; i++) sound[i] = (sound[i] as number) + gain * (dry[i - delay] as number);
  }
}

/** From hiss to rumble; `ratio` in decades of power below the speech. */
function addNoise(sound: Float32Array, ratio: number, random: Random): void {
  const smooth = random.chance(0.4) ? random.between(0.5, 0.98) : random.next() * 0.5;
  const gain = rms(sound) * 10 ** (-ratio / 2) * Math.sqrt((1 + smooth) / (1 - smooth));
  let last = 0;
  for (let i = 0; i < sound.length; i++) {
    last += (1 - smooth) * (random.normal() - last);
    sound[i] = (sound[i] as number) + gain * last;
  }
}

function addBabble(sound: Float32Array, babble: Float32Array, ratio: number): void {
  const gain = (rms(sound) * 10 ** (-ratio / 2)) / Math.max(1e-4, rms(babble));
  for (let i = 0; i < sound.length; i++) sound[i] = (sound[i] as number) + gain * (babble[i % babble.length] as number);
}

function addHum(sound: Float32Array, random: Random): void {
  const w = (2 * Math.PI * random.pick([50, 60])) / TRAINING_RATE_HZ;
  const gain = rms(sound) * 10 ** random.between(-1.5, -0.3);
  for (let i = 0; i < sound.length; i++)
    sound[i] = (sound[i] as number) + gain * (Math.sin(w * i) + 0.3 * Math.sin(2 * w * i) + 0.2 * Math.sin(3 * w * i));
}

function joined(parts: readonly Float32Array[], samples: number): Float32Array {
  const sound = new Float32Array(samples);
  let at = 0;
  for (const part of parts) {
    sound.set(part, at);
    at += part.length;
  }
  return sound;
}

function rms(sound: Float32Array): number {
  let squares = 0;
  for (const v of sound) squares += v * v;
  return Math.sqrt(squares / Math.max(1, sound.length));
}

function scale(sound: Float32Array, gain: number): void {
  for (let i = 0; i < sound.length; i++) sound[i] = (sound[i] as number) * gain;
}
