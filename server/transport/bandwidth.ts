/**
 * How much the way to the visitor carries, from transport-wide feedback, in the manner of Google congestion control
 * (draft-ietf-rmcat-gcc-02): a growing one-way delay means that a queue fills, long before anything is lost. Pure: time
 * comes in with the packets.
 */
export interface DeliveredPacket {
  /** On our clock. */
  readonly sentAtMs: number;
  /** On the receiver's clock; `undefined`: lost. */
  readonly arrivedAtMs: number | undefined;
  readonly bytes: number;
}

export interface BandwidthOptions {
  readonly startBps: number;
  readonly minBps: number;
  readonly maxBps: number;
}

/** Packets sent within so much belong to one group (draft, section 5.2). */
const GROUP_MS = 5;
/** What arrives so soon after another although it was sent later was held back with it, by a radio or a busy receiver (section 5.2). */
const BURST_MS = 5;
const MAX_BURST_MS = 100;
/** Groups that the delay trend is fitted over. */
const TREND_GROUPS = 20;
const SMOOTHING = 0.9;
const TREND_GAIN = 4;
/** An overuse must last so long, over more than one group, to count (section 5.3). */
const OVERUSE_MS = 10;
const DECREASE = 0.85;
/** What arrives says little about the link while the encoder needs little, so that no single step takes more than half. */
const MOST_DECREASE = 0.5;
/** Less than this is jitter, whatever its trend. */
const LEAST_QUEUE_MS = 25;
/** Least time between two decreases for delay: a queue needs a round trip to drain. */
const DECREASE_INTERVAL_MS = 300;
const ACKED_WINDOW_MS = 500;
const LOSS_WINDOW_MS = 1_000;
/** Too few packets to call it a share. */
const LOSS_MIN_PACKETS = 20;
const HIGH_LOSS = 0.1;
const LOW_LOSS = 0.02;
/** A queue of this much that does not drain is too long, even when it does not grow. */
const STANDING_QUEUE_MS = 200;
/** The shortest way there is taken from the last one or two of these, since the clocks on both sides drift apart. */
const BASE_WINDOW_MS = 20_000;
/** No queue grows so much between two groups: the receiver's clock was set or has wrapped, and a new trend begins. */
const CLOCK_STEP_MS = 3_000;

interface Group {
  firstSentMs: number;
  lastSentMs: number;
  firstArrivedMs: number;
  lastArrivedMs: number;
}

export class BandwidthEstimator {
  readonly #options: BandwidthOptions;
  #delayBps: number;
  #lossBps: number;
  #group: Group | undefined;
  #before: Group | undefined;
  #accumulatedMs = 0;
  #smoothedMs = 0;
  readonly #trend: { atMs: number; delayMs: number }[] = [];
  #thresholdMs = 12.5;
  #overuseSinceMs: number | undefined;
  #previousTrend = 0;
  #usage: 'normal' | 'over' | 'under' = 'normal';
  #base: { sinceMs: number; currentMs: number; previousMs: number } | undefined;
  #queueMs = 0;
  #lastUpdateMs: number | undefined;
  #lastThresholdMs: number | undefined;
  #lastDecreaseMs = Number.NEGATIVE_INFINITY;
  #lastLossDecreaseMs = Number.NEGATIVE_INFINITY;
  /** Throughput around which the link was last full; growth is careful near it. */
  #fullBps: number | undefined;
  readonly #acked: { atMs: number; bytes: number }[] = [];
  readonly #fate: { atMs: number; lost: boolean }[] = [];

  constructor(options: BandwidthOptions) {
    this.#options = options;
    this.#delayBps = options.startBps;
    this.#lossBps = options.maxBps;
  }

