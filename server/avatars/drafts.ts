import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const STALE_MS = 24 * 3_600_000;
const PREFIX = 'drafts-';

/** Name of a variant's folder among the drafts of its job. */
export const draftOf = (variant: number): string => `v${variant}`;

/** What jobs of this run of the server have made and nobody has kept yet: one folder for each job. */
export class Drafts {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Removes those of servers that ended without tidying up. The folder is made with the first draft: most servers never draw any. */
  static async open(workDir: string): Promise<Drafts> {
    for (const entry of await readdir(workDir).catch(() => [])) {
      const path = join(workDir, entry);
      const isOld = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs > STALE_MS;
      if (entry.startsWith(PREFIX) && isOld) await rm(path, { recursive: true, force: true });
    }
    return new Drafts(join(workDir, `${PREFIX}${randomBytes(6).toString('hex')}`));
  }

  folderOf(jobId: string): string {
    return join(this.#dir, jobId);
  }

  async forget(jobId: string): Promise<void> {
    await rm(this.folderOf(jobId), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }
}
