import { after, type Clock, systemClock } from '../core/clock.ts';
import { coreError, isAbort, toVisavisError } from '../core/errors.ts';
import { avatarError } from './avatar-error.ts';
import { hasEnded, type Job, type JobContext, type JobKind } from './job.ts';

/** Work of minutes does not stand in the way of work of seconds. */
export type Lane = 'quick' | 'slow';

export interface JobQueueOptions {
  /** Jobs that may wait, in all lanes. */
  readonly maxQueued: number;
  /** How long an ended job is kept. */
  readonly keepMs: number;
  readonly newId: () => string;
  /** Before an ended job is forgotten: what it left behind. */
  readonly onForget?: (id: string) => void;
  readonly clock?: Clock;
}

interface Entry<Result> {
  job: Job<Result>;
  readonly lane: Lane;
  readonly work: (context: JobContext<Result>) => Promise<Result>;
  readonly abort: AbortController;
  readonly watchers: Set<(job: Job<Result>) => void>;
  ended: Promise<void>;
  forget: Disposable | undefined;
}

const RETRY_AFTER_S = 15;

/** Jobs one after the other in each lane; everything about them is bounded. */
export class JobQueue<Result> implements AsyncDisposable {
  readonly #options: JobQueueOptions;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Result>>();
  readonly #running = new Map<Lane, Entry<Result>>();
  #closed = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws VisavisError `jobs_full` */
  add(kind: JobKind, lane: Lane, work: (context: JobContext<Result>) => Promise<Result>): Job<Result> {
    if (this.#closed) throw coreError('aborted', 'No more avatars are made: the server is closing');
    const waiting = this.#waiting().length;
    if (waiting >= this.#options.maxQueued)
      throw avatarError('jobs_full', `${waiting} avatars wait to be made already`, { retryAfterS: RETRY_AFTER_S });
    const id = this.#options.newId();
    const entry: Entry<Result> = {
      job: {
        id,
        kind,
        state: 'queued',
        ahead: 0,
        stage: undefined,
        fraction: 0,
        previews: 0,
        preview: undefined,
        result: undefined,
        error: undefined,
      },
      lane,
      work,
      abort: new AbortController(),
      watchers: new Set(),
      ended: Promise.resolve(),
      forget: undefined,
    };
    this.#entries.set(id, entry);
    this.#startNext(lane);
    return entry.job;
  }

  /** @throws VisavisError `job_unknown` */
  get(id: string): Job<Result> {
    return this.#entry(id).job;
  }

  /** Hears every change, the present state first. @throws VisavisError `job_unknown` */
  watch(id: string, listener: (job: Job<Result>) => void): Disposable {
    const entry = this.#entry(id);
    entry.watchers.add(listener);
    listener(entry.job);
    return { [Symbol.dispose]: () => void entry.watchers.delete(listener) };
  }

  /** Resolves to the job when it has ended. @throws VisavisError `job_unknown` */
  async end(id: string): Promise<Job<Result>> {
    const done = Promise.withResolvers<Job<Result>>();
    using _watch = this.watch(id, (job) => hasEnded(job) && done.resolve(job));
    return await done.promise;
  }

  /** Ends it wherever it is; what has ended stays as it is. @throws VisavisError `job_unknown` */
  cancel(id: string): Job<Result> {
    const entry = this.#entry(id);
    if (!hasEnded(entry.job)) {
      entry.abort.abort();
      this.#change(entry, { state: 'cancelled', preview: undefined });
      this.#settle(entry);
    }
    return entry.job;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    for (const { job } of entries) if (!hasEnded(job)) this.cancel(job.id);
    for (const entry of entries) entry.forget?.[Symbol.dispose]();
    await Promise.all(entries.map(({ ended }) => ended));
    for (const id of this.#entries.keys()) this.#options.onForget?.(id);
    this.#entries.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #entry(id: string): Entry<Result> {
    const entry = this.#entries.get(id);
    if (!entry) throw avatarError('job_unknown', 'There is no such job');
    return entry;
  }

  #waiting(): Entry<Result>[] {
    return [...this.#entries.values()].filter(({ job }) => job.state === 'queued');
  }

  #startNext(lane: Lane): void {
    const waiting = this.#waiting().filter((entry) => entry.lane === lane);
    if (!this.#running.has(lane)) {
      const next = waiting.shift();
      if (next) {
        this.#running.set(lane, next);
        next.ended = this.#run(next);
      }
    }
    for (const [index, entry] of waiting.entries()) if (entry.job.ahead !== index + 1) this.#change(entry, { ahead: index + 1 });
  }

  async #run(entry: Entry<Result>): Promise<void> {
    const { lane, work, abort } = entry;
    this.#change(entry, { state: 'running', ahead: 0 });
    try {
      const context: JobContext<Result> = {
        id: entry.job.id,
        signal: abort.signal,
        update: ({ fraction, preview, ...rest }) => {
          if (hasEnded(entry.job)) return;
          this.#change(entry, {
            ...rest,
            fraction: Math.max(entry.job.fraction, Math.min(1, fraction ?? 0)),
            ...(preview ? { preview, previews: entry.job.previews + 1 } : {}),
          });
        },
      };
      const result = await work(context);
      if (!hasEnded(entry.job)) this.#change(entry, { state: 'done', fraction: 1, result });
    } catch (error) {
      if (!hasEnded(entry.job))
        this.#change(entry, isAbort(error) ? { state: 'cancelled' } : { state: 'failed', error: toVisavisError(error, 'avatars') });
    } finally {
      this.#running.delete(lane);
      this.#settle(entry);
      if (!this.#closed) this.#startNext(lane);
    }
  }

  #settle(entry: Entry<Result>): void {
    if (this.#closed || entry.forget) return;
    const { id } = entry.job;
    entry.forget = after(this.#clock, this.#options.keepMs, () => {
      this.#entries.delete(id);
      this.#options.onForget?.(id);
    });
  }

  #change(entry: Entry<Result>, change: Partial<Job<Result>>): void {
    entry.job = { ...entry.job, ...change };
    for (const watcher of [...entry.watchers]) watcher(entry.job);
  }
}