  get availableBps(): number {
    const { minBps, maxBps } = this.#options;
    return Math.round(Math.max(minBps, Math.min(maxBps, this.#delayBps, this.#lossBps)));
  }

  /** Share of packets that were lost in the last second. */
  get lossShare(): number {
    return this.#fate.length === 0 ? 0 : this.#fate.filter(({ lost }) => lost).length / this.#fate.length;
  }

  get congested(): boolean {
    return this.#usage === 'over' || this.lossShare > HIGH_LOSS;
  }

  /** The delay alone, whatever is lost, says that the least is all there is. */
  get isAtFloor(): boolean {
    return this.#delayBps <= this.#options.minBps;
  }

  /** How much longer than the shortest way the last packets took. */
  get queueMs(): number {
    return this.#queueMs;
  }

  /** Lifts the estimate to at least `bps`, to try out what lies there. */
  probe(bps: number): void {
    this.#delayBps = Math.max(this.#delayBps, bps);
    this.#lossBps = Math.max(this.#lossBps, bps);
  }

  /** Another path: what was measured on the old one is worth a first guess and nothing more. */
  restart(): void {
    this.#group = this.#before = this.#base = this.#overuseSinceMs = this.#fullBps = this.#lastUpdateMs = undefined;
    this.#accumulatedMs = this.#smoothedMs = this.#queueMs = 0;
    this.#usage = 'normal';
    this.#trend.length = this.#acked.length = this.#fate.length = 0;
  }

  /** One report, in the order of sending. */
  report(packets: readonly DeliveredPacket[], nowMs: number): void {
    if (packets.length === 0) return;
    for (const packet of packets) {
      this.#fate.push({ atMs: nowMs, lost: packet.arrivedAtMs === undefined });
      if (packet.arrivedAtMs === undefined) continue;
      this.#acked.push({ atMs: packet.arrivedAtMs, bytes: packet.bytes });
      this.#arrive(packet.sentAtMs, packet.arrivedAtMs, nowMs);
    }
    drop(this.#acked, (this.#acked.at(-1)?.atMs ?? 0) - ACKED_WINDOW_MS);
    drop(this.#fate, nowMs - LOSS_WINDOW_MS);
    this.#adaptToDelay(nowMs);
    this.#adaptToLoss(nowMs);
    this.#lastUpdateMs = nowMs;
  }

  /** What arrived lately, on the receiver's clock; the first packet only marks when the measure begins. */
  get #ackedBps(): number {
    const first = this.#acked[0];
    const last = this.#acked.at(-1);
    if (!first || !last || last.atMs - first.atMs < ACKED_WINDOW_MS / 4) return 0;
    const bytes = this.#acked.reduce((sum, packet) => sum + packet.bytes, -first.bytes);
    return (bytes * 8_000) / (last.atMs - first.atMs);
  }

  #arrive(sentMs: number, arrivedMs: number, nowMs: number): void {
    const group = this.#group;
    const alone: Group = { firstSentMs: sentMs, lastSentMs: sentMs, firstArrivedMs: arrivedMs, lastArrivedMs: arrivedMs };
    if (!group) {
      this.#group = alone;
      return;
    }
    if (sentMs < group.firstSentMs) return;
    if (sentMs - group.firstSentMs <= GROUP_MS || isBurst(group, sentMs, arrivedMs)) {
      group.lastSentMs = Math.max(group.lastSentMs, sentMs);
      group.lastArrivedMs = Math.max(group.lastArrivedMs, arrivedMs);
      return;
    }
    const before = this.#before;
    this.#before = group;
    this.#group = alone;
    if (!before) return;
    const variationMs = group.lastArrivedMs - before.lastArrivedMs - (group.lastSentMs - before.lastSentMs);
    if (Math.abs(variationMs) > CLOCK_STEP_MS) {
      this.#trend.length = 0;
      this.#acked.length = 0;
      this.#base = undefined;
      return;
    }
    this.#measureQueue(group, nowMs);
    this.#detect(variationMs, group.lastArrivedMs, group.lastSentMs - before.lastSentMs, nowMs);
  }

  #measureQueue(group: Group, nowMs: number): void {
    const delayMs = group.lastArrivedMs - group.lastSentMs;
    this.#base ??= { sinceMs: nowMs, currentMs: delayMs, previousMs: delayMs };
    if (nowMs - this.#base.sinceMs > BASE_WINDOW_MS) this.#base = { sinceMs: nowMs, currentMs: delayMs, previousMs: this.#base.currentMs };
    this.#base.currentMs = Math.min(this.#base.currentMs, delayMs);
    this.#queueMs = delayMs - Math.min(this.#base.currentMs, this.#base.previousMs);
  }

  /** The trendline filter and the adaptive threshold (section 5.3 to 5.5). */
  #detect(variationMs: number, arrivedMs: number, sendGapMs: number, nowMs: number): void {
    this.#accumulatedMs += variationMs;
    this.#smoothedMs = SMOOTHING * this.#smoothedMs + (1 - SMOOTHING) * this.#accumulatedMs;
    this.#trend.push({ atMs: arrivedMs, delayMs: this.#smoothedMs });
    if (this.#trend.length > TREND_GROUPS) this.#trend.shift();
    if (this.#trend.length < TREND_GROUPS / 2) return;
    const slope = slopeOf(this.#trend);
    const trend = slope * this.#trend.length * TREND_GAIN;
    if (trend > this.#thresholdMs && this.#queueMs > LEAST_QUEUE_MS) {
      this.#overuseSinceMs ??= nowMs - sendGapMs;
      if (nowMs - this.#overuseSinceMs >= OVERUSE_MS && trend >= this.#previousTrend) this.#usage = 'over';
    } else {
      this.#overuseSinceMs = undefined;
      const drains = trend < -this.#thresholdMs;
      this.#usage = drains ? 'under' : this.#queueMs > STANDING_QUEUE_MS ? 'over' : 'normal';
    }
    this.#previousTrend = trend;
    const excess = Math.abs(trend) - this.#thresholdMs;
    const elapsedMs = Math.min(100, nowMs - (this.#lastThresholdMs ?? nowMs));
    this.#lastThresholdMs = nowMs;
    if (excess < 15) this.#thresholdMs += (excess < 0 ? 0.039 : 0.0087) * excess * elapsedMs;
    this.#thresholdMs = Math.max(6, Math.min(600, this.#thresholdMs));
  }

  #adaptToDelay(nowMs: number): void {
    const ackedBps = this.#ackedBps;
    if (this.#usage === 'over') {
      if (nowMs - this.#lastDecreaseMs < DECREASE_INTERVAL_MS || ackedBps === 0) return;
      this.#lastDecreaseMs = nowMs;
      this.#fullBps = this.#fullBps === undefined ? ackedBps : 0.5 * this.#fullBps + 0.5 * ackedBps;
      this.#delayBps = Math.max(this.#options.minBps, MOST_DECREASE * this.#delayBps, Math.min(this.#delayBps, DECREASE * ackedBps));
      return;
    }
    // A queue that drains is left alone until it is empty.
    if (this.#usage === 'under' || this.#lastUpdateMs === undefined) return;
    const elapsedS = Math.min(1, (nowMs - this.#lastUpdateMs) / 1000);
    if (this.#fullBps !== undefined && Math.abs(ackedBps - this.#fullBps) > 0.3 * this.#fullBps && ackedBps > this.#fullBps)
      this.#fullBps = undefined;
    const careful = this.#fullBps !== undefined && this.#delayBps > 0.7 * this.#fullBps;
    const grown = careful ? this.#delayBps + 40_000 * elapsedS : this.#delayBps * 1.08 ** elapsedS;
    // An encoder that needs less than it may use proves nothing about more.
    const proven = ackedBps * 1.5 + 10_000;
    if (ackedBps > 0) this.#delayBps = Math.min(this.#options.maxBps, Math.max(this.#delayBps, Math.min(grown, proven)));
  }

  /** The loss-based controller (section 6). */
  #adaptToLoss(nowMs: number): void {
    if (this.#fate.length < LOSS_MIN_PACKETS || this.#lastUpdateMs === undefined) return;
    const share = this.lossShare;
    if (share > HIGH_LOSS) {
      if (nowMs - this.#lastLossDecreaseMs < LOSS_WINDOW_MS) return;
      this.#lastLossDecreaseMs = nowMs;
      this.#lossBps = Math.max(this.#options.minBps, Math.min(this.#lossBps, this.#delayBps) * (1 - 0.5 * share));
    } else if (share < LOW_LOSS) {
      const elapsedS = Math.min(1, (nowMs - this.#lastUpdateMs) / 1000);
      this.#lossBps = Math.min(this.#options.maxBps, this.#lossBps * 1.08 ** elapsedS + 1_000 * elapsedS);
    }
  }
}

function isBurst(group: Group, sentMs: number, arrivedMs: number): boolean {
  const afterMs = arrivedMs - group.lastArrivedMs;
  return afterMs >= 0 && afterMs <= BURST_MS && afterMs < sentMs - group.lastSentMs && arrivedMs - group.firstArrivedMs < MAX_BURST_MS;
}

function slopeOf(points: readonly { atMs: number; delayMs: number }[]): number {
  const meanAt = points.reduce((sum, { atMs }) => sum + atMs, 0) / points.length;
  const meanDelay = points.reduce((sum, { delayMs }) => sum + delayMs, 0) / points.length;
  let cross = 0;
  let square = 0;
  for (const { atMs, delayMs } of points) {
    cross += (atMs - meanAt) * (delayMs - meanDelay);
    square += (atMs - meanAt) ** 2;
  }
  return square === 0 ? 0 : cross / square;
}

function drop(items: { atMs: number }[], beforeMs: number): void {
  let stale = 0;
  while (stale < items.length && items[stale]!.atMs < beforeMs) stale++;
  if (stale > 0) items.splice(0, stale);
}
