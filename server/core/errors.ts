/**
 * One error type for the whole product. Whatever is thrown becomes a VisavisError at a border (`toVisavisError`), so
 * that every log line, HTTP problem and protocol event carries a stable code and says whether trying again makes sense.
 * A new error is one line in its stage's catalogue.
 */
export type Stage =
  | 'config'
  | 'signalling'
  | 'transport'
  | 'hearing'
  | 'thinking'
  | 'speaking'
  | 'face'
  | 'rendering'
  | 'portrait'
  | 'avatars'
  | 'session'
  | 'client'
  | 'core';

export interface ErrorSpec {
  readonly status: number;
  readonly retryable: boolean;
  /** What the reader can do about it. */
  readonly hint?: string;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retryAfterS?: number;
}

export class VisavisError extends Error {
  readonly code: string;
  readonly stage: Stage;
  readonly status: number;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(stage: Stage, code: string, spec: ErrorSpec, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'VisavisError';
    this.stage = stage;
    this.code = code;
    this.status = spec.status;
    this.retryable = spec.retryable;
    this.hint = details.hint ?? spec.hint;
    this.retryAfterS = details.retryAfterS;
  }

  /** Plain data for crossing a process border; `reviveError` is its inverse. */
  toJSON(): SerialisedError {
    const { code, stage, status, retryable, message, hint } = this;
    return { code, stage, status, retryable, message, hint };
  }
}

export interface SerialisedError {
  readonly code: string;
  readonly stage: Stage;
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
  readonly hint?: string | undefined;
}

export const reviveError = (e: SerialisedError): VisavisError =>
  new VisavisError(e.stage, e.code, e, e.message, e.hint ? { hint: e.hint } : {});

/**
 * Declares a stage's error catalogue and returns its constructor:
 * `const speakingError = errorCatalogue('speaking', { voice_unknown: { status: 404, retryable: false } })`,
 * then `throw speakingError('voice_unknown', 'No voice named "x"')`.
 */
export function errorCatalogue<Code extends string>(stage: Stage, specs: Record<Code, ErrorSpec>) {
  return (code: Code, message: string, details?: ErrorDetails): VisavisError =>
    new VisavisError(stage, code, specs[code], message, details);
}

export const coreError = errorCatalogue('core', {
  internal: { status: 500, retryable: false },
  child_lost: { status: 503, retryable: true, hint: 'The engine is being restarted; try again in a second.' },
  child_unavailable: { status: 503, retryable: true },
  timed_out: { status: 504, retryable: true },
  engine_unknown: { status: 400, retryable: false },
  engine_invalid: { status: 500, retryable: false, hint: 'CONTRIBUTING.md shows what an engine file exports.' },
  queue_full: { status: 503, retryable: true },
  aborted: { status: 499, retryable: false },
});

/** The one error border: anything thrown becomes a VisavisError, keeping the original as its cause. */
export function toVisavisError(thrown: unknown, stage: Stage = 'core'): VisavisError {
  if (thrown instanceof VisavisError) return thrown;
  if (isAbort(thrown)) return coreError('aborted', 'The work was cancelled', { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new VisavisError(stage, 'internal', { status: 500, retryable: false }, message, { cause: thrown });
}

export const isAbort = (thrown: unknown): boolean =>
  (thrown instanceof VisavisError && thrown.code === 'aborted') || (thrown instanceof Error && thrown.name === 'AbortError');
