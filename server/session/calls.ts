import { availableParallelism } from 'node:os';
import type { Character } from '../core/character.ts';
import { after, type Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { toVisavisError } from '../core/errors.ts';
import { callLog, type Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { RenderingPlace } from '../core/video.ts';
import { nearest } from '../core/nearest.ts';
import { BEST_STEP, sizeAt } from '../core/picture-steps.ts';
import type { EmotionTable } from '../face/behaviour/emotions.ts';
import type { Performer } from '../face/contract.ts';
import type { Hearing } from '../hearing/contract.ts';
import { newId } from '../protocol/common.ts';
import type { EngineDescription } from '../protocol/server-events.ts';
import type { FaceSession, Rendering } from '../rendering/contract.ts';
import type { Speaking } from '../speaking/contract.ts';
import type { Thinking } from '../thinking/contract.ts';
import type { CallTransport, IceServer, Pacer, WebRtcTransport } from '../transport/contract.ts';
import type { Caller, CallRequest, Calls, EventSocket, RunningCall } from './contract.ts';
import { personaOf, voiceOf } from './character.ts';
import { Places, type Work } from './places.ts';
import { Session } from './session.ts';
import type { FaceFrames, OpenedEar, OpenedFace, SessionSettings } from './session-parts.ts';
import { sessionError } from './session-error.ts';

/** What a core draws, hears and speaks for, with room for a burst (bench/density.ts). */
const CALLS_PER_CORE = 3;

/** A WebSocket carrier: sound comes in and goes out through events. */
export interface SocketTransport extends CallTransport {
  /** Mono PCM at 24 kHz. False: it was too much and was dropped. */
  appendAudio(pcm: Int16Array): boolean;
  clearAudio(): void;
}

/** The stages and how to open them for one call; put together in main.ts. */
export interface CallStages {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hearing: Hearing | undefined;
  /** Why there is no hearing at all. */
  readonly hearingMissing?: string;
  readonly thinking: Thinking;
  readonly speaking: Speaking;
  readonly rendering: Rendering | undefined;
  readonly engines: () => readonly EngineDescription[];
  openWebRtc(offerSdp: string, callId: string, log: Log): Promise<WebRtcTransport>;
  openWebSocket(socket: EventSocket, onOutboundAudio: (pcm: Int16Array) => void): SocketTransport;
  createPerformer(avatar: string, callId: string): Promise<Performer>;
  emotionsOf(avatar: string): Promise<EmotionTable>;
  characterOf(avatar: string): Promise<Character>;
  createPacer(transport: CallTransport, frames: FaceFrames | undefined, log: Log): Pacer;
  iceServersFor(callId: string): readonly IceServer[];
}

interface OpenedCall {
  readonly callId: string;
  readonly transport: CallTransport;
  readonly ear: OpenedEar;
  readonly running: RunningCall;
  readonly settings: SessionSettings;
  readonly log: Log;
  readonly socket?: SocketTransport;
}

/** All calls of this server: admission, opening, finding, ending. */
export class CallRegistry implements Calls {
  readonly #stages: CallStages;
  /** Those that are open; one that is being opened has its place already. */
  readonly #calls = new Map<string, { readonly session: Session; readonly running: RunningCall }>();
  readonly #places: Places;
  readonly #openings = new Set<Promise<unknown>>();
  #draining = false;
  #onIdle: () => void = () => undefined;

  constructor(stages: CallStages) {
    this.#stages = stages;
    this.#places = new Places({ limit: this.limit, retryAfterS: stages.config.server.fullRetryAfterS });
  }

  get active(): number {
    return this.#places.taken;
  }

  get limit(): number {
    return this.#stages.config.server.maxCalls || CALLS_PER_CORE * availableParallelism();
  }

  find(callId: string): RunningCall | undefined {
    return this.#calls.get(callId)?.running;
  }

  iceServersFor(callId: string): readonly IceServer[] {
    return this.#stages.iceServersFor(callId);
  }

  async createWebRtc(offerSdp: string, request: CallRequest, caller: Caller): Promise<RunningCall & { readonly answerSdp: string }> {
    return this.#admit(
      async (callId, log) => {
        const settings = await this.#settings(request, caller);
        const ear = await this.#openEar(callId, settings, log);
        const transport = await this.#openWithEar(ear, () => this.#stages.openWebRtc(offerSdp, callId, log));
        const running: RunningCall = {
          callId,
          carrier: 'webrtc',
          patch: (fragment) => transport.patch(fragment),
          hangUp: () => this.#hangUp(callId),
        };
        await this.#begin({ callId, transport, ear, running, settings, log });
        return { ...running, answerSdp: transport.answerSdp };
      },
      { caller, work: request.rendering === 'client' ? 'undrawn' : 'drawn' },
    );
  }

  async createWebSocket(socket: EventSocket, request: CallRequest, caller: Caller): Promise<RunningCall> {
    return this.#admit(
      async (callId, log) => {
        const settings = await this.#settings(request, caller);
        const ear = await this.#openEar(callId, settings, log);
        let session: Session | undefined;
        const transport = await this.#openWithEar(ear, async () => this.#stages.openWebSocket(socket, (pcm) => session?.soundLeft(pcm)));
        const running: RunningCall = { callId, carrier: 'websocket', patch: async () => undefined, hangUp: () => this.#hangUp(callId) };
        session = await this.#begin({ callId, transport, ear, running, settings, log, socket: transport });
        return running;
      },
      { caller, work: 'undrawn' },
    );
  }

  drain(): void {
    this.#draining = true;
  }

  /** Resolves when the last call has ended, or after `graceMs`. */
  idle(graceMs: number): Promise<void> {
    if (this.active === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = after(this.#stages.clock, graceMs, resolve);
      this.#onIdle = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    this.drain();
    await Promise.allSettled(this.#openings);
    await Promise.all([...this.#calls.values()].map(({ session }) => session.end('shutting_down')));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #admit<Opened>(
    open: (callId: string, log: Log) => Promise<Opened>,
    { caller, work }: { readonly caller: Caller; readonly work: Work },
  ): Promise<Opened> {
    if (this.#draining) throw sessionError('shutting_down', 'The server is shutting down', { retryAfterS: 10 });
    const callId = newId('call');
    this.#places.take(callId, work);
    const ownLog = callLog(this.#stages.log, callId);
    const opening = open(callId, ownLog);
    this.#openings.add(opening);
    try {
      const opened = await opening;
      ownLog.info({ requestId: caller.requestId }, 'call accepted');
      return opened;
    } catch (error) {
      const { code } = toVisavisError(error, 'session');
      ownLog.info({ requestId: caller.requestId, code }, 'call refused');
      this.#free(callId);
      throw error;
    } finally {
      this.#openings.delete(opening);
    }
  }

  #free(callId: string): void {
    this.#calls.delete(callId);
    this.#places.free(callId);
    if (this.active === 0) this.#onIdle();
  }

  async #settings(request: CallRequest, { permissions = [] }: Caller): Promise<SessionSettings> {
    const { config, speaking, characterOf } = this.#stages;
    const language = request.language ?? config.persona.language;
    if (request.voice) assertVoice(request.voice, speaking);
    const avatar = request.avatar ?? config.face.avatar;
    // A face that cannot be read is told when its picture is opened; a call without a picture needs none.
    const character = await characterOf(avatar).catch(() => undefined);
    return {
      voice: request.voice ?? voiceOf(config, speaking, avatar, character, language),
      language,
      rate: config.speaking.rate,
      avatar,
      character,
      persona: personaOf(config, avatar, character, { language, instructions: request.instructions }),
      chosen: { voice: request.voice !== undefined, instructions: request.instructions !== undefined },
      rendering: request.rendering ?? 'server',
      quality: request.quality ?? 'auto',
      textOnly: request.textOnly ?? false,
      controls: request.controls ?? {},
      greet: request.greet ?? config.session.greet,
      permissions,
    };
  }

  /** The ear is opened first, so that nothing that a visitor says or sends can come before there is somebody to take it. */
  async #openWithEar<Opened>({ ear }: OpenedEar, open: () => Promise<Opened>): Promise<Opened> {
    try {
      return await open();
    } catch (error) {
      await ear?.close();
      throw error;
    }
  }

  async #begin(opened: OpenedCall): Promise<Session> {
    const { callId, transport, ear, running, settings, log, socket } = opened;
    const { config, clock, metrics, thinking, speaking, engines } = this.#stages;
    let face: OpenedFace | undefined;
    let closed: string | undefined;
    transport.on('closed', (reason) => {
      closed ??= reason;
    });
    try {
      face = await this.#openFace(callId, transport, settings);
      if (closed !== undefined) throw sessionError('call_unknown', `The visitor left while the call was opened: ${closed}`);
      const session = new Session(
        {
          callId,
          transport,
          ...(socket ? { appendAudio: (pcm: Int16Array) => socket.appendAudio(pcm), clearAudio: () => socket.clearAudio() } : {}),
          ear,
          openEar: (language) => this.#openEar(callId, { ...settings, language }, log),
          face,
          createPacer: (frames) => this.#stages.createPacer(transport, frames, log),
          thinking,
          speaking,
          engines,
          config,
          clock,
          log,
          metrics,
        },
        settings,
        (reason) => {
          metrics.callEnded(running.carrier, reason);
          this.#free(callId);
        },
      );
      this.#calls.set(callId, { session, running });
      if (!face?.session) this.#places.change(callId, 'undrawn');
      metrics.callBegan(running.carrier);
      return session;
    } catch (error) {
      await Promise.allSettled([transport.close('refused'), ear.ear?.close(), face?.session?.close()]);
      throw error;
    }
  }

  /** A browser that draws needs neither a video track nor a face process. */
  async #openFace(callId: string, transport: CallTransport, settings: SessionSettings): Promise<OpenedFace | undefined> {
    const { rendering, config, createPerformer, emotionsOf, characterOf } = this.#stages;
    const { avatar, rendering: place } = settings;
    const openSession = async (name: string): Promise<FaceSession> => {
      if (!transport.video || !rendering) throw sessionError('unsupported', 'The server does not draw for this call');
      const before = this.#places.change(callId, 'drawn');
      const { framesPerS } = config.face;
      const { startVideoBps: bitrateBps } = config.transport;
      const size = sizeAt(BEST_STEP[settings.quality], config.face);
      try {
        return await rendering.open({ callId, avatar: name, ...size, framesPerS, codec: transport.video, bitrateBps });
      } catch (error) {
        this.#places.change(callId, before);
        throw error;
      }
    };
    const drawnBy = (drawer: RenderingPlace) => {
      this.#places.change(callId, drawer === 'server' ? 'drawn' : 'undrawn');
    };
    const opened = { openSession, drawnBy, emotionsOf, characterOf };
    if (place === 'client' && transport.kind === 'webrtc')
      return { ...opened, session: undefined, performer: await createPerformer(avatar, callId) };
    if (!transport.video || !rendering) return undefined;
    const session = await openSession(avatar);
    try {
      return { ...opened, session, performer: await createPerformer(avatar, callId) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** A call without an ear is still a call: the visitor types. */
  async #openEar(callId: string, { language }: SessionSettings, log: Log): Promise<OpenedEar> {
    const { hearing, hearingMissing } = this.#stages;
    if (!hearing) return { ear: undefined, missing: hearingMissing ?? 'Speech recognition is not installed.' };
    try {
      return { ear: await hearing.open({ callId, language }) };
    } catch (error) {
      const { message, code } = toVisavisError(error, 'hearing');
      log.warn({ code }, 'no ear for this call');
      return { ear: undefined, missing: message };
    }
  }

  async #hangUp(callId: string): Promise<void> {
    await this.#calls.get(callId)?.session.end('hung_up');
  }
}

function assertVoice(voice: string, speaking: Speaking): void {
  const known = speaking.voices().map(({ id }) => id);
  if (known.includes(voice)) return;
  const meant = nearest(voice, known);
  throw sessionError('voice_unknown', `There is no voice named "${voice}"${meant ? `; did you mean "${meant}"?` : ''}`);
}
