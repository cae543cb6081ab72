import { expect, it } from 'vitest';
import type { Decoder } from './decoder.ts';
import { DecoderPool } from './decoder-pool.ts';

/** A pool of decoders that only tell what is done with them. */
class Room {
  readonly done: string[] = [];
  readonly loads: PromiseWithResolvers<void>[] = [];
  readonly pool = new DecoderPool({
    ready: 1,
    max: 2,
    load: async () => {
      const loading = Promise.withResolvers<void>();
      const name = `decoder ${this.loads.push(loading)}`;
      await loading.promise;
      this.done.push(`${name} loaded`);
      return { free: () => this.done.push(`${name} freed`), toString: () => name } as unknown as Decoder;
    },
    refresh: async (decoder) => {
      this.done.push(`${decoder} refreshed`);
      if (this.refusal) throw this.refusal;
    },
  });
  refusal: Error | undefined;

  async loaded(index: number): Promise<void> {
    this.loads[index]!.resolve();
    await expect.poll(() => this.done).toContain(`decoder ${index + 1} loaded`);
  }
}

it('leaves a decoder as it was loaded until there is something to be brought up to', async () => {
  const room = new Room();
  await room.loaded(0);
  expect(room.done).toEqual(['decoder 1 loaded']);
  await room.pool.refreshIdle();
  expect(room.done).toEqual(['decoder 1 loaded', 'decoder 1 refreshed']);
  room.pool.close();
});

it('brings a decoder that is loaded later up to date before anybody waits for it', async () => {
  const room = new Room();
  await room.pool.refreshIdle();
  await room.loaded(0);
  await expect.poll(() => room.done).toEqual(['decoder 1 loaded', 'decoder 1 refreshed']);
  room.pool.close();
});

it('frees a decoder that cannot be brought up to date, and says so to who waits', async () => {
  const room = new Room();
  room.refusal = new Error('no such model');
  await room.pool.refreshIdle();
  const taken = room.pool.take('call');
  const refused = expect(taken).rejects.toThrow('no such model');
  await room.loaded(0);
  await refused;
  expect(room.done).toEqual(['decoder 1 loaded', 'decoder 1 refreshed', 'decoder 1 freed']);
  room.pool.close();
});
