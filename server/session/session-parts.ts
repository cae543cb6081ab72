import type { AvatarControls } from '../core/avatar-controls.ts';
import type { Character } from '../core/character.ts';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { PictureQuality } from '../core/picture-steps.ts';
import type { RenderingPlace } from '../core/video.ts';
import type { EmotionTable } from '../face/behaviour/emotions.ts';
import type { Performer } from '../face/contract.ts';
import type { Ear } from '../hearing/contract.ts';
import type { Permission } from '../protocol/common.ts';
import type { EngineDescription } from '../protocol/server-events.ts';
import type { FaceSession } from '../rendering/contract.ts';
import type { Speaking } from '../speaking/contract.ts';
import type { Persona, Thinking } from '../thinking/contract.ts';
import type { CallTransport, Pacer } from '../transport/contract.ts';

/** What a call uses of the stages; opened before the session begins and closed by it. */
export interface SessionParts {
  readonly callId: string;
  readonly transport: CallTransport;
  /** The WebSocket carrier hears through events. */
  readonly appendAudio?: (pcm: Int16Array) => boolean;
  readonly clearAudio?: () => void;
  readonly ear: OpenedEar;
  /** For another language. */
  readonly openEar: (language: string) => Promise<OpenedEar>;
  readonly face: OpenedFace | undefined;
  readonly createPacer: (frames: FaceFrames | undefined) => Pacer;
  readonly thinking: Thinking;
  readonly speaking: Speaking;
  readonly engines: () => readonly EngineDescription[];
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface OpenedFace {
  /** Undefined while the visitor's browser draws. */
  readonly session: FaceSession | undefined;
  /** For a server that is to draw from now on. Throws `server_full` when that is more work than there is room for. */
  readonly openSession: (avatar: string) => Promise<FaceSession>;
  /** Told when somebody else draws. */
  readonly drawnBy: (place: RenderingPlace) => void;
  readonly performer: Performer;
  /** How an avatar looks when it feels something. */
  readonly emotionsOf: (avatar: string) => Promise<EmotionTable>;
  /** Who the face is. */
  readonly characterOf: (avatar: string) => Promise<Character>;
}

export interface OpenedEar {
  readonly ear: Ear | undefined;
  /** Why there is none. */
  readonly missing?: string;
}

export interface FaceFrames {
  frameAt(time: number): Float32Array;
  render: FaceSession['render'];
}

/** What may change while the call goes on. */
export interface SessionSettings {
  voice: string;
  language: string;
  rate: number;
  avatar: string;
  /** Who draws at first. */
  rendering: RenderingPlace;
  /** Of a picture that the server draws. */
  quality: PictureQuality;
  /** Who the face is, as far as its file says. */
  character: Character | undefined;
  persona: Persona;
  /** What the call itself has asked for, which another face does not change. */
  readonly chosen: { voice: boolean; instructions: boolean };
  textOnly: boolean;
  /** Knobs of the avatar controller that the API has turned. */
  controls: Partial<AvatarControls>;
  greet: boolean;
  permissions: readonly Permission[];
}
