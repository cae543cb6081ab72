import { z } from 'zod';
import { type EngineDescription, engineDescription } from '../../server/protocol/index.ts';

/** What the server offers, asked once when the page opens. A server that does not say offers its defaults. */
const avatarEntry = z.object({
  name: z.string(),
  title: z.string(),
  poster_url: z.string().optional(),
  default: z.boolean().optional(),
});
const voiceEntry = z.object({
  name: z.string(),
  title: z.string(),
  languages: z.array(z.string()),
  available: z.boolean(),
  default: z.boolean().optional(),
});

export type AvatarEntry = z.output<typeof avatarEntry>;
export type VoiceEntry = z.output<typeof voiceEntry>;

export interface Catalogue {
  readonly avatars: readonly AvatarEntry[];
  readonly voices: readonly VoiceEntry[];
  readonly engines: readonly EngineDescription[];
}

export const emptyCatalogue: Catalogue = { avatars: [], voices: [], engines: [] };

const list = z.object({ data: z.array(z.unknown()) });

/** Entries that this version does not understand are left out, not the list. */
async function fetchList<Entry>(base: URL, name: string, schema: z.ZodType<Entry>): Promise<Entry[]> {
  try {
    const response = await fetch(new URL(`api/v1/${name}`, base));
    if (!response.ok) return [];
    return list.parse(await response.json()).data.flatMap((entry) => {
      const parsed = schema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
  } catch {
    return []; // the call itself will say what is wrong with the server
  }
}

export async function fetchCatalogue(base: URL): Promise<Catalogue> {
  const [avatars, voices, engines] = await Promise.all([
    fetchList(base, 'avatars', avatarEntry),
    fetchList(base, 'voices', voiceEntry),
    fetchList(base, 'engines', engineDescription),
  ]);
  return { avatars, voices: voices.filter((voice) => voice.available), engines };
}

/** The languages that some voice speaks, once each. */
export const languagesOf = (voices: readonly VoiceEntry[]): string[] => [...new Set(voices.flatMap((voice) => voice.languages))].sort();

const primary = (tag: string): string | undefined => tag.split('-', 1)[0]?.toLowerCase();

/** A voice fits when it speaks the primary language ("en-GB" fits "en"). */
export const speaks = (voice: VoiceEntry, language: string): boolean => voice.languages.some((own) => primary(own) === primary(language));

/** "Arabic" for `ar`, in the words of the page's language. */
export function languageName(tag: string, inLanguage: string): string {
  try {
    return new Intl.DisplayNames([inLanguage], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // not a language tag
  }
}
