import { createRequire, flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type Koffi from 'koffi';

/**
 * How much may come on top of what is alive before all of it is looked through again. V8's own measure is for large heaps: with
 * the buffers of four calls it found cause every two seconds, 20 ms each time, although nearly all that was free was young.
 */
const HEAP_GROWTH_PERCENT = 200;

/**
 * Gives back what loading modules, dictionaries and pictures has left behind: V8 keeps a heap as large as the start made it
 * (20 to 40 MB a process) until something fills it again, which at rest nothing does. From then on the heap may grow by
 * HEAP_GROWTH_PERCENT. Blocks for some 50 ms, so it is to be called once, before there are calls.
 */
export function collectStartupGarbage(): void {
  // Node keeps a copy of all compiled code until it has been written; 7 MB in all processes.
  flushCompileCache();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  trimMalloc ??= findTrim();
  trimMalloc(0);
}

let trimMalloc: ((padBytes: number) => unknown) | undefined;

/** By itself glibc gives back only what is free behind the last piece in use: 13 MB less in the main and the face process. */
function findTrim(): (padBytes: number) => unknown {
  try {
    // Loaded when everything is ready: it would hold up the start.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    return koffi.load('libc.so.6').func('int malloc_trim(size_t padBytes)');
  } catch {
    // Not glibc.
    return () => 0;
  }
}
