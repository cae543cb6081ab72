import { isAbort } from '../core/errors.ts';
import { imageError } from './image-error.ts';

/** What the engines share: one bounded JSON question to a server, with typed errors. */
export interface Question {
  readonly url: URL;
  readonly body: unknown;
  readonly apiKey?: string | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** @throws VisavisError `image_server_unreachable`, `image_server_refused`, `image_server_garbled`, `image_too_large`; an abort */
export async function askJson({ url, body, apiKey, maxBytes, signal }: Question): Promise<unknown> {
  const bytes = await exchange(
    url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
      body: JSON.stringify(body),
    },
    maxBytes,
    signal,
  );
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw imageError('image_server_garbled', 'The image server sent something that is not JSON', { cause });
  }
}

/** The bytes at an address of the same server. @throws as `askJson` */
export const fetchBytes = (url: URL, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> => exchange(url, {}, maxBytes, signal);

async function exchange(url: URL, init: RequestInit, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // A redirect could lead anywhere, with the key.
    const response = await fetch(url, { ...init, signal, redirect: 'error' });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const hint = response.status === 401 || response.status === 403 ? 'Check the key of the image server.' : undefined;
      throw imageError('image_server_refused', `The image server answered ${response.status}`, hint ? { hint } : {});
    }
    return await readBounded(response.body, maxBytes);
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw signal.reason ?? error;
    if (error instanceof Error && 'stage' in error) throw error;
    throw imageError('image_server_unreachable', `The image server cannot be reached at ${url.origin}`, { cause: error });
  }
}

async function readBounded(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the body.
  for await (const part of body) {
    length += part.length;
    if (length > maxBytes) throw imageError('image_too_large', `The image server sent more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Base64, with or without the head of a data URL. @throws VisavisError `image_server_garbled` */
export function decodeImage(base64: string): Uint8Array {
  const text = base64.replace(/^data:[^,]{0,100},/, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || !/^[A-Za-z0-9+/\s]+=*\s*$/.test(text.slice(0, 1_000)))
    throw imageError('image_server_garbled', 'The image server sent a picture that is not base64');
  return bytes;
}
