import { z } from 'zod';
import { identifier, index, languageTag, MAX_INSTRUCTIONS_CHARS, milliseconds, optionalEventId, outputModalities } from './common.ts';
import { base64, conversationItem } from './items.ts';
import { realtimeSession } from './session.ts';

/**
 * What a client may say. The names and shapes are those of the OpenAI Realtime API (generally available form); ours
 * begin with `visavis.`. A new event is one schema and one line in `clientEventSchemas`.
 */
const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...optionalEventId, ...shape });

const sessionUpdate = event('session.update', { session: realtimeSession });

const inputAudioAppend = event('input_audio_buffer.append', { audio: base64 });
const inputAudioCommit = event('input_audio_buffer.commit', {});
const inputAudioClear = event('input_audio_buffer.clear', {});

const itemCreate = event('conversation.item.create', {
  item: conversationItem,
  previous_item_id: identifier.optional().describe('`root` for the beginning; at the end when absent.'),
});
const itemTruncate = event('conversation.item.truncate', { item_id: identifier, content_index: index, audio_end_ms: milliseconds });
const itemDelete = event('conversation.item.delete', { item_id: identifier });
const itemRetrieve = event('conversation.item.retrieve', { item_id: identifier });

const responseCreate = event('response.create', {
  response: z
    .object({
      instructions: z.string().max(MAX_INSTRUCTIONS_CHARS).optional(),
      output_modalities: outputModalities.optional(),
      conversation: z.enum(['auto', 'none']).optional(),
      input: z.array(conversationItem).max(256).optional(),
      metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
      max_output_tokens: z.union([z.number().int().min(1).max(1_000_000), z.literal('inf')]).optional(),
    })
    .optional(),
});
const responseCancel = event('response.cancel', { response_id: identifier.optional() });
const outputAudioClear = event('output_audio_buffer.clear', {});

/** The first thing our own client says: what it is and can do. */
const hello = event('visavis.hello', {
  client: z.string().max(64),
  version: z.string().max(32).optional(),
  features: z.array(z.string().max(32)).max(32).optional(),
  language: languageTag.optional(),
});

/**
 * What really came out of the loudspeaker, a few times a second while the avatar speaks: the ledger knows from it what
 * was heard.
 */
const playout = event('visavis.playout', {
  played_media_ms: milliseconds.describe('Media time of the call that is being played now.'),
  jitter_buffer_ms: z.number().min(0).max(60_000).optional().describe('How long sound waits before it is played.'),
});

/** Speak this text as it is. Needs the permission `say`. */
const say = event('visavis.say', {
  text: z.string().min(1).max(100_000),
  interrupt: z.boolean().optional().describe('Stop what is being said now; otherwise after it.'),
});

const share = z.number().min(0).max(1);

/** How the call looks from the client's side, every few seconds. Absent: not known. */
const clientStats = event('visavis.client_stats', {
  round_trip_ms: z.number().min(0).max(600_000).optional(),
  jitter_ms: z.number().min(0).max(600_000).optional(),
  loss_share: share.optional(),
  concealed_share: share.optional(),
  frames_per_s: z.number().min(0).max(1_000).optional(),
  frames_dropped: z.number().int().min(0).optional(),
  freezes: z.number().int().min(0).optional(),
  audio_video_skew_ms: z.number().min(-60_000).max(60_000).optional(),
  first_frame_ms: z.number().min(0).max(600_000).optional().describe('From the click to the first picture.'),
});

export const clientEventSchemas = {
  'session.update': sessionUpdate,
  'input_audio_buffer.append': inputAudioAppend,
  'input_audio_buffer.commit': inputAudioCommit,
  'input_audio_buffer.clear': inputAudioClear,
  'conversation.item.create': itemCreate,
  'conversation.item.truncate': itemTruncate,
  'conversation.item.delete': itemDelete,
  'conversation.item.retrieve': itemRetrieve,
  'response.create': responseCreate,
  'response.cancel': responseCancel,
  'output_audio_buffer.clear': outputAudioClear,
  'visavis.hello': hello,
  'visavis.playout': playout,
  'visavis.say': say,
  'visavis.client_stats': clientStats,
} as const;

export type ClientEventType = keyof typeof clientEventSchemas;

/** A parsed client event; `ClientEventOf<'visavis.say'>` is one of them. */
export type ClientEventOf<Type extends ClientEventType> = z.output<(typeof clientEventSchemas)[Type]>;
export type ClientEvent = { [Type in ClientEventType]: ClientEventOf<Type> }[ClientEventType];

/** What a client writes: defaults may be left out. */
export type ClientEventInput = { [Type in ClientEventType]: z.input<(typeof clientEventSchemas)[Type]> }[ClientEventType];
