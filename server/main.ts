import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { EngineInfo } from './api/contract.ts';
import { avatarFileRoutes } from './api/avatar-files.ts';
import { avatarJobRoutes } from './api/avatar-jobs.ts';
import { makingRoutes } from './api/avatar-making.ts';
import { avatarRoutes } from './api/avatars.ts';
import { catalogueRoutes } from './api/catalogue.ts';
import { Workshop } from './avatars/workshop.ts';
import { systemClock } from './core/clock.ts';
import type { Config } from './core/config-schema.ts';
import { isAbort, toVisavisError } from './core/errors.ts';
import { EventLoopDelay } from './core/event-loop.ts';
import { createLog, type Log } from './core/log.ts';
import { Metrics } from './core/metrics.ts';
import { FacePerformer } from './face/performer.ts';
import { createHearing } from './hearing/hearing.ts';
import { ImageGeneration } from './image-generation/image-generation.ts';
import type { FaceRenderer, Rendering } from './rendering/contract.ts';
import { AvatarDownloads } from './rendering/avatar-download.ts';
import { readNature } from './rendering/avatar-folder.ts';
import { startRendering } from './rendering/rendering.ts';
import { CallRegistry } from './session/calls.ts';
import { personaOf, voiceOf } from './session/character.ts';
import { createSpeaking, type VoiceService } from './speaking/speaking.ts';
import { ModelAnswers } from './thinking/model-answers.ts';
import { createThinking } from './thinking/thinking.ts';
import { iceServersFor } from './transport/ice-servers.ts';
import { createPacer } from './transport/pacer.ts';
import { createWebSocketTransport } from './transport/websocket.ts';

