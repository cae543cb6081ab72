import { coreError } from './errors.ts';

export const throwIfAborted = (signal: AbortSignal): void => {
  if (signal.aborted) throw coreError('aborted', 'The work was cancelled', { cause: signal.reason });
};

/** Waits for `work`, but no longer than until the signal; the work itself goes on and its failure is swallowed then. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  throwIfAborted(signal);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(coreError('aborted', 'The work was cancelled', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
