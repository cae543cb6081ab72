import { describe, expect, it } from 'vitest';
import { BandwidthEstimator, type DeliveredPacket } from './bandwidth.ts';

const options = { startBps: 900_000, minBps: 80_000, maxBps: 1_800_000 };

interface Link {
  /** Bits per second that get through, at a time. */
  readonly capacityBps: (atMs: number) => number;
  readonly lossShare?: number;
  /** Longest queue; what is beyond is lost. */
  readonly queueMs?: number;
  readonly jitterMs?: number;
  /** The encoder's own limit, if it needs less than it may use. */
  readonly encoderBps?: number;
}

/** Sends packets at the estimate's rate through a bottleneck with a queue, reports every 50 ms, and samples the estimate. */
function simulate(link: Link, seconds: number): { estimator: BandwidthEstimator; samples: number[]; worstQueueMs: number } {
  const estimator = new BandwidthEstimator(options);
  const { capacityBps, lossShare = 0, queueMs = 1_000, jitterMs = 0, encoderBps = Number.POSITIVE_INFINITY } = link;
  let seed = 42;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const samples: number[] = [];
  let freeAtMs = 0;
  let lastArrivalMs = 0;
  let worstQueueMs = 0;
  const pending: DeliveredPacket[] = [];
  for (let frame = 0; frame < seconds * 25; frame++) {
    const frameMs = frame * 40;
    let bytes = Math.min(estimator.availableBps, encoderBps) / 8 / 25;
    for (let k = 0; bytes > 0; k++, bytes -= 1_150) {
      const sentAtMs = frameMs + k * 0.2;
      const size = Math.max(100, Math.min(1_150, bytes));
      const waitMs = Math.max(0, freeAtMs - sentAtMs);
      const lost = waitMs > queueMs || random() < lossShare;
      if (waitMs <= queueMs) freeAtMs = Math.max(freeAtMs, sentAtMs) + (size * 8_000) / capacityBps(sentAtMs);
      if (frameMs > 5_000) worstQueueMs = Math.max(worstQueueMs, waitMs);
      lastArrivalMs = Math.max(lastArrivalMs, freeAtMs + 20 + jitterMs * random());
      pending.push({ sentAtMs, arrivedAtMs: lost ? undefined : lastArrivalMs, bytes: size });
    }
    if (frame % 2 === 1) {
      // What has arrived by now; the loss of a packet shows when a later one arrives.
      const nowMs = frameMs + 40;
      const newest = pending.findLastIndex(({ arrivedAtMs }) => arrivedAtMs !== undefined && arrivedAtMs <= nowMs);
      estimator.report(pending.splice(0, newest + 1), nowMs);
    }
    samples.push(estimator.availableBps);
  }
  return { estimator, samples, worstQueueMs };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('BandwidthEstimator', () => {
  it('climbs to what is wanted on a wide link', () => {
    const { samples } = simulate({ capacityBps: () => 20e6 }, 20);
    expect(samples.at(-1)).toBe(options.maxBps);
    expect(Math.min(...samples)).toBeGreaterThan(850_000);
  });

  for (const capacityBps of [250_000, 500_000, 1_000_000]) {
    it(`settles below ${capacityBps / 1000} kbps without keeping the queue full`, () => {
      const { samples, worstQueueMs } = simulate({ capacityBps: () => capacityBps }, 60);
      const settled = samples.slice(-30 * 25);
      expect(mean(settled)).toBeGreaterThan(0.55 * capacityBps);
      expect(mean(settled)).toBeLessThan(1.05 * capacityBps);
      expect(worstQueueMs).toBeLessThan(700);
    });
  }

  it('gives way within two seconds when the link narrows, and comes back', () => {
    const { samples } = simulate({ capacityBps: (atMs) => (atMs > 20_000 && atMs < 40_000 ? 300_000 : 3e6) }, 90);
    expect(samples[20 * 25 - 1]).toBeGreaterThan(1_400_000);
    expect(samples[22 * 25 + 12]).toBeLessThan(500_000);
    expect(samples.at(-1)).toBeGreaterThan(1_000_000);
  });

  it('is not frightened by jitter or by a little loss', () => {
    const { samples, estimator } = simulate({ capacityBps: () => 10e6, jitterMs: 15, lossShare: 0.01 }, 40);
    expect(samples.at(-1)).toBeGreaterThan(900_000);
    expect(estimator.lossShare).toBeLessThan(0.05);
  });

  it('gives way to heavy loss', () => {
    const { samples, estimator } = simulate({ capacityBps: () => 10e6, lossShare: 0.25 }, 30);
    expect(samples.at(-1)).toBeLessThan(300_000);
    expect(estimator.congested).toBe(true);
  });

  it('does not believe in what was never sent', () => {
    const { samples } = simulate({ capacityBps: () => 10e6, encoderBps: 300_000 }, 60);
    expect(samples.at(-1)).toBe(options.startBps);
  });

  it('is not thrown down by a hiccup while little is sent', () => {
    const estimator = new BandwidthEstimator(options);
    // 100 kbps of an idle face; for half a second everything is 300 ms late.
    for (let k = 0; k < 500; k++) {
      const lateMs = k > 200 && k < 213 ? 300 : 20;
      estimator.report([{ sentAtMs: k * 40, arrivedAtMs: k * 40 + lateMs, bytes: 500 }], k * 40 + 50);
      expect(estimator.availableBps).toBeGreaterThanOrEqual(225_000);
    }
    const beforeBps = estimator.availableBps;
    estimator.restart();
    expect(estimator.availableBps).toBe(beforeBps);
  });

  it('does not take a receiver that stands still now and then for a full link', () => {
    const estimator = new BandwidthEstimator(options);
    const stillMs = 180;
    const underway: (DeliveredPacket & { arrivedAtMs: number })[] = [];
    for (let k = 0; k < 3_000; k++) {
      // Sound every 20 ms, every other time with a picture; for the first part of each second the receiver reads nothing.
      const frameMs = k * 20 + (k % 2) * 3;
      const secondMs = Math.floor(frameMs / 1_000) * 1_000;
      for (let packet = 0; packet < (k % 2 ? 1 : 3); packet++) {
        const arrivedAtMs = Math.max(frameMs + 8 + 0.3 * packet, frameMs < secondMs + stillMs ? secondMs + stillMs : 0);
        underway.push({ sentAtMs: frameMs + 0.2 * packet, arrivedAtMs, bytes: k % 2 ? 120 : 900 });
      }
      if (k % 3 < 2) continue;
      const nowMs = frameMs + 20;
      estimator.report(underway.splice(0, underway.findLastIndex(({ arrivedAtMs }) => arrivedAtMs <= nowMs) + 1), nowMs);
      expect(estimator.congested).toBe(false);
    }
    expect(estimator.availableBps).toBeGreaterThanOrEqual(options.startBps);
  });

  it('stays within its limits and survives nonsense', () => {
    const estimator = new BandwidthEstimator(options);
    estimator.report([], 0);
    for (let k = 0; k < 200; k++) {
      estimator.report([{ sentAtMs: k * 7 - (k % 5) * 40, arrivedAtMs: k % 3 ? (k * 977) % 16_777_216 : undefined, bytes: 1_200 }], k * 10);
      expect(estimator.availableBps).toBeGreaterThanOrEqual(options.minBps);
      expect(estimator.availableBps).toBeLessThanOrEqual(options.maxBps);
    }
  });
});
