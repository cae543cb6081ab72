import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { faceError } from '../face-error.ts';

const SOURCES = new URL('./assembly/', import.meta.url);
const ENTRY = 'raster.ts';
const DEFAULT_CACHE = fileURLToPath(new URL('../../../.cache/raster', import.meta.url));

/** Part of the cache key: another option must not find the old program. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1', '--maximumMemory', '16384'];

export interface BuiltRaster {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Compiles the rasteriser (assembly/) to WASM, once per sources and compiler version; later calls read the
 * cache. Runs in Node, at install, at the first start, or in the client's build, which ships the same bytes.
 * @throws VisavisError `raster_failed` with the compiler's message.
 */
export async function buildRaster(options: { cacheDir?: string } = {}): Promise<BuiltRaster> {
  const cacheDir = options.cacheDir ?? DEFAULT_CACHE;
  const sources = await readSources();
  const compiler = JSON.parse(await readFile(fileURLToPath(import.meta.resolve('assemblyscript/package.json')), 'utf8')) as {
    version: string;
  };
  const key = createHash('sha256')
    .update(JSON.stringify([[...sources], compiler.version, OPTIONS]))
    .digest('hex')
    .slice(0, 16);
  const path = join(cacheDir, `raster-${key}.wasm`);
  const cached = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (cached) return { path, bytes: new Uint8Array(cached) };
  const bytes = await compile(sources);
  await mkdir(cacheDir, { recursive: true });
  // Several processes may build at once: each writes its own file, and the rename is atomic.
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, bytes);
  await rename(partial, path);
  return { path, bytes };
}

/** Text by file name. */
async function readSources(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts')).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, SOURCES), 'utf8')] as const)));
}

async function compile(sources: ReadonlyMap<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main([ENTRY, '--outFile', 'raster.wasm', ...OPTIONS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) bytes = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw faceError('raster_failed', `The rasteriser does not compile: ${stderr.toString()}`, { cause: error });
  return bytes;
}
