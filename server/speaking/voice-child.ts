import { type ChildMessage, serveParent } from '../core/child.ts';
import { scanEngines } from '../core/engine-folder.ts';
import { OWN_ENGINES, type SpeakingConfig, type TtsDefinition, type TtsEngine, type VoiceState } from './engine.ts';
import { withPhones } from './estimated-phones.ts';
import { pieceSound, type PieceSound, silentPiece } from './piece-sound.ts';
import { speakingError } from './speaking-error.ts';
import { spokenText } from './spoken-text.ts';
import { ANY_LANGUAGE, type Voice } from './voices.ts';

/** The voice process: holds the engines, and makes pieces of sound from pieces of text. */
export interface VoiceInit {
  readonly config: SpeakingConfig;
  readonly voices: readonly Voice[];
}

/** What the child tells when it is ready, by voice id. */
export type VoiceAvailability = Readonly<Record<string, VoiceState>>;

export interface SpeakPiece extends ChildMessage {
  readonly kind: 'piece';
  readonly voice: string;
  readonly language: string;
  readonly rate: number;
  readonly text: string;
}

export interface WarmVoice extends ChildMessage {
  readonly kind: 'warm';
  readonly voice: string;
}

interface ReadyVoice {
  readonly voice: Voice;
  readonly definition: TtsDefinition;
  readonly options: unknown;
}

/** Touches the rules for markup, signs and several lengths. */
const WARM_UP = ['Yes, e.g. 50% of **it** (now).', 'I can tell you about that, ', 'I can tell you about that, '];

let config: SpeakingConfig;
const ready = new Map<string, ReadyVoice>();
const engines = new Map<string, Promise<TtsEngine>>();

async function start(init: VoiceInit): Promise<VoiceAvailability> {
  config = init.config;
  const definitions = await scanEngines<TtsDefinition>(OWN_ENGINES, ...config.pluginDirs);
  const availability: Record<string, VoiceState> = {};
  for (const voice of init.voices) availability[voice.id] = await prepare(voice, definitions.get(voice.engine));
  return availability;
}

async function prepare(voice: Voice, definition: TtsDefinition | undefined): Promise<VoiceState> {
  if (!definition) return { available: false, why: `There is no engine ${voice.engine}` };
  if (config.engines.length > 0 && !config.engines.includes(definition.id))
    return { available: false, why: 'The engine is switched off by speaking.engines' };
  const options = definition.optionsSchema.safeParse(voice.options);
  if (!options.success)
    return {
      available: false,
      why: `Its options are wrong: ${options.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    };
  const availability = await definition.isAvailable(options.data, config);
  if (availability.available) ready.set(voice.id, { voice, definition, options: options.data });
  return { ...availability, isRemote: definition.isRemote ?? false };
}

function engineOf({ definition }: ReadyVoice): Promise<TtsEngine> {
  let engine = engines.get(definition.id);
  if (!engine) {
    engine = definition.create(config);
    engines.set(definition.id, engine);
    engine.catch(() => engines.delete(definition.id));
  }
  return engine;
}

function voiceNamed(id: string): ReadyVoice {
  const voice = ready.get(id);
  if (!voice) throw speakingError('voice_unavailable', `The voice ${id} cannot speak here`);
  return voice;
}

async function speakPiece({ voice: id, language, rate, text }: SpeakPiece, signal: AbortSignal): Promise<PieceSound> {
  const voice = voiceNamed(id);
  const said = spokenText(text, language);
  if (!/[\p{L}\p{N}]/u.test(said.text)) return silentPiece();
  const engine = await engineOf(voice);
  const speech = withPhones(await engine.synthesize({ text: said.text, language, rate, voice: voice.options, signal }));
  return pieceSound(text, said, language, speech, config.loudnessDb);
}

/** Loads the voice, and runs every step once: the first use of a regular expression or a kernel costs many ms. */
async function warm({ voice: id }: WarmVoice, signal: AbortSignal): Promise<void> {
  const voice = voiceNamed(id);
  await (await engineOf(voice)).warm?.(voice.options);
  const language = voice.voice.language === ANY_LANGUAGE ? 'en' : voice.voice.language;
  for (const text of WARM_UP) await speakPiece({ kind: 'piece', voice: id, language, rate: config.rate, text }, signal);
}

serveParent<VoiceInit>({
  start,
  ask: (body, { signal }) => (body.kind === 'warm' ? warm(body as WarmVoice, signal) : speakPiece(body as SpeakPiece, signal)),
  async stop() {
    await Promise.allSettled([...engines.values()].map(async (engine) => (await engine).close()));
  },
});
