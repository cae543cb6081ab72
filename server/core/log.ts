import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config-schema.ts';
import { toVisavisError, VisavisError } from './errors.ts';

/**
 * Structured logs: one JSON object a line, or one readable line on a terminal. Every line of a call carries `callId`,
 * and of a turn `turnId`. Whatever is logged passes `redact`, at any depth: secrets and what people said never get out.
 */
export type Log = Logger;

export interface LogOptions extends Partial<Config['log']> {
  /** Where lines go; standard output when not given. */
  readonly destination?: DestinationStream;
  /** Whether readable lines make sense; standard output's when not given. */
  readonly isTerminal?: boolean;
}

export function createLog(options: LogOptions = {}): Log {
  const { level = 'info', pretty = 'auto', destination = process.stdout, isTerminal = process.stdout.isTTY === true } = options;
  const readable = pretty === 'always' || (pretty === 'auto' && isTerminal);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => redact(fields) as Record<string, unknown> },
      // Errors are handled by `redact`, wherever they stand.
      serializers: { err: (value: unknown) => value },
    },
    readable ? { write: (line: string) => destination.write(readableLine(line, isTerminal)) } : destination,
  );
}

export const silentLog = (): Log => createLog({ level: 'silent', pretty: 'never' });
export const callLog = (log: Log, callId: string): Log => log.child({ callId });
export const turnLog = (log: Log, turnId: string): Log => log.child({ turnId });

// --- what never gets out ------------------------------------------------------------------------------------------

/** Fields that hold credentials, wherever they appear. */
const SECRET =
  /^(authorization|proxy-authorization|cookie|set-cookie|.*(api_?-?keys?|secret|password|passwd|credential|(?<!max_?|reply_?)token)|x-api-key|sdp|ice-?pwd|ice-?ufrag)$/i;
/** Fields that hold what somebody said, typed or is about to be told. */
const SAID =
  /^(text|transcript|partial|utterance|words?|delta|content|reply|prompt|systemPrompt|instructions|greeting|answer|question|query|message_?text|caption|said|heard)$/i;
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

/** A copy that may be logged: secrets and speech replaced by their kind and length, buffers by their size. */
export function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error) return describeError(value, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return withoutQuery(value);
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[key] = conceal(key, inner) ?? redact(inner, depth + 1);
  return copy;
}

function conceal(key: string, value: unknown): string | undefined {
  // Numbers and booleans under such a name are measurements: `words: 12`.
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return undefined;
  if (SECRET.test(key)) return '[secret]';
  if (SAID.test(key)) return typeof value === 'string' ? `[${value.length} characters]` : '[said]';
  return undefined;
}

/** Query strings carry tokens and searches. */
const withoutQuery = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Errors keep what helps to find them. Parsers quote their input in the message, and that may be speech: it is cut out. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const quotesInput = error instanceof SyntaxError || error.name === 'ZodError';
  const cause = error.cause !== undefined && depth < MAX_DEPTH ? { cause: redact(error.cause, depth + 1) } : {};
  if (error instanceof VisavisError) {
    const { code, stage, retryable, message } = error;
    return { code, stage, retryable, message, ...(code === 'internal' ? { stack: frames(error) } : {}), ...cause };
  }
  const code = 'code' in error ? { code: String(error.code) } : {};
  return {
    type: error.name,
    message: quotesInput ? '[input could not be parsed]' : error.message,
    ...code,
    stack: frames(error),
    ...cause,
  };
}

/** The stack without its first lines, which repeat the message. */
const frames = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());

/** For `log.error({ err: loggable(thrown) }, …)` where anything may have been thrown. */
export const loggable = (thrown: unknown): Error => (thrown instanceof Error ? thrown : toVisavisError(thrown));

// --- readable lines -----------------------------------------------------------------------------------------------

const COLOURS: Readonly<Record<string, number>> = { trace: 90, debug: 90, info: 32, warn: 33, error: 31, fatal: 35 };

/** `12:30:01.123 info  call began  callId=c1 carrier=webrtc` */
function readableLine(json: string, colour: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as { level: string; time: string; msg?: string } & Record<string, unknown>;
  const paint = (code: number, s: string) => (colour ? `\u001b[${code}m${s}\u001b[0m` : s);
  const details = Object.entries(fields).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [paint(90, time.slice(11, 23)), paint(COLOURS[level] ?? 0, level.padEnd(5)), msg ?? '', paint(90, details.join(' '))];
  return `${parts.filter(Boolean).join(' ')}\n`;
}
