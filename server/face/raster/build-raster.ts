import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { faceError } from '../face-error.ts';

const SOURCE = new URL('./assembly/raster.ts', import.meta.url);
const DEFAULT_CACHE = fileURLToPath(new URL('../../../.cache/raster', import.meta.url));

/** Part of the cache key: another option must not find the old program. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1', '--maximumMemory', '16384'];

export interface BuiltRaster {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Compiles the rasteriser (assembly/raster.ts) to WASM, once per source and compiler version; later calls read the
 * cache. Runs in Node, at install, at the first start, or in the client's build, which ships the same bytes.
 * @throws VisavisError `raster_failed` with the compiler's message.
 */
export async function buildRaster(options: { cacheDir?: string } = {}): Promise<BuiltRaster> {
  const cacheDir = options.cacheDir ?? DEFAULT_CACHE;
  const source = await readFile(SOURCE, 'utf8');
  const compiler = JSON.parse(await readFile(fileURLToPath(import.meta.resolve('assemblyscript/package.json')), 'utf8')) as {
    version: string;
  };
  const key = createHash('sha256')
    .update(JSON.stringify([source, compiler.version, OPTIONS]))
    .digest('hex')
    .slice(0, 16);
  const path = join(cacheDir, `raster-${key}.wasm`);
  const cached = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (cached) return { path, bytes: new Uint8Array(cached) };
  const bytes = await compile(source);
  await mkdir(cacheDir, { recursive: true });
  // Several processes may build at once: each writes its own file, and the rename is atomic.
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, bytes);
  await rename(partial, path);
  return { path, bytes };
}

async function compile(source: string): Promise<Uint8Array<ArrayBuffer>> {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(['raster.ts', '--outFile', 'raster.wasm', ...OPTIONS], {
    readFile: (name) => (name === 'raster.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) bytes = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw faceError('raster_failed', `The rasteriser does not compile: ${stderr.toString()}`, { cause: error });
  return bytes;
}
