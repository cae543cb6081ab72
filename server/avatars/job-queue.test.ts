import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { avatarError } from './avatar-error.ts';
import type { Job, JobContext } from './job.ts';
import { JobQueue } from './job-queue.ts';

/** Work that does what the test says. */
class Work {
  readonly begun = Promise.withResolvers<JobContext<string>>();
  readonly outcome = Promise.withResolvers<string>();
  readonly run = (context: JobContext<string>): Promise<string> => {
    this.begun.resolve(context);
    return this.outcome.promise;
  };
}

const open = (maxQueued = 3) => {
  const clock = new VirtualClock();
  const forgotten: string[] = [];
  let count = 0;
  const jobs = new JobQueue<string>({
    maxQueued,
    keepMs: 1_000,
    clock,
    newId: () => `job${++count}`,
    onForget: (id) => forgotten.push(id),
  });
  return { clock, jobs, forgotten };
};

describe('jobs', () => {
  it('run one after the other in their lane, beside the other lane', async () => {
    const { jobs } = open();
    const [first, second, slow] = [new Work(), new Work(), new Work()];
    const a = jobs.add('import', 'quick', first.run);
    const b = jobs.add('creation', 'quick', second.run);
    jobs.add('creation', 'slow', slow.run);
    await slow.begun.promise;
    expect(jobs.get(a.id)).toMatchObject({ state: 'running', ahead: 0 });
    expect(jobs.get(b.id)).toMatchObject({ state: 'queued', ahead: 1 });
    first.outcome.resolve('ana');
    await second.begun.promise;
    expect(jobs.get(a.id)).toMatchObject({ state: 'done', fraction: 1, result: 'ana' });
    second.outcome.reject(avatarError('drawing_failed', 'no ink'));
    expect(await jobs.end(b.id)).toMatchObject({ state: 'failed', error: { code: 'drawing_failed' } });
    slow.outcome.resolve('');
    await jobs.close();
  });

  it('tell how far they are; the fraction never falls', async () => {
    const { jobs } = open();
    const work = new Work();
    const { id } = jobs.add('import', 'quick', work.run);
    const seen: Job<string>[] = [];
    using _watch = jobs.watch(id, (job) => seen.push(job));
    const { update } = await work.begun.promise;
    update({ stage: 'matte', fraction: 0.5, preview: new Uint8Array([1]) });
    update({ stage: 'mesh', fraction: 0.2, preview: new Uint8Array([2]) });
    update({ result: 'half' });
    expect(seen.slice(-3).map(({ stage, fraction, previews, result }) => [stage, fraction, previews, result])).toEqual([
      ['matte', 0.5, 1, undefined],
      ['mesh', 0.5, 2, undefined],
      ['mesh', 0.5, 2, 'half'],
    ]);
    work.outcome.resolve('whole');
    await jobs.end(id);
    update({ fraction: 0.1 });
    expect(jobs.get(id)).toMatchObject({ state: 'done', fraction: 1, result: 'whole' });
  });

  it('are cancelled while they wait and while they run', async () => {
    const { jobs } = open();
    const [first, second, third] = [new Work(), new Work(), new Work()];
    const a = jobs.add('import', 'quick', first.run);
    const b = jobs.add('import', 'quick', second.run);
    const c = jobs.add('import', 'quick', third.run);
    jobs.cancel(b.id);
    const { signal } = await first.begun.promise;
    jobs.cancel(a.id);
    expect(signal.aborted).toBe(true);
    expect([jobs.get(a.id).state, jobs.get(b.id).state]).toEqual(['cancelled', 'cancelled']);
    // The next one begins when the cancelled one has let go.
    expect(jobs.get(c.id).state).toBe('queued');
    first.outcome.reject(signal.reason);
    await third.begun.promise;
    third.outcome.resolve('');
    await jobs.end(c.id);
  });

  it('are refused when too many wait, and forgotten after a while', async () => {
    const { jobs, clock, forgotten } = open(1);
    const [first, second] = [new Work(), new Work()];
    const a = jobs.add('import', 'quick', first.run);
    const b = jobs.add('import', 'quick', second.run);
    expect(() => jobs.add('import', 'quick', second.run)).toThrow(expect.objectContaining({ code: 'jobs_full', retryAfterS: 15 }));
    first.outcome.resolve('');
    await jobs.end(a.id);
    clock.advance(1_000);
    expect(() => jobs.get(a.id)).toThrow(expect.objectContaining({ code: 'job_unknown' }));
    expect(forgotten).toEqual([a.id]);
    await second.begun.promise;
    const closed = jobs.close();
    second.outcome.reject(new DOMException('', 'AbortError'));
    await closed;
    expect(forgotten).toEqual([a.id, b.id]);
    expect(clock.pendingAlarms).toBe(0);
    expect(() => jobs.add('import', 'quick', first.run)).toThrow(/closing/);
  });
});
