import { sessionError } from './session-error.ts';

/** Work is counted in thirds of a call that the server draws for: without a face to draw and encode it is about a third (bench/face-link.ts). */
const THIRDS = { drawn: 3, undrawn: 1 } as const;

/** Whether the server draws and encodes the face of a call. */
export type Work = keyof typeof THIRDS;

export interface PlacesOptions {
  /** Calls at once that the server draws for. */
  readonly limit: number;
  /** When somebody who finds no place may come again. */
  readonly retryAfterS: number;
}

/** How many calls there may be at once, by the work that they make. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #taken = new Map<string, Work>();

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** Calls that have one. */
  get taken(): number {
    return this.#taken.size;
  }

  /** A place for a new call. @throws VisavisError `server_full` */
  take(callId: string, work: Work): void {
    this.#assertRoom(THIRDS[work]);
    this.#taken.set(callId, work);
  }

  /** The call makes other work from now on; returns what it made before. @throws VisavisError `server_full`, `call_unknown` */
  change(callId: string, work: Work): Work {
    const before = this.#taken.get(callId);
    if (!before) throw sessionError('call_unknown', 'The call has ended');
    this.#assertRoom(THIRDS[work] - THIRDS[before]);
    this.#taken.set(callId, work);
    return before;
  }

  free(callId: string): void {
    this.#taken.delete(callId);
  }

  #assertRoom(moreThirds: number): void {
    const { limit, retryAfterS } = this.#options;
    const takenThirds = [...this.#taken.values()].reduce((sum, work) => sum + THIRDS[work], 0);
    if (moreThirds > 0 && takenThirds + moreThirds > limit * THIRDS.drawn)
      throw sessionError('server_full', `All ${limit} places are taken`, { retryAfterS });
  }
}
