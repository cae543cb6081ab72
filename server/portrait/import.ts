import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SupervisedChild } from '../core/child.ts';
import { after, type Clock, systemClock } from '../core/clock.ts';
import { coreError, isAbort } from '../core/errors.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import {
  IMPORT_LIMITS,
  IMPORT_STAGES,
  type ImportLimits,
  type ImportOptions,
  type ImportProgress,
  type ImportReport,
  type ImportStage,
  type PortraitInspection,
} from './contract.ts';
import type { FoundPortrait, ImportRequest, StageProgress } from './import-messages.ts';
import { claimFolder, writeFolder } from './avatar-folder.ts';
import { portraitError } from './portrait-error.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MEMORY_CHECK_MS = 250;
/** How much of an import each stage takes, about. */
const WEIGHTS: Readonly<Record<ImportStage, number>> = {
  reading: 5,
  landmarks: 30,
  contours: 8,
  matte: 30,
  mesh: 8,
  painting: 14,
  writing: 5,
};

/**
 * A photograph becomes an avatar: `<outDir>/<name>/` with avatar.json, atlas.png, poster.jpg, preview.png and
 * provenance.json, written at once or not at all. Everything that touches the picture runs in a process of its own, with
 * limits of time and memory.
 * @throws VisavisError `portrait_*` what is wrong with the picture; `avatar_exists`, `avatar_name_invalid`, `points_invalid`,
 * `landmarks_missing`, `import_timed_out`, `import_failed`, `aborted`
 */
export async function importPortrait(
  input: string | Uint8Array,
  options: ImportOptions,
  clock: Clock = systemClock,
): Promise<ImportReport> {
  const { name, outDir, signal, onProgress = () => undefined } = options;
  if (!NAME.test(name)) throw portraitError('avatar_name_invalid', `"${name.slice(0, 80)}" cannot be the name of an avatar`);
  const startedMs = clock.nowMs();
  await claimFolder(outDir, name, options.replace ?? false);
  const bytes = await readInput(input, options.limits);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const title = (options.title ?? titleOf(name)).slice(0, 120);
  const source = (options.source ?? (typeof input === 'string' ? fileNameOf(input) : 'photograph')).slice(0, 200);
  const identity = {
    name,
    title,
    origin: `photograph ${source} (sha256 ${sha256.slice(0, 16)}), animated by Visavis; synthetic`,
    licence: (options.licence ?? 'that of the photograph').slice(0, 500),
    consent: options.consent?.slice(0, 2000),
  };
  const progress = new ProgressMeter(onProgress);
  const found = await inChild<FoundPortrait>(
    'import',
    { bytes, identity, points: options.points, engine: options.engine ?? 'auto' },
    options,
    clock,
    (part) => progress.report(part.stage, part.share),
  );
  progress.report('writing', 0);
  if (signal?.aborted) throw coreError('aborted', 'The import was cancelled', { cause: signal.reason });
  const provenance = {
    name,
    source,
    sha256,
    consent: identity.consent ?? null,
    licence: identity.licence,
    importedAt: new Date().toISOString(),
    tool: 'Visavis portrait import',
    // https://cv.iptc.org/newscodes/digitalsourcetype/: what this avatar's videos are.
    digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic',
  };
  const folder = await writeFolder(outDir, name, options.replace ?? false, {
    'avatar.json': found.avatarJson,
    'atlas.png': found.atlasPng,
    'poster.jpg': found.posterJpg,
    'preview.png': found.previewPng,
    'provenance.json': `${JSON.stringify(provenance, null, 2)}\n`,
  });
  progress.report('writing', 1);
  return { ...found.report, name, folder, title, elapsedMs: clock.nowMs() - startedMs };
}

/** Finds the face and its points, for a page on which a person corrects them. @throws VisavisError as `importPortrait` */
export async function inspectPortrait(
  input: string | Uint8Array,
  options: Pick<ImportOptions, 'engine' | 'limits' | 'signal'> = {},
  clock: Clock = systemClock,
): Promise<PortraitInspection> {
  const bytes = await readInput(input, options.limits);
  return inChild(
    'inspect',
    { bytes, engine: options.engine ?? 'auto', points: undefined, identity: undefined },
    options,
    clock,
    () => undefined,
  );
}

async function readInput(input: string | Uint8Array, limits: Partial<ImportLimits> = {}): Promise<Uint8Array> {
  const { maxBytes } = { ...IMPORT_LIMITS, ...limits };
  const bytes =
    typeof input === 'string'
      ? await readFile(input).catch((cause: NodeJS.ErrnoException) => {
          throw portraitError(
            'portrait_not_picture',
            cause.code === 'ENOENT' ? `There is no file ${input}` : `${input} cannot be read: ${cause.code}`,
            {
              cause,
            },
          );
        })
      : input;
  if (bytes.length > maxBytes) {
    throw portraitError(
      'portrait_too_large',
      `The file has ${(bytes.length / 2 ** 20).toFixed(1)} MB; at most ${(maxBytes / 2 ** 20).toFixed(1)} are read`,
    );
  }
  return bytes;
}

const fileNameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
const titleOf = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_, dash: string, letter: string) => (dash ? ' ' : '') + letter.toUpperCase());

type Asked = Omit<ImportRequest, 'limits' | 'program' | 'identity'> & { readonly identity: ImportRequest['identity'] | undefined };

/** Runs one request in a fresh process and ends it, whatever happens. */
async function inChild<Answer>(
  kind: 'import' | 'inspect',
  request: Asked,
  options: Pick<ImportOptions, 'limits' | 'signal'>,
  clock: Clock,
  onPart: (part: StageProgress) => void,
): Promise<Answer> {
  const limits = { ...IMPORT_LIMITS, ...options.limits };
  const { bytes: program } = await buildRaster();
  const child = new SupervisedChild({
    name: 'portrait',
    modulePath: new URL('./import-child.ts', import.meta.url),
    init: null,
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${Math.max(256, limits.maxMemoryMb)}`],
    startTimeoutMs: 2 * limits.timeoutMs,
    // It computes for seconds without answering; its own limit of time counts.
    hangTimeoutMs: 2 * limits.timeoutMs,
    clock,
  });
  let overrun: Error | undefined;
  // A child that is closed while it starts answers nobody.
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const stop = (error?: Error) => {
    overrun ??= error;
    stopped.reject(error ?? coreError('aborted', 'The import was cancelled', { cause: options.signal?.reason }));
    const { pid } = child;
    // Closing first, so that the end is not taken for an accident and repaired.
    const closed = child.close();
    if (pid !== undefined) endProcess(pid);
    return closed;
  };
  const timer = after(clock, limits.timeoutMs, () => {
    void stop(portraitError('import_timed_out', `The picture was not done after ${Math.round(limits.timeoutMs / 1000)} seconds`));
  });
  const watch = watchMemory(child, limits.maxMemoryMb, clock, () => {
    void stop(portraitError('import_failed', `The picture needs more than ${limits.maxMemoryMb} MB of memory`));
  });
  const onAbort = () => void stop();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (options.signal?.aborted) throw coreError('aborted', 'The import was cancelled', { cause: options.signal.reason });
    const work = async (): Promise<Answer> => {
      await child.start();
      return child.ask<Answer>(
        { kind, ...request, limits, program },
        { ...(options.signal ? { signal: options.signal } : {}), onPart: (part) => onPart(part as StageProgress) },
      );
    };
    return await Promise.race([work(), stopped.promise]);
  } catch (error) {
    if (overrun) throw overrun;
    if (isAbort(error) || options.signal?.aborted) throw coreError('aborted', 'The import was cancelled', { cause: error });
    if (error instanceof Error && 'code' in error && error.code === 'child_lost') {
      throw portraitError('import_failed', 'The process that reads the picture was lost; the picture may be hostile', { cause: error });
    }
    throw error;
  } finally {
    timer[Symbol.dispose]();
    watch[Symbol.dispose]();
    options.signal?.removeEventListener('abort', onAbort);
    await stop();
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Looks at the child's resident memory where the system tells it (Linux). */
function watchMemory(child: SupervisedChild, maxMb: number, clock: Clock, onExceeded: () => void): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  const look = async () => {
    if (child.pid !== undefined) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const kilobytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
      if (!isOver && kilobytes > maxMb * 1024) return onExceeded();
    }
    if (!isOver) timer = after(clock, MEMORY_CHECK_MS, () => void look());
  };
  if (maxMb > 0 && process.platform === 'linux') void look();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}

/** Turns stages into one fraction that never falls. */
class ProgressMeter {
  readonly #onProgress: (progress: ImportProgress) => void;
  #fraction = 0;

  constructor(onProgress: (progress: ImportProgress) => void) {
    this.#onProgress = onProgress;
  }

  report(stage: ImportStage, share: number): void {
    const total = IMPORT_STAGES.reduce((sum, name) => sum + WEIGHTS[name], 0);
    const before = IMPORT_STAGES.slice(0, IMPORT_STAGES.indexOf(stage)).reduce((sum, name) => sum + WEIGHTS[name], 0);
    this.#fraction = Math.max(this.#fraction, Math.min(1, (before + WEIGHTS[stage] * share) / total));
    this.#onProgress({ stage, fraction: this.#fraction });
  }
}
