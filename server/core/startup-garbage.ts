import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back what loading modules, dictionaries and pictures has left behind: V8 keeps a heap as large as the start made it
 * (20 to 40 MB a process) until something fills it again, which at rest nothing does. Blocks for some 30 ms, so it is to
 * be called once, before there are calls.
 */
export function collectStartupGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
