import { runInChild } from '../core/child-task.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { avatarError } from './avatar-error.ts';
import type { DrawingAnswers, DrawingPart, DrawingRequest } from './drawing-messages.ts';

interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onPart?: (part: DrawingPart) => void;
}

/** Asks a fresh drawing process, which steps back behind calls. */
export class DrawingProcess {
  readonly #limits: Pick<Config['avatars'], 'maxMemoryMb' | 'niceness'>;
  readonly #clock: Clock;

  constructor(limits: Pick<Config['avatars'], 'maxMemoryMb' | 'niceness'>, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** @throws VisavisError `drawing_failed`, `drawing_timed_out`, what the work itself throws, or an abort */
  async ask<Request extends DrawingRequest>(
    request: Request,
    { timeoutMs, signal, onPart }: AskOptions,
  ): Promise<DrawingAnswers[Request['kind']]> {
    return runInChild(
      {
        name: 'drawing',
        modulePath: new URL('./drawing-child.ts', import.meta.url),
        request: { ...request },
        timeoutMs,
        maxMemoryMb: this.#limits.maxMemoryMb,
        niceness: this.#limits.niceness,
        signal,
        ...(onPart ? { onPart: (part) => onPart(part as DrawingPart) } : {}),
        errors: {
          timedOut: () => avatarError('drawing_timed_out', `It was not done after ${Math.round(timeoutMs / 1000)} seconds`),
          tooLarge: () => avatarError('drawing_failed', `It needs more than ${this.#limits.maxMemoryMb} MB of memory`),
          lost: (cause) => avatarError('drawing_failed', 'The process that draws was lost', { cause }),
        },
      },
      this.#clock,
    );
  }
}
