import type { z } from 'zod';
import { nearest } from '../core/nearest.ts';
import { type ClientEvent, type ClientEventType, clientEventSchemas } from './client-events.ts';
import { DEFAULT_EVENT_LIMITS, type EventLimits, newId } from './common.ts';
import { type ServerEvent, type ServerEventBody, type ServerEventOf, type ServerEventType, serverEventSchemas } from './server-events.ts';

/**
 * The border between text and events. Nothing here throws for what the other side sent: junk becomes a `ProtocolProblem`
 * (for the client's mistakes) or `undefined` (for server events that this version does not know).
 */
export type ProtocolProblemCode =
  | 'event_too_large'
  | 'invalid_json'
  | 'invalid_event'
  | 'unknown_event'
  | 'missing_required_parameter'
  | 'invalid_type'
  | 'invalid_value'
  | 'text_too_long';

export interface ProtocolProblem {
  readonly code: ProtocolProblemCode;
  readonly message: string;
  /** Path of the offending field, e.g. `session.audio.output.voice`. */
  readonly param: string | null;
  /** The event's own id, where it had one. */
  readonly event_id: string | null;
}

export type ParsedClientEvent =
  | { readonly ok: true; readonly event: ClientEvent }
  | { readonly ok: false; readonly problem: ProtocolProblem };

const encoder = new TextEncoder();

/** UTF-8 length without encoding where the answer is clear. */
function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && encoder.encode(text).byteLength > maxBytes;
}

/** One client event from its text. Never throws. */
export function parseClientEvent(text: string, limits: EventLimits = DEFAULT_EVENT_LIMITS): ParsedClientEvent {
  if (exceedsBytes(text, limits.maxEventBytes)) return refuse('event_too_large', `An event may have at most ${limits.maxEventBytes} bytes`);
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return refuse('invalid_json', 'An event must be a JSON object');
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return refuse('invalid_event', 'An event must be a JSON object');
  const { type, event_id } = raw as { type?: unknown; event_id?: unknown };
  const eventId = typeof event_id === 'string' ? event_id.slice(0, 512) : null;
  if (typeof type !== 'string') return refuse('missing_required_parameter', 'An event needs a type', 'type', eventId);
  if (!isClientEventType(type)) return refuse('unknown_event', unknownEventMessage(type), 'type', eventId);

  const parsed = clientEventSchemas[type].safeParse(raw);
  if (!parsed.success) return { ok: false, problem: problemOf(type, parsed.error, raw, eventId) };
  const event: ClientEvent = parsed.data;
  const tooLong = typedTextTooLong(event, limits.maxTypedChars);
  if (tooLong) return refuse('text_too_long', `A typed message may have at most ${limits.maxTypedChars} characters`, tooLong, eventId);
  return { ok: true, event };
}

/** One server event from its text; `undefined` for what is malformed or unknown, which a client ignores. */
export function parseServerEvent(text: string): ServerEvent | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(serverEventSchemas, type)) return undefined;
  return serverEventSchemas[type as ServerEventType].safeParse(raw).data;
}

/** Builds a server event with a fresh id. */
export function serverEvent<Type extends ServerEventType>(type: Type, body: ServerEventBody<Type>): ServerEventOf<Type> {
  return { type, event_id: newId('event'), ...body } as unknown as ServerEventOf<Type>;
}

/** The `error` event that answers a refused client event. */
export function errorEventOf(problem: ProtocolProblem): ServerEventOf<'error'> {
  const { code, message, param, event_id } = problem;
  return serverEvent('error', { error: { type: 'invalid_request_error', code, message, param, event_id } });
}

const isClientEventType = (type: string): type is ClientEventType => Object.hasOwn(clientEventSchemas, type);

function refuse(code: ProtocolProblemCode, message: string, param: string | null = null, eventId: string | null = null): ParsedClientEvent {
  return { ok: false, problem: { code, message, param, event_id: eventId } };
}

function unknownEventMessage(type: string): string {
  const shown = type.slice(0, 64);
  const known = nearest(shown, Object.keys(clientEventSchemas));
  return `There is no client event "${shown}"${known ? `; did you mean "${known}"?` : ''}`;
}

function problemOf(type: string, error: z.ZodError, raw: unknown, eventId: string | null): ProtocolProblem {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const param = path.length > 0 ? path.join('.') : null;
  const missing = path.length > 0 && valueAt(raw, path) === undefined;
  const code = missing ? 'missing_required_parameter' : issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  // Our schemas' own messages never quote the value, which may be what somebody said.
  const detail = missing ? 'is required' : (issue?.message ?? 'is not valid');
  return { code, message: `${type}: ${param ?? 'the event'}: ${detail}`, param, event_id: eventId };
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The path of a typed text beyond the limit, if the event has one. */
function typedTextTooLong(event: ClientEvent, maxChars: number): string | undefined {
  if (event.type === 'visavis.say') return event.text.length > maxChars ? 'text' : undefined;
  if (event.type !== 'conversation.item.create' || event.item.type !== 'message' || event.item.role !== 'user') return undefined;
  const at = event.item.content.findIndex((part) => part.type === 'input_text' && part.text.length > maxChars);
  return at < 0 ? undefined : `item.content.${at}.text`;
}