export interface RunningServer {
  readonly url: string;
  /** Which engine does what. */
  readonly engines: Readonly<Record<string, string>>;
  /** Lets calls finish (until `server.shutdownGraceMs`), then closes everything. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly log?: Log;
  /** Ends calls at once when closing; for tests and tools. */
  readonly shutdownGraceMs?: number;
}

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * The composition root: configuration -> engines -> sessions -> HTTP. Resolves when the server listens and can take
 * calls; rejects, with everything closed again, when it cannot.
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const log = options.log ?? createLog(config.log);
  const clock = systemClock;
  await using parts = new AsyncDisposableStack();

  const loop = parts.use(new EventLoopDelay());
  const metrics = new Metrics(loop);
  const childLost = (child: string) => metrics.childRestarts.inc({ child });

  const onIncident = (incident: object & { process?: string }) => {
    if (incident.process) childLost('face');
    log.warn(incident, 'face');
  };
  const { avatar, avatarsDir } = config.face;
  const onRenderer = (renderer: FaceRenderer) => log.info(renderer, 'faces are drawn');
  const [hearing, speaking, thinking, rendering, { createApp }, { createWebRtcTransport }] = await Promise.all([
    createHearing(config.hearing, { log, onChildLost: () => childLost('ear') }),
    createSpeaking(config.speaking, { log }),
    createThinking({ config: config.thinking, log, onFailure: (engine) => metrics.engineFailures.inc({ stage: 'llm', engine }) }),
    // A server without a picture still talks.
    startRendering({ ...config.face, onIncident, onRenderer }).catch((error: unknown) => {
      log.error({ err: toVisavisError(error, 'rendering') }, 'no picture: the face processes did not start');
      return undefined;
    }),
    // The heaviest modules are loaded while the engines' processes start.
    import('./signalling/app.ts'),
    import('./transport/webrtc.ts'),
  ]);
  for (const stage of [hearing, speaking, thinking, ...(rendering ? [rendering] : [])]) parts.use(stage);
  const domain = hearing
    .setDomain(thinking.domainSentences())
    .catch((error: unknown) => log.warn({ err: error }, 'no domain language model'));
  const natureOf = (name: string) => readNature(path.resolve(avatarsDir), name);
  const character = await natureOf(avatar).then(
    (nature) => nature.character,
    () => undefined,
  );
  const { greeting } = personaOf(config, avatar, character, { language: config.persona.language });
  const voice = voiceOf(config, speaking, avatar, character, config.persona.language);
  void speaking.warm(voice);

  const emotionsOf = async (name: string) => (await natureOf(name)).emotions;
  const describe = () => engineList(config, { hearing, speaking, thinking, rendering }, voice);
  const calls = parts.use(
    new CallRegistry({
      config,
      clock,
      log,
      metrics,
      hearing,
      thinking,
      speaking,
      rendering,
      engines: describe,
      openWebRtc: (offerSdp, callId, callLog) =>
        createWebRtcTransport(offerSdp, {
          callId,
          config: config.transport,
          framesPerS: config.face.framesPerS,
          maxEventBytes: config.server.maxEventBytes,
          log: (message, fields) => callLog.debug({ ...fields }, message),
        }),
      openWebSocket: (socket, onOutboundAudio) => createWebSocketTransport(socket, { onOutboundAudio }),
      createPerformer: async (name, callId) => new FacePerformer({ seed: seedOf(callId), emotions: await emotionsOf(name) }),
      emotionsOf,
      characterOf: async (name) => (await natureOf(name)).character,
      createPacer: (transport, frames) =>
        createPacer({ transport, frames: frames && { ...frames, framesPerS: config.face.framesPerS, leadMs: config.face.leadMs } }),
      iceServersFor: (callId) => iceServersFor(callId, config.transport),
    }),
  );

  const workshop = parts.use(
    await Workshop.open({
      config: config.avatars,
      avatarsDir,
      defaultAvatar: avatar,
      language: config.persona.language,
      speaking,
      model: await ModelAnswers.open(config.thinking, clock),
      images: await ImageGeneration.open(config.avatars, clock),
      log,
      clock,
    }),
  );

  let closing: Promise<void> | undefined;
  const app = await createApp({
    config,
    calls,
    log,
    metrics,
    clientDir: path.join(ROOT, 'dist/client'),
    version: (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    ready: () => ({
      ready: closing === undefined,
      parts: Object.fromEntries(describe().map(({ stage, id, state }) => [stage, `${id} ${state}`])),
    }),
    routes: [
      avatarRoutes(workshop),
      makingRoutes(workshop, config.avatars),
      avatarJobRoutes(workshop),
      catalogueRoutes({
        voices: () =>
          speaking.voices().map(({ id, title, language, engine, available }) => ({
            name: id,
            title,
            languages: [language],
            engine,
            available,
            isDefault: id === voice,
          })),
        engines: describe,
      }),
      avatarFileRoutes(new AvatarDownloads(path.resolve(avatarsDir), path.join(ROOT, '.cache/light-atlases'))),
    ],
  });
  parts.defer(() => app.close());
  await app.listen({ host: config.server.host, port: config.server.port });
  await domain;

  void rehearse(speaking, [greeting, ...thinking.likelyAnswers(config.persona.language)], voice, config.persona.language, log);

  const owned = parts.move();
  const close = async () => {
    calls.drain();
    await calls.idle(options.shutdownGraceMs ?? config.server.shutdownGraceMs);
    await owned.disposeAsync();
  };
  return {
    url: urlOf(app.server.address() ?? undefined, config),
    engines: Object.fromEntries(
      describe()
        .filter(({ state }) => state === 'running')
        .map(({ stage, id }) => [stage, id]),
    ),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** In the background: a voice that cannot be rehearsed speaks as well, a little later. */
async function rehearse(speaking: VoiceService, texts: readonly string[], voice: string, language: string, log: Log): Promise<void> {
  try {
    const spoken = await speaking.rehearse(texts, voice, language);
    if (spoken > 0) log.info({ spoken }, 'likely answers are spoken ahead');
  } catch (error) {
    if (!isAbort(error)) log.warn({ err: toVisavisError(error, 'speaking') }, 'likely answers could not be spoken ahead');
  }
}

interface Stages {
  readonly hearing: Awaited<ReturnType<typeof createHearing>>;
  readonly speaking: Awaited<ReturnType<typeof createSpeaking>>;
  readonly thinking: Awaited<ReturnType<typeof createThinking>>;
  readonly rendering: Rendering | undefined;
}

/** What serves each stage now, for people and programs. */
function engineList(config: Config, { hearing, speaking, thinking, rendering }: Stages, voiceId: string): EngineInfo[] {
  const { vad, asr, asrMissing } = hearing.describe();
  const { engine, model, documents } = thinking.describe();
  const voice = speaking.voices().find(({ id }) => id === voiceId);
  const encoder = rendering?.encoders()[0];
  const { id: renderer, adapter, reason } = rendering?.renderer() ?? { id: 'wasm' };
  return [
    { stage: 'vad', id: vad, state: 'running' },
    asr
      ? { stage: 'asr', id: asr, ...(asr === 'pocketsphinx' ? { name: 'PocketSphinx (basic English)' } : {}), state: 'running' }
      : { stage: 'asr', id: 'none', name: 'No recogniser: please type', state: 'missing', ...(asrMissing ? { reason: asrMissing } : {}) },
    engine === 'embedded'
      ? { stage: 'llm', id: engine, name: `Embedded responder, ${documents} documents`, state: 'running' }
      : { stage: 'llm', id: engine, ...(model ? { name: model } : {}), state: 'running' },
    { stage: 'tts', id: voice?.engine ?? 'none', ...(voice ? { name: voice.title } : {}), state: voice ? 'running' : 'missing' },
    {
      stage: 'face',
      id: renderer,
      name: `${config.face.widthPx}x${config.face.heightPx}, drawn by ${adapter ?? 'the processor'}`,
      ...(reason ? { reason } : {}),
      state: rendering ? 'running' : 'failed',
    },
    { stage: 'encoder', id: encoder ?? 'none', state: encoder ? 'running' : 'missing' },
    { stage: 'transport', id: 'webrtc', state: 'running' },
  ];
}

/** The same call looks the same again, and no two calls blink together. */
function seedOf(callId: string): number {
  let seed = 0;
  for (const char of callId) seed = (Math.imul(seed, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return seed;
}

function urlOf(address: string | AddressInfo | undefined, config: Config): string {
  const { host, tlsCertFile } = config.server;
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(host);
  const shown = loopback ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tlsCertFile ? 'https' : 'http'}://${shown}:${typeof address === 'object' ? address.port : config.server.port}`;
}
