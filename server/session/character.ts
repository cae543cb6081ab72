import { type Character, nameOfFolder } from '../core/character.ts';
import type { Config } from '../core/config-schema.ts';
import { primaryLanguage } from '../core/language.ts';
import type { Speaking } from '../speaking/contract.ts';
import type { Persona } from '../thinking/contract.ts';
import type { SessionSettings } from './session-parts.ts';
import { usualWords } from './usual-words.ts';

/** What a call's avatar is called. The configured name belongs to the configured face: another one is somebody else. */
export function nameOf({ persona, face }: Config, avatar: string, character?: Character): string {
  const configured = avatar === face.avatar ? persona.name : undefined;
  return configured ?? character?.name ?? nameOfFolder(avatar);
}

/** Who speaks through a face, and in what language. `instructions` of the call replace the persona's and the character's. */
export function personaOf(
  config: Config,
  avatar: string,
  character: Character | undefined,
  { language, instructions }: { readonly language: string; readonly instructions?: string | undefined },
): Persona {
  const name = nameOf(config, avatar, character);
  const named = (text: string) => text.replaceAll('{name}', name);
  const { systemPrompt, greeting = usualWords(language).greeting } = config.persona;
  const prompt = character?.persona ? `${systemPrompt} ${character.persona}` : systemPrompt;
  return { name, systemPrompt: instructions ?? named(prompt), greeting: named(greeting) };
}

/** The voice of a face that nobody chose a voice for. */
export function voiceOf(
  { persona, face, speaking: { voice } }: Config,
  speaking: Speaking,
  avatar: string,
  character: Character | undefined,
  language: string,
): string {
  if (voice !== 'auto' && avatar === face.avatar && language === persona.language) return voice;
  const usable = new Set(speaking.voices().flatMap(({ id, available }) => (available ? [id] : [])));
  const own = character?.voices?.[primaryLanguage(language)]?.find((id) => usable.has(id));
  return own ?? speaking.defaultVoice(language, character?.sex);
}

/** Another face in mid-call: from the next answer on it has its own voice and name, but for what the call has chosen. */
export function becomeCharacter(
  settings: SessionSettings,
  avatar: string,
  character: Character | undefined,
  { config, speaking }: { readonly config: Config; readonly speaking: Speaking },
): void {
  const { chosen, language, persona } = settings;
  settings.avatar = avatar;
  settings.character = character;
  settings.persona = personaOf(config, avatar, character, {
    language,
    instructions: chosen.instructions ? persona.systemPrompt : undefined,
  });
  if (!chosen.voice) settings.voice = voiceOf(config, speaking, avatar, character, language);
}
