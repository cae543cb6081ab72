import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createFilm, type Film, type Job, type Shot, type Sitter, sharedFloats, type WorkerSetup } from './job.ts';
import { DISTANCE_LATTICE, latticeSize } from './occlusion.ts';

const ROWS_PER_JOB = 12;

/** Worker threads that expose shots of one sitter. Close it with `await using`. */
export class Studio {
  readonly #workers: Worker[] = [];
  readonly #distances = sharedFloats(latticeSize(DISTANCE_LATTICE));
  #hair: Float32Array | undefined;

  constructor(sitter: Sitter, threads = Math.min(8, Math.max(1, availableParallelism()))) {
    const workerData: WorkerSetup = { sitter };
    for (let i = 0; i < threads; i++) this.#workers.push(new Worker(new URL('./worker.ts', import.meta.url), { workerData }));
  }

  get distances(): Float32Array {
    return this.#distances;
  }

  /** Samples the solids for shadows; call once before the first shot. */
  async prepare(): Promise<void> {
    const jobs: Job[] = [];
    for (let from = 0; from < DISTANCE_LATTICE.nz; from += 8) {
      jobs.push({ kind: 'distances', from, to: Math.min(DISTANCE_LATTICE.nz, from + 8), field: this.#distances });
    }
    await this.#runAll(jobs);
  }

  /** Hair density for shadows (values of HAIR_LATTICE). */
  setHair(density: Float32Array): void {
    this.#hair = sharedFloats(density.length);
    this.#hair.set(density);
  }

  async expose(shot: Shot, onProgress?: (share: number) => void): Promise<Film> {
    const film = createFilm(shot);
    const jobs: Job[] = [];
    for (let from = 0; from < film.height; from += ROWS_PER_JOB) {
      const to = Math.min(film.height, from + ROWS_PER_JOB);
      jobs.push({ kind: 'film', shot, film, from, to, distances: this.#distances, hair: this.#hair });
    }
    await this.#runAll(jobs, onProgress);
    return film;
  }

  async #runAll(jobs: readonly Job[], onProgress?: (share: number) => void): Promise<void> {
    let next = 0;
    let done = 0;
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let job = jobs[next++]; job; job = jobs[next++]) {
          const current = job;
          await new Promise<void>((resolve, reject) => {
            worker.once('error', reject);
            worker.once('message', () => {
              worker.off('error', reject);
              resolve();
            });
            worker.postMessage(current);
          });
          onProgress?.(++done / jobs.length);
        }
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
