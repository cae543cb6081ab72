import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { primaryLanguage } from '../core/language.ts';
import { speakingError } from './speaking-error.ts';

/** `voices/<id>/voice.json`. */
const voiceSchema = z.strictObject({
  title: z.string().min(1).max(80).describe('What people see.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .describe('BCP 47; mul: any language the engine knows.'),
  engine: z.string().min(1).max(60).describe('Id of a TTS engine.'),
  options: z.record(z.string(), z.unknown()).default({}).describe("The engine's own options."),
  fallbacks: z.array(z.string()).default([]).describe('Voices that go on when this one fails, in order.'),
  sex: z.enum(['female', 'male']).optional().describe('Left out where any face may speak with it.'),
  preference: z.number().default(0).describe('Among the voices of a language the highest one is the default.'),
});

export interface Voice extends z.output<typeof voiceSchema> {
  readonly id: string;
}

export const ANY_LANGUAGE = 'mul';

/** Reads every voice of the folder. A broken `voice.json` is `voice_invalid`, naming the file and the key. */
export async function loadVoices(voicesDir: string): Promise<ReadonlyMap<string, Voice>> {
  const voices = new Map<string, Voice>();
  const folders = await readdir(voicesDir, { withFileTypes: true }).catch((cause: unknown) => {
    throw speakingError('voice_invalid', `The voices folder ${voicesDir} cannot be read`, { cause });
  });
  for (const folder of folders.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(voicesDir, folder.name, 'voice.json');
    const content = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw speakingError('voice_invalid', `${file} cannot be read`, { cause });
    });
    voices.set(folder.name, { id: folder.name, ...parseVoice(content, file) });
  }
  return voices;
}

function parseVoice(content: string, file: string): z.output<typeof voiceSchema> {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw speakingError('voice_invalid', `${file} is not JSON`, { cause });
  }
  const parsed = voiceSchema.safeParse(json);
  if (!parsed.success) throw speakingError('voice_invalid', `${file}: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
  return parsed.data;
}

export const speaksLanguage = (voice: Voice, language: string): boolean =>
  primaryLanguage(voice.language) === ANY_LANGUAGE || primaryLanguage(voice.language) === primaryLanguage(language);

/** Best first: the wanted region before others, then by preference. */
export function voicesForLanguage(voices: Iterable<Voice>, language: string): Voice[] {
  const region = (voice: Voice) => (language.includes('-') && voice.language.toLowerCase() === language.toLowerCase() ? 1 : 0);
  return [...voices]
    .filter((voice) => speaksLanguage(voice, language))
    .sort((a, b) => region(b) - region(a) || b.preference - a.preference || (a.id < b.id ? -1 : 1));
}

/** The voice itself, its fallbacks, then the other voices of the language, each engine's best before its others. */
export function voiceChain(voices: ReadonlyMap<string, Voice>, first: Voice, language: string): Voice[] {
  const named = first.fallbacks.map((id) => voices.get(id)).filter((voice) => voice !== undefined);
  const chain = [first, ...named.filter((voice) => speaksLanguage(voice, language))];
  for (const voice of voicesForLanguage(voices.values(), language)) {
    if (!chain.some((chosen) => chosen.engine === voice.engine)) chain.push(voice);
  }
  return [...new Set(chain)];
}

export function unknownVoice(wanted: string, known: Iterable<string>): Error {
  const nearest = nearestName(wanted, known);
  return speakingError(
    'voice_unknown',
    `There is no voice ${JSON.stringify(wanted.slice(0, 60))}${nearest ? `; did you mean ${JSON.stringify(nearest)}?` : ''}`,
  );
}

function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const distance = editDistance(wanted.slice(0, 60).toLowerCase(), name.toLowerCase());
    if (distance < least) [least, nearest] = [distance, name];
  }
  return nearest;
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
