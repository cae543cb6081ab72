import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import type { GeneratedPicture, ImportLimits, ImportOptions } from '../portrait/contract.ts';
import { importPortrait } from '../portrait/import.ts';
import type { ImportOrder, MadeResult } from './contract.ts';
import type { JobContext } from './job.ts';

export interface PhotoOrder extends Omit<ImportOrder, 'photo'> {
  /** The folder that gets `<name>/`. */
  readonly outDir: string;
  readonly generated?: GeneratedPicture;
}

export const photoLimits = ({
  maxPhotoBytes: maxBytes,
  maxMemoryMb,
  importTimeoutMs: timeoutMs,
}: Config['avatars']): Partial<ImportLimits> => ({
  maxBytes,
  maxMemoryMb,
  timeoutMs,
});

/** The import of a photograph as a job. @throws as `importPortrait` */
export async function importPhoto(
  photo: Uint8Array,
  order: PhotoOrder,
  { signal, update }: JobContext<MadeResult>,
  config: Config['avatars'],
  clock: Clock,
): Promise<MadeResult> {
  const { name, outDir, generated, title, consent, licence, source, points } = order;
  const options: ImportOptions = {
    name,
    outDir,
    generated,
    engine: config.landmarkEngine,
    niceness: config.niceness,
    signal,
    limits: { ...photoLimits(config), ...(generated ? { maxBytes: config.maxImageBytes } : {}) },
    onProgress: update,
    ...(title === undefined ? {} : { title }),
    ...(consent === undefined ? {} : { consent }),
    ...(licence === undefined ? {} : { licence }),
    ...(source === undefined ? {} : { source }),
    ...(points === undefined ? {} : { points }),
  };
  const report = await importPortrait(photo, options, clock);
  return { avatar: report.name, warnings: report.warnings, points: report.points };
}
