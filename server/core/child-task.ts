import { readFile } from 'node:fs/promises';
import { type ChildMessage, SupervisedChild } from './child.ts';
import { after, type Clock, systemClock } from './clock.ts';
import { coreError, isAbort } from './errors.ts';
import { NICENESS } from './niceness.ts';

/** One piece of work for a process of its own, which lives no longer than the work. */
export interface ChildTask {
  /** For messages, e.g. `portrait`. */
  readonly name: string;
  /** Module that calls `serveParent`. */
  readonly modulePath: URL;
  readonly request: ChildMessage;
  readonly timeoutMs: number;
  /** Resident memory of the process, watched where the system tells it (Linux); 0: not watched. */
  readonly maxMemoryMb: number;
  /** Behind other processes, as long work is, when not said. */
  readonly niceness?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPart?: (part: unknown) => void;
  /** What its owner calls these ends. */
  readonly errors: {
    timedOut(): Error;
    tooLarge(): Error;
    lost(cause: unknown): Error;
  };
}

const MEMORY_CHECK_MS = 250;

/** Runs one request in a fresh process and ends it, whatever happens. @throws the task's own errors, the child's, or `aborted` */
export async function runInChild<Answer>(task: ChildTask, clock: Clock = systemClock): Promise<Answer> {
  const { signal, timeoutMs, maxMemoryMb, errors } = task;
  const cancelled = (cause: unknown) => coreError('aborted', 'The work was cancelled', { cause });
  if (signal?.aborted) throw cancelled(signal.reason);
  const child = new SupervisedChild({
    name: task.name,
    modulePath: task.modulePath,
    init: null,
    niceness: task.niceness ?? NICENESS.background,
    execArgv: ['--disable-warning=ExperimentalWarning', ...(maxMemoryMb > 0 ? [`--max-old-space-size=${Math.max(256, maxMemoryMb)}`] : [])],
    startTimeoutMs: 2 * timeoutMs,
    // It computes for seconds without answering; its own limit of time counts.
    hangTimeoutMs: 2 * timeoutMs,
    clock,
  });
  let overrun: Error | undefined;
  // A child that is closed while it starts answers nobody.
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const stop = (error?: Error) => {
    overrun ??= error;
    stopped.reject(error ?? cancelled(signal?.reason));
    const { pid } = child;
    // Closing first, so that the end is not taken for an accident and repaired.
    const closed = child.close();
    if (pid !== undefined) ifAlive(() => process.kill(pid, 'SIGKILL'));
    return closed;
  };
  const timer = after(clock, timeoutMs, () => void stop(errors.timedOut()));
  const watch = watchMemory(child, maxMemoryMb, clock, () => void stop(errors.tooLarge()));
  const onAbort = () => void stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const work = async (): Promise<Answer> => {
      await child.start();
      return child.ask<Answer>(task.request, { ...(signal ? { signal } : {}), ...(task.onPart ? { onPart: task.onPart } : {}) });
    };
    return await Promise.race([work(), stopped.promise]);
  } catch (error) {
    if (overrun) throw overrun;
    if (isAbort(error) || signal?.aborted) throw cancelled(error);
    if (error instanceof Error && 'code' in error && error.code === 'child_lost') throw errors.lost(error);
    throw error;
  } finally {
    timer[Symbol.dispose]();
    watch[Symbol.dispose]();
    signal?.removeEventListener('abort', onAbort);
    await stop();
  }
}

/** A process that has just ended by itself needs nothing any more. */
function ifAlive(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!/ESRCH/.test(String((error as Error).message))) throw error;
  }
}

/** Looks at the child's resident memory now and then. */
function watchMemory(child: SupervisedChild, maxMb: number, clock: Clock, onExceeded: () => void): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  const look = async () => {
    if (child.pid !== undefined) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const kilobytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
      if (!isOver && kilobytes > maxMb * 1024) return onExceeded();
    }
    if (!isOver) timer = after(clock, MEMORY_CHECK_MS, () => void look());
  };
  if (maxMb > 0 && process.platform === 'linux') void look();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}
