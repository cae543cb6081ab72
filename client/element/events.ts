import {
  type ClientEventInput,
  type EngineDescription,
  newId,
  type PictureQuality,
  parseServerEvent,
  type RealtimeSessionInput,
  type ServerEvent,
  type ServerEventOf,
} from '../../server/protocol/index.ts';
import { type CaptionAction, placeWords } from './captions.ts';
import type { CallWishes } from './signalling.ts';
import type { RenderingPlace } from './rendering-place.ts';
import type { Activity, CallAction } from './state.ts';

/** Where the wire ends: the server's events become what the call, the captions and the page understand, and back. */
export type Quality = ServerEventOf<'visavis.quality'>;
export type Notice = Pick<ServerEventOf<'visavis.notice'>, 'code' | 'severity' | 'message' | 'hint'>;
export type EngineList = readonly EngineDescription[];

/** The call as the server has it. */
export interface CalledSession {
  readonly avatar: string;
  readonly rendering: RenderingPlace;
  /** Of the picture that the server draws, pixels. */
  readonly picture: { readonly width: number; readonly height: number } | undefined;
}

export type CallSignal =
  | { readonly type: 'action'; readonly action: CallAction }
  | { readonly type: 'caption'; readonly caption: CaptionAction }
  | { readonly type: 'latency'; readonly event: ServerEventOf<'visavis.latency'> }
  | { readonly type: 'engines'; readonly engines: EngineList }
  | { readonly type: 'quality'; readonly quality: Quality }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'session'; readonly session: CalledSession }
  /** The avatar fell silent at this media time, in the middle of what it said. */
  | { readonly type: 'cut'; readonly mediaMs: number }
  | { readonly type: 'ended'; readonly reason: string };

const ACTIVITIES: Partial<Record<ServerEventOf<'visavis.state'>['state'], Activity>> = {
  listening: 'listening',
  hearing: 'hearing',
  preparing: 'thinking',
  answering: 'speaking',
  paused: 'paused',
};

/** What they say about whether the server recognises speech. */
const HEARING_NOTICES: ReadonlyMap<string, boolean> = new Map([
  ['recognition_unavailable', false],
  ['recognition_recovered', true],
]);

/** What one message of the server means; nothing for what is malformed, unknown or of no concern here. */
export function readEvent(text: string): CallSignal[] {
  const event = parseServerEvent(text);
  return event ? signalsOf(event) : [];
}

function signalsOf(event: ServerEvent): CallSignal[] {
  switch (event.type) {
    case 'session.created':
    case 'session.updated': {
      const { avatar, rendering = 'server', picture } = event.session.visavis ?? {};
      if (!avatar) return [];
      const size = picture && { width: picture.width_px, height: picture.height_px };
      return [{ type: 'session', session: { avatar, rendering, picture: size } }];
    }
    case 'visavis.state': {
      const activity = ACTIVITIES[event.state];
      if (!activity) return [];
      const action: CallSignal = { type: 'action', action: { type: 'activity', activity } };
      return activity === 'paused' && event.at_media_ms !== undefined ? [{ type: 'cut', mediaMs: event.at_media_ms }, action] : [action];
    }
    case 'visavis.partial':
      return [{ type: 'caption', caption: { type: 'visitor', id: event.item_id, text: event.text, final: false } }];
    case 'conversation.item.input_audio_transcription.completed':
      return [{ type: 'caption', caption: { type: 'visitor', id: event.item_id, text: event.transcript, final: true } }];
    case 'conversation.item.input_audio_transcription.failed':
      return [{ type: 'caption', caption: { type: 'visitor', id: event.item_id, text: '', final: true } }];
    case 'visavis.caption':
      return [{ type: 'caption', caption: captionOf(event) }];
    case 'visavis.heard':
      return [
        ...(event.at_media_ms === undefined ? [] : [{ type: 'cut' as const, mediaMs: event.at_media_ms }]),
        { type: 'caption', caption: { type: 'cut', id: event.item_id, text: event.text } },
      ];
    case 'visavis.latency':
      return [{ type: 'latency', event }];
    case 'visavis.engines': {
      const recogniser = event.engines.find((engine) => engine.stage === 'asr');
      const available = recogniser !== undefined && recogniser.state !== 'missing' && recogniser.state !== 'failed';
      return [
        { type: 'engines', engines: event.engines },
        { type: 'action', action: { type: 'hearing', available } },
      ];
    }
    case 'visavis.quality':
      return [{ type: 'quality', quality: event }];
    case 'visavis.notice': {
      const available = HEARING_NOTICES.get(event.code);
      const notice: CallSignal = { type: 'notice', notice: event };
      return available === undefined ? [notice] : [notice, { type: 'action', action: { type: 'hearing', available } }];
    }
    case 'error':
      return [
        { type: 'notice', notice: { code: event.error.code ?? event.error.type, severity: 'warning', message: event.error.message } },
      ];
    case 'visavis.ended':
      return [{ type: 'ended', reason: event.reason }];
    default:
      return [];
  }
}

function captionOf({ item_id: id, role, text, words, final }: ServerEventOf<'visavis.caption'>): CaptionAction {
  return role === 'user' ? { type: 'visitor', id, text, final } : { type: 'avatar', id, text, words: placeWords(text, words), final };
}

/** A typed message and the request to answer it. The visitor's own line can be shown at once under the item's id. */
export function typedMessage(text: string): { readonly itemId: string; readonly events: readonly ClientEventInput[] } {
  const itemId = newId('item');
  return {
    itemId,
    events: [
      { type: 'conversation.item.create', item: { id: itemId, type: 'message', role: 'user', content: [{ type: 'input_text', text }] } },
      { type: 'response.create' },
    ],
  };
}

/** Stops the answer that is being made, and the one that is being heard. */
export const interruption = (): readonly ClientEventInput[] => [{ type: 'response.cancel' }, { type: 'output_audio_buffer.clear' }];

/** Another face, in mid-call. */
export const faceChange = (avatar: string): ClientEventInput => ({
  type: 'session.update',
  session: { type: 'realtime', visavis: { avatar } },
});

/** Somebody else draws, in mid-call. */
export const renderingChange = (rendering: RenderingPlace): ClientEventInput => ({
  type: 'session.update',
  session: { type: 'realtime', visavis: { rendering } },
});

/** Better or lesser pictures, in mid-call. */
export const qualityChange = (quality: PictureQuality): ClientEventInput => ({
  type: 'session.update',
  session: { type: 'realtime', visavis: { quality } },
});

/** The `session` part of a call's request; `undefined` when the server may choose everything. */
export function sessionOf(wishes: CallWishes): RealtimeSessionInput | undefined {
  const { avatar, voice, language, instructions, greet, rendering, quality } = wishes;
  const visavis = {
    ...(avatar && { avatar }),
    ...(language && { language }),
    ...(greet !== undefined && { greet }),
    ...(rendering === 'client' && { rendering }),
    ...(quality && { quality }),
  };
  const session = {
    ...(instructions && { instructions }),
    ...(voice && { audio: { output: { voice } } }),
    ...(Object.keys(visavis).length > 0 && { visavis }),
  };
  return Object.keys(session).length > 0 ? { type: 'realtime', ...session } : undefined;
}
