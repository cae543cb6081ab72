import { joinAnswer, type PictureQuality } from '../../server/protocol/index.ts';
import { CallError, type CallErrorCode } from './errors.ts';
import { iceServersOfLinks } from './ice-fragment.ts';
import type { RenderingPlace } from './rendering-place.ts';

/** What the visitor's side may ask for; what is left out is the server's choice. */
export interface CallWishes {
  readonly avatar?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly instructions?: string | undefined;
  readonly greet?: boolean | undefined;
  /** Who draws the face at first. */
  readonly rendering?: RenderingPlace | undefined;
  /** Of the server's picture. */
  readonly quality?: PictureQuality | undefined;
}

export interface CreatedCall {
  readonly answerSdp: string;
  readonly url: URL;
  readonly iceServers: readonly RTCIceServer[];
}

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';

/** The HTTP half of a call: `POST /v1/realtime/calls` and what follows on its `Location`. */
export class Signalling {
  readonly #base: URL;
  #token: string | undefined;
  #url: URL | undefined;
  #etag: string | undefined;
  #isHungUp = false;

  /** `base` is the server's origin, optionally with a path prefix. */
  constructor(base: URL, token: string | undefined) {
    this.#base = base;
    this.#token = token;
  }

  /**
   * Where no token was handed to the element, asks the server for one (it gives them to pages that it trusts). Resolves to
   * the STUN and TURN servers to use; a server without this endpoint names them with its answer, if it has any.
   */
  async join(signal: AbortSignal): Promise<readonly RTCIceServer[]> {
    if (this.#token) return [];
    const response = await this.#fetch(new URL('api/v1/join', this.#base), { signal });
    if (response.status === 404) return [];
    if (!response.ok) throw await errorOf(response);
    const answer = joinAnswer.safeParse(await response.json().catch(() => undefined));
    if (!answer.success) throw new CallError('server_error', { detail: 'The server did not answer as expected' });
    this.#token = answer.data.client_secret.value;
    return answer.data.ice_servers;
  }

  /** Not to be aborted: who hangs up meanwhile would leave a call on the server that nobody knows the address of. */
  async create(offerSdp: string, session: object | undefined): Promise<CreatedCall> {
    const headers = this.#headers();
    let body: BodyInit = offerSdp;
    if (session) {
      const form = new FormData();
      form.set('sdp', offerSdp);
      form.set('session', JSON.stringify(session));
      body = form; // the browser writes the multipart boundary itself
    } else headers.set('content-type', SDP);
    const response = await this.#fetch(new URL('v1/realtime/calls', this.#base), { method: 'POST', headers, body });
    if (response.status !== 201) throw await errorOf(response);
    const location = response.headers.get('location');
    if (!location) throw new CallError('server_error', { detail: 'The server did not say where the call is' });
    this.#url = new URL(location, this.#base);
    this.#etag = response.headers.get('etag') ?? undefined;
    const url = this.#url;
    if (this.#isHungUp) this.hangUp();
    return { answerSdp: await response.text(), url, iceServers: iceServersOfLinks(response.headers.get('link')) };
  }

  /** Sends a trickle fragment; resolves to the server's fragment when it was an ICE restart. */
  async patch(fragment: string, restart: boolean, signal: AbortSignal): Promise<string | undefined> {
    if (!this.#url) return undefined;
    const headers = this.#headers();
    headers.set('content-type', FRAGMENT);
    // RFC 9725 section 4.3.1: a server with entity tags wants trickle patches to name their ICE session; a restart begins a new one.
    if (this.#etag) headers.set('if-match', restart ? '*' : this.#etag);
    const response = await this.#fetch(this.#url, { method: 'PATCH', headers, body: fragment, signal });
    if (!response.ok) throw response.status === 404 || response.status === 410 ? new CallError('connection_lost') : await errorOf(response);
    this.#etag = response.headers.get('etag') ?? this.#etag;
    const text = response.status === 204 ? '' : await response.text();
    return text === '' ? undefined : text;
  }

  /** Also works while the page is being closed, and before the call has its address. */
  hangUp(): void {
    this.#isHungUp = true;
    if (!this.#url) return;
    const url = this.#url;
    this.#url = undefined;
    void fetch(url, { method: 'DELETE', headers: this.#headers(), keepalive: true }).catch(() => {
      // The server ends a call that nobody takes part in by itself.
    });
  }

  #headers(): Headers {
    const headers = new Headers();
    if (this.#token) headers.set('authorization', `Bearer ${this.#token}`);
    return headers;
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (thrown) {
      if (init.signal?.aborted) throw thrown;
      throw new CallError('server_unreachable', { cause: thrown });
    }
  }
}

/** The server's codes that a visitor can do something particular about; the status line tells the rest. */
const ERROR_OF_PROBLEM: Readonly<Record<string, CallErrorCode | undefined>> = {
  server_full: 'server_full',
  rate_limited: 'rate_limited',
  avatar_unknown: 'avatar_unknown',
  voice_unknown: 'voice_unknown',
  pages_private: 'token_missing',
  key_required: 'token_missing',
  origin_not_allowed: 'address_refused',
  host_not_allowed: 'address_refused',
  shutting_down: 'server_unreachable',
};

/** RFC 9457 problem details and the status line, as one of our errors. */
export async function errorOf(response: Response): Promise<CallError> {
  const problem = await problemOf(response);
  const details = { detail: problem.detail ?? `HTTP ${response.status}`, ...retryAfterOf(response) };
  const known = problem.code === undefined ? undefined : ERROR_OF_PROBLEM[problem.code];
  if (known) return new CallError(known, details);
  if (response.status === 401 || response.status === 403) return new CallError('token_rejected', details);
  if (response.status === 429) return new CallError('rate_limited', details);
  if (response.status === 503) return new CallError('server_full', details);
  if (response.status >= 500) return new CallError('server_error', details);
  return new CallError('request_refused', details);
}

async function problemOf(response: Response): Promise<{ code?: string; detail?: string }> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return {};
  try {
    const body: unknown = await response.json();
    const field = (of: unknown, name: string): string | undefined => {
      const value = typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
      return typeof value === 'string' ? value : undefined;
    };
    // The Realtime API wraps its errors (`{"error": {"code", "message"}}`); problem+json has them on top.
    const error = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['error'] : undefined;
    const code = field(body, 'code') ?? field(error, 'code');
    const detail = field(body, 'detail') ?? field(error, 'message') ?? field(body, 'title');
    return { ...(code ? { code } : {}), ...(detail ? { detail } : {}) };
  } catch {
    return {}; // a body that is not what its type says tells nothing; the status does
  }
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterOf(response: Response): { retryAfterS?: number } {
  const value = response.headers.get('retry-after');
  if (!value) return {};
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? { retryAfterS: Math.max(0, Math.ceil(seconds)) } : {};
}
