import type { VisavisError } from '../core/errors.ts';

export const JOB_KINDS = ['import', 'creation', 'clip', 'sheet'] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What a job tells while it runs. */
export interface JobUpdate<Result> {
  readonly stage?: string;
  /** 0..1; what is less than before is not believed. */
  readonly fraction?: number;
  /** JPEG. */
  readonly preview?: Uint8Array;
  /** What is there already. */
  readonly result?: Result;
}

export interface JobContext<Result> {
  readonly id: string;
  readonly signal: AbortSignal;
  update(update: JobUpdate<Result>): void;
}

/** One avatar (or clip) in the making, as others see it. */
export interface Job<Result> {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  /** Jobs that are made before this one. */
  readonly ahead: number;
  readonly stage: string | undefined;
  /** 0..1 */
  readonly fraction: number;
  /** Counts its pictures; 0: there is none yet. */
  readonly previews: number;
  readonly preview: Uint8Array | undefined;
  readonly result: Result | undefined;
  readonly error: VisavisError | undefined;
}

export const hasEnded = ({ state }: Pick<Job<unknown>, 'state'>): boolean => state !== 'queued' && state !== 'running';
