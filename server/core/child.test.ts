import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type ChildMessage, type ChildOptions, SupervisedChild } from './child.ts';

const modulePath = new URL('./test-child.ts', import.meta.url);
const children: SupervisedChild[] = [];

const child = (options: Partial<ChildOptions> = {}): SupervisedChild => {
  const made = new SupervisedChild({ name: 'fixture', modulePath, init: { greeting: 'hello' }, ...options });
  children.push(made);
  return made;
};

const event = async (from: SupervisedChild, kind: string): Promise<ChildMessage> => {
  for (;;) {
    const [body] = (await once(from, 'event')) as [ChildMessage];
    if (body.kind === kind) return body;
  }
};

afterEach(async () => {
  await Promise.all(children.splice(0).map((made) => made.close()));
});

describe('a supervised child', () => {
  it('starts with its init, answers, streams parts and emits events', async () => {
    const made = child();
    expect(await made.start()).toEqual({ greeting: 'hello' });
    expect(await made.ask({ kind: 'echo', value: Int16Array.of(1, 2) })).toEqual(Int16Array.of(1, 2));
    const parts: unknown[] = [];
    expect(await made.ask({ kind: 'count' }, { onPart: (part) => parts.push(part) })).toBe('done');
    expect(parts).toEqual([1, 2, 3]);
    const heard = event(made, 'heard');
    made.tell({ kind: 'shout', value: 7 });
    expect(await heard).toMatchObject({ value: 7 });
    await expect(made.ask({ kind: 'fail' })).rejects.toMatchObject({ message: 'cannot' });
  });

  it('is restarted when it is killed, and what was in flight is rejected as worth another try', async () => {
    const made = child();
    await made.start();
    const working = event(made, 'working');
    const inFlight = expect(made.ask({ kind: 'forever' })).rejects.toMatchObject({ code: 'child_lost', retryable: true });
    await working;
    const { pid } = made;
    const lost = once(made, 'lost');
    const ready = once(made, 'ready');
    process.kill(pid!, 'SIGKILL');
    expect((await lost)[0]).toMatch(/SIGKILL/);
    await inFlight;
    await expect(made.ask({ kind: 'echo', value: 1 })).rejects.toMatchObject({ code: 'child_unavailable', retryable: true });
    expect(await ready).toEqual([{ greeting: 'hello' }, 1]);
    expect(made.pid).not.toBe(pid);
    expect(await made.ask({ kind: 'echo', value: 1 })).toBe(1);
  });

  it('survives a native abort of its child', async () => {
    const made = child();
    await made.start();
    const ready = once(made, 'ready');
    await expect(made.ask({ kind: 'die' })).rejects.toMatchObject({ code: 'child_lost' });
    await ready;
    expect(made.isReady).toBe(true);
  });

  it('kills and restarts a child that hangs', async () => {
    const made = child({ heartbeatMs: 20, hangTimeoutMs: 200 });
    await made.start();
    const lost = once(made, 'lost');
    const ready = once(made, 'ready');
    made.tell({ kind: 'hang' });
    expect((await lost)[0]).toMatch(/SIGKILL/);
    await ready;
    expect(await made.ask({ kind: 'echo', value: 'alive' })).toBe('alive');
  });

  it('goes on trying when the system makes no process', async () => {
    const { execPath } = process;
    const made = child();
    process.execPath = '/nowhere/node';
    const refused = expect(made.start()).rejects.toThrow(/ENOENT/);
    process.execPath = execPath;
    await refused;
    await once(made, 'ready');
    expect(await made.ask({ kind: 'echo', value: 'alive' })).toBe('alive');
  });

  it('carries an abort to the child', async () => {
    const made = child();
    await made.start();
    const abort = new AbortController();
    const working = event(made, 'working');
    const asked = expect(made.ask({ kind: 'forever' }, { signal: abort.signal })).rejects.toMatchObject({ code: 'aborted' });
    await working;
    const aborted = event(made, 'aborted');
    abort.abort();
    await asked;
    await aborted;
    await expect(made.ask({ kind: 'echo' }, { signal: abort.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses more than it may have in flight', async () => {
    const made = child({ maxInFlight: 1 });
    await made.start();
    const first = expect(made.ask({ kind: 'forever' })).rejects.toMatchObject({ code: 'aborted' });
    await expect(made.ask({ kind: 'echo', value: 1 })).rejects.toMatchObject({ code: 'queue_full', retryable: true });
    await made.close();
    await first;
  });

  it('says why a child does not start, and goes on trying', async () => {
    const made = child({ init: { refuse: true } });
    await expect(made.start()).rejects.toMatchObject({ message: 'no engine here' });
    await once(made, 'lost');
    expect(made.restarts).toBeGreaterThan(0);
    expect(made.failure?.message).toBe('no engine here');
  });

  it('ends its process when it is closed, however often', async () => {
    const made = child();
    await made.start();
    const pid = made.pid!;
    await Promise.all([made.close(), made.close()]);
    await made.close();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
