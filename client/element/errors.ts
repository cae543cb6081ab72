/**
 * What can keep a call from beginning or going on, as the visitor's side sees it. Every failure of the browser, the
 * network and the server becomes one of these; the page has one helpful text for each.
 */
export type CallErrorCode =
  | 'insecure_context'
  | 'webrtc_missing'
  | 'carrier_unsupported'
  | 'microphone_refused'
  | 'microphone_missing'
  | 'microphone_busy'
  | 'server_full'
  | 'rate_limited'
  | 'token_rejected'
  | 'token_missing'
  | 'address_refused'
  | 'avatar_unknown'
  | 'voice_unknown'
  | 'request_refused'
  | 'server_unreachable'
  | 'server_error'
  | 'connection_failed'
  | 'connection_lost';

export interface CallErrorDetails {
  readonly cause?: unknown;
  /** What the server said about itself (an RFC 9457 `detail`), for the console and for people who report a problem. */
  readonly detail?: string;
  /** From `Retry-After`: when another try makes sense. */
  readonly retryAfterS?: number;
}

export class CallError extends Error {
  readonly code: CallErrorCode;
  readonly detail: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: CallErrorCode, details: CallErrorDetails = {}) {
    super(details.detail ? `${code}: ${details.detail}` : code, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CallError';
    this.code = code;
    this.detail = details.detail;
    this.retryAfterS = details.retryAfterS;
  }

  /** The same button may simply be pressed again. */
  get retryable(): boolean {
    return ![
      'address_refused',
      'token_missing',
      'insecure_context',
      'webrtc_missing',
      'carrier_unsupported',
      'avatar_unknown',
      'voice_unknown',
      'request_refused',
    ].includes(this.code);
  }

  /** The call can be held by typing instead of speaking. */
  get typingHelps(): boolean {
    return ['microphone_refused', 'microphone_missing', 'microphone_busy', 'insecure_context'].includes(this.code);
  }
}

/** Whatever was thrown while a call began or went on. */
export function toCallError(thrown: unknown, otherwise: CallErrorCode = 'connection_failed'): CallError {
  if (thrown instanceof CallError) return thrown;
  return new CallError(otherwise, { cause: thrown, detail: thrown instanceof Error ? thrown.message : String(thrown) });
}
