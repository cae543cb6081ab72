import { z } from 'zod';
import { EMOTIONS } from '../core/speech.ts';
import { conversationItem } from './items.ts';
import { describedSession } from './session.ts';

/**
 * What the server says. The names and shapes are those of the OpenAI Realtime API (generally available form); ours
 * begin with `visavis.`. The server builds them with `serverEvent`, the client reads them with `parseServerEvent`.
 * A new event is one schema and one line in `serverEventSchemas`.
 */
const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), event_id: z.string(), ...shape });

const ms = z.number();

const error = event('error', {
  error: z.object({
    type: z.string().describe('`invalid_request_error`: the client can mend it; `server_error`: it cannot.'),
    code: z.string().nullable().optional(),
    message: z.string(),
    param: z.string().nullable().optional(),
    event_id: z.string().nullable().optional().describe('The client event that it is about.'),
  }),
});

const item = { item_id: z.string() };
const itemPart = { item_id: z.string(), content_index: z.number().int() };
const itemPlace = { item: conversationItem, previous_item_id: z.string().nullable().optional() };
const output = { response_id: z.string(), output_index: z.number().int() };
const outputPart = { ...output, ...itemPart };

const response = z.object({
  id: z.string(),
  object: z.literal('realtime.response'),
  status: z.enum(['in_progress', 'completed', 'cancelled', 'failed', 'incomplete']),
  status_details: z
    .object({
      type: z.enum(['completed', 'cancelled', 'incomplete', 'failed']).optional(),
      reason: z.enum(['turn_detected', 'client_cancelled', 'max_output_tokens', 'content_filter']).optional(),
      error: z.object({ type: z.string().optional(), code: z.string().optional(), message: z.string().optional() }).optional(),
    })
    .optional(),
  output: z.array(conversationItem),
  conversation_id: z.string().optional(),
  output_modalities: z.array(z.enum(['text', 'audio'])).optional(),
  metadata: z.record(z.string(), z.string()).nullable().optional(),
  usage: z
    .object({ total_tokens: z.number().optional(), input_tokens: z.number().optional(), output_tokens: z.number().optional() })
    .optional(),
});
export type RealtimeResponse = z.output<typeof response>;

const contentPart = z.object({
  type: z.enum(['text', 'audio']),
  text: z.string().optional(),
  transcript: z.string().optional(),
});

const word = z.object({
  text: z.string(),
  start_ms: ms.describe("On the call's media time."),
  end_ms: ms,
});
export type CaptionWord = z.output<typeof word>;

