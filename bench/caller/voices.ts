import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SPEECH_RATE_HZ } from '../../server/core/media-time.ts';

/** Recordings of people, for benches only: 24 kHz mono from a PCM WAV of any rate. */
const MATERIAL = path.resolve(import.meta.dirname, '../../../shared/material/speech');

export interface Clip {
  readonly name: string;
  readonly pcm: Int16Array;
}

/** Human utterances of 1.5 to 12 s; empty when the material is not there. */
export function humanClips(limit: number): Clip[] {
  if (!existsSync(MATERIAL)) return [];
  const files = readdirSync(MATERIAL).filter((file) => /^(LJ|sb_|user_).*\.wav$/.test(file));
  const clips = files.map((file) => ({ name: file, pcm: readClip(path.join(MATERIAL, file)) }));
  return clips.filter(({ pcm }) => pcm.length > 1.5 * SPEECH_RATE_HZ && pcm.length < 12 * SPEECH_RATE_HZ).slice(0, limit);
}

function readClip(file: string): Int16Array {
  const bytes = readFileSync(file);
  let rateHz = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (id === 'fmt ') rateHz = bytes.readUInt32LE(at + 12);
    if (id === 'data') {
      const samples = new Int16Array(Math.floor(Math.min(size, bytes.length - at - 8) / 2));
      for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(at + 8 + i * 2);
      return levelled(resampled(samples, rateHz));
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${file} is no WAV`);
}

/** Linear: what is lost above 8 kHz does not matter to a recogniser at 16 kHz. */
function resampled(samples: Int16Array, rateHz: number): Int16Array {
  const out = new Int16Array(Math.floor((samples.length * SPEECH_RATE_HZ) / rateHz));
  for (let i = 0; i < out.length; i++) {
    const at = (i * rateHz) / SPEECH_RATE_HZ;
    const left = samples[Math.floor(at)] ?? 0;
    const right = samples[Math.floor(at) + 1] ?? left;
    out[i] = left + (right - left) * (at % 1);
  }
  return out;
}

/** Everybody speaks at about the same level, as browsers' gain control would have it. */
function levelled(pcm: Int16Array): Int16Array {
  const peak = pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return pcm.map((value) => (value * 16_000) / peak);
}

/** The clip with a pause of `pauseMs` put into its longest quiet place between 30 and 70 % of its length. */
export function withPause(clip: Clip, pauseMs: number): Clip {
  const { pcm } = clip;
  const window = Math.round(0.04 * SPEECH_RATE_HZ);
  let quietest = Math.floor(pcm.length / 2);
  let least = Number.POSITIVE_INFINITY;
  for (let at = Math.floor(pcm.length * 0.3); at < pcm.length * 0.7; at += window / 2) {
    let energy = 0;
    for (let i = 0; i < window; i++) energy += Math.abs(pcm[Math.floor(at) + i] ?? 0);
    if (energy < least) [least, quietest] = [energy, Math.floor(at) + window / 2];
  }
  const pause = Math.round((pauseMs * SPEECH_RATE_HZ) / 1000);
  const out = new Int16Array(pcm.length + pause);
  out.set(pcm.subarray(0, quietest));
  out.set(pcm.subarray(quietest), quietest + pause);
  return { name: `${clip.name} + ${pauseMs} ms`, pcm: out };
}
