import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type RealtimeSession, realtimeSession } from '../protocol/session.ts';
import { signallingError } from './signalling-error.ts';

/** An SDP offer and the session wished for, as `POST /v1/realtime/calls` takes them. */
export interface Offer {
  readonly sdp: string;
  readonly session: RealtimeSession | undefined;
}

/** Bodies of this scope are `{ text }` (SDP), or `{ form }` (multipart/form-data); nothing else is taken. */
type RawBody = { readonly text: string } | { readonly form: Buffer; readonly contentType: string };

export function installOfferParsers(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  for (const mediaType of ['application/sdp', 'application/trickle-ice-sdpfrag'])
    scope.addContentTypeParser(
      mediaType,
      { parseAs: 'string' },
      async (_: unknown, text: string | Buffer): Promise<RawBody> => ({ text: String(text) }),
    );
  scope.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (request: { headers: { 'content-type'?: string | undefined } }, form: string | Buffer): Promise<RawBody> => ({
      form: Buffer.from(form as Buffer),
      contentType: request.headers['content-type'] ?? '',
    }),
  );
}

/** The plain text of an SDP body. Throws `sdp_missing`. */
export function textOf(body: unknown, maxBytes: number): string {
  const text = (body as Partial<{ text: string }> | undefined)?.text ?? '';
  if (text.trim() === '') throw signallingError('sdp_missing', 'The request has no SDP');
  if (Buffer.byteLength(text) > maxBytes) throw signallingError('body_too_large', `SDP may have at most ${maxBytes} bytes`);
  return text;
}

/** Throws `sdp_missing`, `multipart_invalid`, `json_invalid`, `request_invalid`, `body_too_large`. */
export async function offerOf(body: unknown, limits: { maxSdpBytes: number; maxJsonBytes: number }): Promise<Offer> {
  const raw = body as RawBody | undefined;
  if (raw === undefined || !('form' in raw)) return { sdp: textOf(raw, limits.maxSdpBytes), session: undefined };
  const form = await formOf(raw.form, raw.contentType);
  const sdp = await partOf(form, 'sdp', limits.maxSdpBytes);
  const session = await partOf(form, 'session', limits.maxJsonBytes);
  return { sdp: textOf({ text: sdp ?? '' }, limits.maxSdpBytes), session: session === undefined ? undefined : sessionOf(session) };
}

async function formOf(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes as Buffer<ArrayBuffer>, { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw signallingError('multipart_invalid', 'The multipart body is malformed', { cause });
  }
}

/** A part as text, whether it came as a field or as a file (clients that give it a media type send a file). */
async function partOf(form: FormData, name: string, maxBytes: number): Promise<string | undefined> {
  const parts = form.getAll(name);
  const [part] = parts;
  if (part === undefined) return undefined;
  if (parts.length > 1) throw signallingError('multipart_invalid', `There are several parts "${name}"`);
  const text = typeof part === 'string' ? part : await part.text();
  if (Buffer.byteLength(text) > maxBytes) throw signallingError('body_too_large', `The part "${name}" may have at most ${maxBytes} bytes`);
  return text;
}

function sessionOf(json: string): RealtimeSession {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (cause) {
    throw signallingError('json_invalid', 'The part "session" is not valid JSON', { cause });
  }
  const parsed = realtimeSession.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw signallingError('request_invalid', `session.${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? 'is not valid'}`);
}