export const CALL_STATES = ['connecting', 'listening', 'hearing', 'preparing', 'answering', 'paused', 'ended'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** What the avatar is doing and whose turn it is. */
const state = event('visavis.state', {
  state: z.enum(CALL_STATES),
  who: z.enum(['visitor', 'avatar', 'nobody']).describe('Who has the floor.'),
  at_media_ms: ms.optional(),
});

/**
 * Words of either side with their times, for captions that follow the voice. A later one for the same item replaces
 * the earlier; `final`: nothing more comes.
 */
const caption = event('visavis.caption', {
  ...item,
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  words: z.array(word),
  final: z.boolean(),
});

/** The visitor's words so far, while he is still speaking; may change. */
const partial = event('visavis.partial', { ...item, text: z.string() });

/**
 * Where the time of one turn went, milliseconds; the parts follow each other, `total_ms` is what the visitor waits
 * from his last sound to the avatar's first. Null: not measured, or it did not happen (a typed turn has no ASR).
 */
const latency = event('visavis.latency', {
  response_id: z.string(),
  kind: z.enum(['spoken', 'typed', 'greeting', 'said']),
  prepared: z.boolean().describe('The reply was made before the turn had surely ended.'),
  endpoint_ms: ms.nullable(),
  asr_ms: ms.nullable(),
  llm_first_token_ms: ms.nullable(),
  tts_first_piece_ms: ms.nullable(),
  first_frame_ms: ms.nullable(),
  network_ms: ms.nullable(),
  total_ms: ms.nullable(),
});

/** What of an interrupted reply reached the visitor's ear; memory and captions end there, too. */
const heard = event('visavis.heard', {
  ...item,
  response_id: z.string(),
  text: z.string(),
  audio_end_ms: ms,
  at_media_ms: ms.optional().describe('No sound of the answer left after this media time.'),
});

/** The face shows that the visitor's pause was noticed (gaze, breath, brows), in the picture of this media time. */
const reaction = event('visavis.reaction', { at_media_ms: ms });

/** What the visitor seems to feel, by words and voice; told when it changes. */
const visitorEmotion = event('visavis.visitor_emotion', {
  emotion: z.enum(EMOTIONS),
  confidence: z.number().describe('0 to 1.'),
  scores: z.record(z.enum(EMOTIONS), z.number()).describe('Share of each emotion; they sum to 1.'),
});

/** Something the visitor should know that is not an error of his: a fallback, a missing recogniser. */
const notice = event('visavis.notice', {
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  hint: z.string().optional(),
});

const engine = z.object({
  stage: z.enum(['vad', 'asr', 'turn', 'llm', 'tts', 'face', 'encoder', 'transport']),
  id: z.string().describe('E.g. `pocketsphinx`.'),
  name: z.string().optional().describe('For people, e.g. `PocketSphinx (basic English)`.'),
  state: z.enum(['running', 'standby', 'missing', 'failed']).optional(),
  reason: z.string().optional().describe('Why this one and not a better one, or why it is missing.'),
});
export const engineDescription = engine;
export type EngineDescription = z.output<typeof engine>;

/** Which engines serve this call; told at the beginning and whenever one changes. */
const engines = event('visavis.engines', { engines: z.array(engine) });

const quality = event('visavis.quality', {
  level: z.enum(['good', 'fair', 'poor']),
  round_trip_ms: ms.nullable(),
  loss_share: z.number().nullable(),
  available_bps: z.number().nullable(),
  video_bps: z.number().nullable(),
  frames_per_s: z.number().nullable(),
  narrow: z.boolean().describe('The way to the visitor carries so little that sound and faces come in few packets.'),
});

export const END_REASONS = [
  'hung_up',
  'visitor_left',
  'silence',
  'time_limit',
  'connection_lost',
  'shutting_down',
  'replaced',
  'refused',
  'failed',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** The last event of a call. */
const ended = event('visavis.ended', { reason: z.enum(END_REASONS), message: z.string().optional() });

export const serverEventSchemas = {
  error,
  'session.created': event('session.created', { session: describedSession }),
  'session.updated': event('session.updated', { session: describedSession }),

  'input_audio_buffer.speech_started': event('input_audio_buffer.speech_started', { ...item, audio_start_ms: ms }),
  'input_audio_buffer.speech_stopped': event('input_audio_buffer.speech_stopped', { ...item, audio_end_ms: ms }),
  'input_audio_buffer.committed': event('input_audio_buffer.committed', { ...item, previous_item_id: z.string().nullable().optional() }),
  'input_audio_buffer.cleared': event('input_audio_buffer.cleared', {}),
  'input_audio_buffer.timeout_triggered': event('input_audio_buffer.timeout_triggered', { ...item, audio_start_ms: ms, audio_end_ms: ms }),

  'conversation.created': event('conversation.created', {
    conversation: z.object({ id: z.string(), object: z.literal('realtime.conversation') }),
  }),
  'conversation.item.created': event('conversation.item.created', itemPlace),
  'conversation.item.added': event('conversation.item.added', itemPlace),
  'conversation.item.done': event('conversation.item.done', itemPlace),
  'conversation.item.retrieved': event('conversation.item.retrieved', { item: conversationItem }),
  'conversation.item.truncated': event('conversation.item.truncated', { ...itemPart, audio_end_ms: ms }),
  'conversation.item.deleted': event('conversation.item.deleted', item),
  'conversation.item.input_audio_transcription.delta': event('conversation.item.input_audio_transcription.delta', {
    ...itemPart,
    delta: z.string(),
  }),
  'conversation.item.input_audio_transcription.completed': event('conversation.item.input_audio_transcription.completed', {
    ...itemPart,
    transcript: z.string(),
    usage: z.object({ type: z.literal('duration'), seconds: z.number() }),
  }),
  'conversation.item.input_audio_transcription.failed': event('conversation.item.input_audio_transcription.failed', {
    ...itemPart,
    error: z.object({
      type: z.string().optional(),
      code: z.string().optional(),
      message: z.string().optional(),
      param: z.string().optional(),
    }),
  }),

  'response.created': event('response.created', { response }),
  'response.done': event('response.done', { response }),
  'response.output_item.added': event('response.output_item.added', { ...output, item: conversationItem }),
  'response.output_item.done': event('response.output_item.done', { ...output, item: conversationItem }),
  'response.content_part.added': event('response.content_part.added', { ...outputPart, part: contentPart }),
  'response.content_part.done': event('response.content_part.done', { ...outputPart, part: contentPart }),
  'response.output_audio_transcript.delta': event('response.output_audio_transcript.delta', { ...outputPart, delta: z.string() }),
  'response.output_audio_transcript.done': event('response.output_audio_transcript.done', { ...outputPart, transcript: z.string() }),
  'response.output_audio.delta': event('response.output_audio.delta', { ...outputPart, delta: z.string().describe('Base64 PCM16.') }),
  'response.output_audio.done': event('response.output_audio.done', outputPart),
  'response.output_text.delta': event('response.output_text.delta', { ...outputPart, delta: z.string() }),
  'response.output_text.done': event('response.output_text.done', { ...outputPart, text: z.string() }),
  'response.function_call_arguments.delta': event('response.function_call_arguments.delta', {
    ...output,
    ...item,
    call_id: z.string(),
    delta: z.string(),
  }),
  'response.function_call_arguments.done': event('response.function_call_arguments.done', {
    ...output,
    ...item,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),

  'output_audio_buffer.started': event('output_audio_buffer.started', { response_id: z.string() }),
  'output_audio_buffer.stopped': event('output_audio_buffer.stopped', { response_id: z.string() }),
  'output_audio_buffer.cleared': event('output_audio_buffer.cleared', { response_id: z.string() }),

  'rate_limits.updated': event('rate_limits.updated', {
    rate_limits: z.array(
      z.object({
        name: z.enum(['requests', 'tokens']).optional(),
        limit: z.number().optional(),
        remaining: z.number().optional(),
        reset_seconds: z.number().optional(),
      }),
    ),
  }),

  'visavis.state': state,
  'visavis.caption': caption,
  'visavis.partial': partial,
  'visavis.latency': latency,
  'visavis.heard': heard,
  'visavis.reaction': reaction,
  'visavis.visitor_emotion': visitorEmotion,
  'visavis.notice': notice,
  'visavis.engines': engines,
  'visavis.quality': quality,
  'visavis.ended': ended,
} as const;

export type ServerEventType = keyof typeof serverEventSchemas;

/** `ServerEventOf<'visavis.caption'>` is one server event. */
export type ServerEventOf<Type extends ServerEventType> = z.output<(typeof serverEventSchemas)[Type]>;
export type ServerEvent = { [Type in ServerEventType]: ServerEventOf<Type> }[ServerEventType];

/** What `serverEvent` fills in itself. */
export type ServerEventBody<Type extends ServerEventType> = Omit<ServerEventOf<Type>, 'type' | 'event_id'>;
