import { z } from 'zod';

/** What both directions of the wire share: identifiers, limits and small shapes. */

/** What a parser refuses before it looks closer. All are configurable (`server.*`, `session.maxTypedChars`). */
export interface EventLimits {
  /** Largest event, UTF-8 bytes. */
  readonly maxEventBytes: number;
  /** Longest typed message, instructions aside, UTF-16 units. */
  readonly maxTypedChars: number;
}

export const DEFAULT_EVENT_LIMITS: EventLimits = { maxEventBytes: 256 * 1024, maxTypedChars: 2_000 };

/** Longest `instructions`; the same bound as the persona's system prompt in the configuration. */
export const MAX_INSTRUCTIONS_CHARS = 20_000;

/** PCM on the wire: 16 bit, little-endian, mono, base64 (`audio/pcm` of the Realtime API has this one rate). */
export const WIRE_PCM_RATE_HZ = 24_000;

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** An unguessable identifier: `prefix_` and 132 random bits, safe in URLs. */
export function newId(prefix: string): string {
  let id = `${prefix}_`;
  for (const byte of crypto.getRandomValues(new Uint8Array(22))) id += ID_ALPHABET[byte & 63];
  return id;
}

/** Identifiers that the other side chose. */
export const identifier = z.string().min(1).max(128);

/** Every event may carry the sender's own id, which an `error` about it names. */
export const optionalEventId = { event_id: z.string().min(1).max(512).optional() };

export const index = z.number().int().min(0).max(10_000);

/** A place in time, milliseconds. A day is more than any call lasts. */
export const milliseconds = z.number().min(0).max(86_400_000);

export const outputModalities = z
  .array(z.enum(['text', 'audio']))
  .min(1)
  .max(2);

export const PERMISSIONS = ['instructions', 'say'] as const;

/** What a caller may do beyond talking: replace the persona's instructions, or have a text spoken as it is. */
export const permission = z.enum(PERMISSIONS);
export type Permission = z.output<typeof permission>;

/** BCP 47, loosely: letters, digits and hyphens. */
export const languageTag = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'Must be a BCP 47 language tag')
  .max(35);

/** A folder name under `avatars/` or `voices/`: never a path. */
export const resourceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'Must be a plain name')
  .max(64);
