import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressKey } from './address.ts';
import { signallingError } from './signalling-error.ts';

/** So many of something from one address per minute. `perMinute` 0: no limit. */
export class AddressLimit {
  readonly #what: string;
  readonly #limiter: RateLimiterMemory | undefined;

  constructor(what: string, perMinute: number) {
    this.#what = what;
    this.#limiter = perMinute > 0 ? new RateLimiterMemory({ keyPrefix: what, points: perMinute, duration: 60 }) : undefined;
  }

  /** Throws `rate_limited` with the time to wait. */
  async take(address: string): Promise<void> {
    try {
      await this.#limiter?.consume(addressKey(address));
    } catch (cause) {
      if (!(cause instanceof RateLimiterRes)) throw cause;
      const retryAfterS = Math.max(1, Math.ceil(cause.msBeforeNext / 1000));
      throw signallingError('rate_limited', `Too many ${this.#what} from this address`, { retryAfterS });
    }
  }
}

/** So many at once from one address. */
export class AddressCount {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a place until disposed. Throws `too_many_sockets`. */
  enter(address: string): Disposable {
    const key = addressKey(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#max) throw signallingError('too_many_sockets', 'Too many connections from this address', { retryAfterS: 5 });
    this.#counts.set(key, count + 1);
    let inside = true;
    return {
      [Symbol.dispose]: () => {
        if (!inside) return;
        inside = false;
        const left = (this.#counts.get(key) ?? 1) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      },
    };
  }
}
