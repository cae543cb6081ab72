import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCatalogue } from '../core/errors.ts';

/**
 * Builds the pages and the element into dist/client with Vite, unless what is there was made from the same sources. Vite runs in
 * a process of its own, so that its memory goes with it, and builds beside the old files, so that a running server
 * never serves half a build.
 */
export interface ClientBuild {
  readonly outDir: string;
  /** False when the build that was there is up to date. */
  readonly built: boolean;
  readonly elapsedMs: number;
}

const clientError = errorCatalogue('client', {
  build_failed: { status: 500, retryable: false, hint: 'The messages above are from Vite. `npm run dev` shows them while you edit.' },
});

/** Everything that ends up in the pages. */
const SOURCES = ['client', 'server/protocol', 'server/face', 'server/core', 'package-lock.json'];
const STAMP = '.sources.sha256';

export async function buildClient(rootDir: string): Promise<ClientBuild> {
  const beganMs = performance.now();
  const outDir = join(rootDir, 'dist', 'client');
  const hash = hashSources(rootDir);
  const done = (built: boolean) => ({ outDir, built, elapsedMs: performance.now() - beganMs });
  if (readIfThere(join(outDir, STAMP)) === hash) return done(false);

  const freshDir = join(rootDir, 'dist', `client.${process.pid}`);
  try {
    await runVite(rootDir, freshDir);
    writeFileSync(join(freshDir, STAMP), hash);
    swap(freshDir, outDir);
  } finally {
    rmSync(freshDir, { recursive: true, force: true });
  }
  return done(true);
}

async function runVite(rootDir: string, outDir: string): Promise<void> {
  const vite = join(rootDir, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['build', '--config', join(rootDir, 'client', 'vite.config.ts'), '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  // The environment of tests, say, would have the slower development builds of packages bundled, and kept for every later start.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [vite, ...args], { cwd: rootDir, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    process.stderr.write(complaints);
    throw clientError('build_failed', `The pages could not be built (Vite ended with ${code})`);
  }
}

/** Another start may do the same at the same moment; both builds are of the same sources, so either may win. */
function swap(freshDir: string, outDir: string): void {
  const oldDir = `${freshDir}.old`;
  try {
    if (existsSync(outDir)) renameSync(outDir, oldDir);
    mkdirSync(join(outDir, '..'), { recursive: true });
    renameSync(freshDir, outDir);
  } catch (cause) {
    if (!existsSync(join(outDir, STAMP))) throw clientError('build_failed', `Cannot write ${outDir}`, { cause });
  } finally {
    rmSync(oldDir, { recursive: true, force: true });
  }
}

function hashSources(rootDir: string): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of filesUnder(join(rootDir, source))) {
      hash.update(`${relative(rootDir, path)}\0`);
      hash.update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

/** Files in a stable order; tests and recordings never reach the pages. */
function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  let entries: ReturnType<typeof readDirectory>;
  try {
    entries = readDirectory(path);
  } catch {
    // Not a folder.
    return [path];
  }
  return entries
    .filter(({ name }) => !/\.test\.ts$|^(golden|fixtures|node_modules|dist)$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)]));
}
const readDirectory = (path: string) => readdirSync(path, { withFileTypes: true });

const readIfThere = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
