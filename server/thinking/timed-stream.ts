import type { Clock } from '../core/clock.ts';

export type TimedItem<T> = { readonly value: T } | 'slow';

/**
 * Reads a stream under deadlines. Yields `'slow'` once when nothing has come after `slowMs`; throws `onTimeout(first)` when the
 * first item takes longer than `firstMs`, or a later one longer than `stallMs`. The stream is always told to end.
 */
export async function* timedStream<T>(
  stream: AsyncIterable<T>,
  options: { clock: Clock; slowMs: number; firstMs: number; stallMs: number; onTimeout: (beforeFirst: boolean) => Error },
): AsyncGenerator<TimedItem<T>> {
  const { clock, slowMs, firstMs, stallMs, onTimeout } = options;
  const iterator = stream[Symbol.asyncIterator]();
  const startedMs = clock.nowMs();
  let slowDue = slowMs < firstMs;
  let first = true;
  let finished = false;
  try {
    for (;;) {
      const next = iterator.next();
      // The race may be decided by a timer; the loser must not become an unhandled rejection.
      next.catch(() => undefined);
      const deadlineMs = first ? startedMs + firstMs : clock.nowMs() + stallMs;
      if (first && slowDue) {
        const early = await raceAlarm(next, clock, startedMs + slowMs);
        if (early === 'alarm') yield 'slow';
        slowDue = false;
      }
      const result = await raceAlarm(next, clock, deadlineMs);
      if (result === 'alarm') throw onTimeout(first);
      if (result.done) {
        finished = true;
        return;
      }
      first = false;
      yield { value: result.value };
    }
  } finally {
    // Not awaited: a generator that hangs in a request ends by its AbortSignal, and waiting for it here would hang, too.
    if (!finished) void iterator.return?.()?.then(undefined, () => undefined);
  }
}

async function raceAlarm<T>(work: Promise<T>, clock: Clock, atMs: number): Promise<T | 'alarm'> {
  let alarm: Disposable | undefined;
  const rings = new Promise<'alarm'>((resolve) => {
    alarm = clock.at(atMs, () => resolve('alarm'));
  });
  try {
    return await Promise.race([work, rings]);
  } finally {
    alarm?.[Symbol.dispose]();
  }
}
