import { getPriority } from 'node:os';
import { pid } from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { SupervisedChild } from './child.ts';
import { setNiceness } from './niceness.ts';

const modulePath = new URL('./test-child.ts', import.meta.url);
const own = getPriority();
const children: SupervisedChild[] = [];

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.close()));
});

describe('niceness', () => {
  it('of a child is its own', async () => {
    const child = new SupervisedChild({ name: 'fixture', modulePath, init: { greeting: 'hello' }, niceness: own + 3 });
    children.push(child);
    await child.start();
    expect([getPriority(child.pid!), getPriority(pid)]).toEqual([own + 3, own]);
  });

  it('of a process that is gone is not missed', () => {
    expect(() => setNiceness(2 ** 22 + 1, 1)).not.toThrow();
  });
});
