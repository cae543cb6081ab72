import type { Clock } from '../core/clock.ts';
import { MEDIA_RATE_HZ } from '../core/media-time.ts';
import { rms } from '../core/rms.ts';
import { Concealer } from './concealment.ts';
import { DelayWatch } from './delay-watch.ts';
import { FRAME_MS, HEARING_FRAME, HearingDecoder, isDtx, OPUS_FRAME_UNITS, opusDuration } from './opus.ts';
import { parseRed } from './red.ts';
import { sharedTicker } from './ticker.ts';
import { Unwrapper } from './wraparound.ts';

const UNITS_PER_MS = MEDIA_RATE_HZ / 1000;
/** Hearing runs at a third of the RTP clock. */
const UNITS_PER_SAMPLE = OPUS_FRAME_UNITS / HEARING_FRAME;
const MAX_BUFFERED = 64;
/** A timestamp this far from what is being played is another stream, not a late packet. */
const JUMP_UNITS = 1_000 * UNITS_PER_MS;
/** More than `maxDepthMs` by so much in the buffer: playout is behind. */
const BACKLOG_MS = 100;
/** So many packets from the past in a row are the present. */
const MAX_STALE = 10;
/** The same where only late ones come, for so long: all that an outage held back comes sooner than that. */
const ONLY_LATE_MS = 100;
/** A gap that nothing explains is filled with so many frames, then it counts as silence. */
const MAX_CONCEALED = 5;
/** Below this RMS sound may be left out unnoticed. */
const QUIET_RMS = 60;
/** No more silence than this is put into a quiet moment: a pause for breath must not become the end of a turn. */
const MAX_CATCH_UP_MS = 100;
/** Without sound for them, so many frames per wake-up that were not owed before it: after a stall of the event loop, packets are read first. */
const MAX_MADE_UP = 2;
const NO_SOUND = new Int16Array(0);

/** As much of an RTP packet as is needed here. */
export interface InboundPacket {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

export interface InboundOptions {
  readonly opusPayloadType: number;
  readonly redPayloadType?: number | undefined;
  /** Sound that is missing while later sound is there is waited for so long: packets overtake each other. */
  readonly reorderMs: number;
  /** Sound that is missing while nothing else comes is waited for so long before it counts as silence. */
  readonly patienceMs: number;
  /** Most delay that sound may have, against the earliest, once silence stood in for it. */
  readonly maxDepthMs: number;
  /** Where the ticks come from; the process's shared ticker when not given. */
  readonly clock?: Clock;
  /**
   * One frame of 20 ms (320 samples at 16 kHz) per 20 ms; while sound is waited for there is none, and those that are
   * owed follow at once.
   */
  readonly onFrame: (pcm: Int16Array) => void;
}

export interface InboundStats {
  readonly received: number;
  /** Frames that were played from a packet, from redundancy (RED or FEC), made up, silent because the sender was. */
  readonly played: number;
  readonly recovered: number;
  readonly concealed: number;
  readonly silent: number;
  /** Packets that came after their sound was due and could not be used. */
  readonly late: number;
  readonly delayMs: number;
}

interface Waiting {
  readonly sequence: number;
  readonly units: number;
  readonly payload: Uint8Array;
  readonly redundant: boolean;
}

/**
 * The visitor's microphone: packets in whatever order they arrive, frames for the ear out, as soon as they can be had.
 * The ear is no loudspeaker: it would rather wait than hear something made up, and can hear faster than time goes by. So
 * sound that is late is waited for, and then passed on without delay; sound that did not come within `patienceMs` is
 * silence. Consecutive sequence numbers with a gap in time are silence on purpose (DTX); a gap in the sequence is loss,
 * and is filled from RED, then from FEC, then by concealment. What comes after silence stood in for it is played late;
 * that delay goes away in a quiet moment.
 */
export class Inbound implements Disposable {
  readonly #options: InboundOptions;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #sequences = new Unwrapper(16);
  readonly #timestamps = new Unwrapper(32);
  readonly #concealer = new Concealer();
  #decoder = new HearingDecoder();
  #ssrc: number | undefined;
  /** Timestamp of the sound that is due next; unset until the first packet. */
  #next: number | undefined;
  /** End of the last packet that was decoded, and its sequence number. */
  #decodedUntil = Number.NEGATIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;
  #lastSequence: number | undefined;
  #lastWasDtx = true;
  /** Frames in a row without any packet to tell why. */
  #missing = 0;
  #stale = 0;
  /** Since then, nothing came that could still be played. */
  #lateSinceMs: number | undefined;
  /** Playout has just jumped to another place. */
  #fresh = false;
  #ready: Int16Array = new Int16Array(0);
  readonly #delay = new DelayWatch();
  #firstTickMs = 0;
  #lastWakeMs = 0;
  #ticks = 0;
  #timer: Disposable | undefined;
  #stats = { received: 0, played: 0, recovered: 0, concealed: 0, silent: 0, late: 0 };

  constructor(options: InboundOptions) {
    this.#options = options;
    this.#clock = options.clock ?? sharedTicker;
  }

  /** Frames flow from now on, silent ones until something arrives. */
  start(): void {
    if (this.#timer) return;
    this.#firstTickMs = this.#clock.nowMs() + FRAME_MS;
    this.#ticks = 0;
    this.#lastWakeMs = this.#clock.nowMs();
    this.#arm(this.#firstTickMs);
  }

  receive(packet: InboundPacket): void {
    const { payloadType } = packet;
    const { opusPayloadType, redPayloadType } = this.#options;
    if (payloadType !== opusPayloadType && payloadType !== redPayloadType) return;
    if (packet.ssrc !== this.#ssrc) this.#restart(packet.ssrc);
    this.#stats.received++;
    const sequence = this.#sequences.unwrap(packet.sequenceNumber);
    const timestamp = this.#timestamps.unwrap(packet.timestamp);
    if (payloadType === opusPayloadType) {
      this.#accept(timestamp, sequence, packet.payload, false);
      return;
    }
    const blocks = parseRed(packet.payload);
    if (!blocks) return;
    for (const [index, block] of blocks.entries()) {
      if (block.payloadType !== opusPayloadType || block.payload.length === 0) continue;
      const before = blocks.length - 1 - index;
      this.#accept(timestamp - block.timestampOffset, sequence - before, block.payload, before > 0);
    }
  }

  stats(): InboundStats {
    return { ...this.#stats, delayMs: this.#next === undefined ? 0 : Math.max(0, this.#newest - this.#next) / UNITS_PER_MS };
  }

  /** Made-up share of the frames in which the visitor sent sound. */
  get concealedShare(): number {
    const { played, recovered, concealed } = this.#stats;
    const all = played + recovered + concealed;
    return all === 0 ? 0 : concealed / all;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#waiting.clear();
    this.#decoder[Symbol.dispose]();
  }

  /** Another source, or the same one after a restart: its numbers have nothing to do with those before. */
  #restart(ssrc: number): void {
    this.#ssrc = ssrc;
    this.#waiting.clear();
    this.#sequences.reset();
    this.#timestamps.reset();
    this.#next = undefined;
    this.#lastSequence = undefined;
    this.#decoder[Symbol.dispose]();
    this.#decoder = new HearingDecoder();
  }

  #accept(timestamp: number, sequence: number, payload: Uint8Array, redundant: boolean): void {
    const units = opusDuration(payload);
    if (units === 0) return;
    if (this.#next === undefined || Math.abs(timestamp - this.#next) > JUMP_UNITS + this.#owedMs * UNITS_PER_MS) {
      if (redundant || this.#isStraggler(sequence)) return;
      this.#playFrom(timestamp);
    }
    this.#stale = 0;
    const known = this.#waiting.get(timestamp);
    if (known && (redundant || !known.redundant)) return;
    const slack = timestamp - this.#next!;
    if (slack < 0 && !this.#mayGoBackTo(timestamp)) {
      if (redundant) return;
      this.#stats.late++;
      if (!this.#isLeftBehind(sequence)) return;
      this.#playFrom(timestamp);
    } else if (slack < 0) {
      this.#next = timestamp;
      this.#delay.forget();
    } else if (!redundant) {
      this.#delay.came(slack / UNITS_PER_MS);
    }
    this.#lateSinceMs = undefined;
    if (this.#waiting.size >= MAX_BUFFERED) {
      this.#waiting.delete(Math.min(...this.#waiting.keys()));
      this.#stats.late++;
    }
    this.#waiting.set(timestamp, { sequence, units, payload, redundant });
    this.#newest = Math.max(this.#newest, timestamp);
  }

  /** A packet from long ago, unless so many come that the source must have started to count anew. */
  #isStraggler(sequence: number): boolean {
    return this.#lastSequence !== undefined && sequence < this.#lastSequence && ++this.#stale < MAX_STALE;
  }

  /** The source stood still, or its way became longer, while silence was taken for granted: playout is ahead of it for good. */
  #isLeftBehind(sequence: number): boolean {
    const nowMs = this.#clock.nowMs();
    this.#lateSinceMs ??= nowMs;
    return sequence > (this.#lastSequence ?? Number.NEGATIVE_INFINITY) && nowMs - this.#lateSinceMs >= ONLY_LATE_MS;
  }

  #playFrom(timestamp: number): void {
    this.#stats.late += this.#waiting.size;
    this.#waiting.clear();
    this.#fresh = true;
    this.#next = timestamp;
    this.#newest = timestamp;
    this.#decodedUntil = Number.NEGATIVE_INFINITY;
    this.#lastSequence = undefined;
    this.#delay.forget();
  }

  /** What an outage held back arrives at once; playing all of it would leave the conversation behind for good. */
  #keepUp(): void {
    // Right after a jump, so much has to be the rest of such a burst.
    const mostMs = this.#fresh ? 2 * FRAME_MS : this.#options.maxDepthMs + BACKLOG_MS;
    this.#fresh = false;
    const timestamp = this.#newest;
    if (timestamp - this.#next! <= (mostMs + this.#owedMs) * UNITS_PER_MS) return;
    for (const [at, { sequence }] of this.#waiting) {
      if (at >= timestamp) continue;
      this.#waiting.delete(at);
      this.#lastSequence = Math.max(this.#lastSequence ?? sequence, sequence);
      this.#stats.late++;
    }
    this.#next = timestamp;
    this.#delay.forget();
  }

  /** Whether playout can go back to a packet that came too late: nothing after it was played, and the delay may grow. */
  #mayGoBackTo(timestamp: number): boolean {
    if (timestamp < this.#decodedUntil) return false;
    let newest = this.#next!;
    for (const [at, { units }] of this.#waiting) newest = Math.max(newest, at + units);
    return newest - timestamp <= this.#options.maxDepthMs * UNITS_PER_MS;
  }

  /** How long the next frame has been due. */
  get #owedMs(): number {
    return this.#timer ? Math.max(0, this.#clock.nowMs() - this.#dueMs) : 0;
  }

  get #dueMs(): number {
    return this.#firstTickMs + this.#ticks * FRAME_MS;
  }

  #arm(atMs: number): void {
    this.#timer = this.#clock.at(atMs, () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#clock.nowMs();
    this.#delay.tick(this.#owedMs);
    let madeUp = 0;
    do {
      // Sound that is there is passed on at once, however seldom the process is woken; so is silence that was due the last time.
      if (!this.#isThere && this.#dueMs > this.#lastWakeMs) madeUp++;
      const frame = this.#frame();
      if (!frame) {
        this.#lastWakeMs = nowMs;
        // The next tick on the grid: it costs nothing where other calls wake the process, too.
        this.#arm(this.#dueMs + FRAME_MS * (Math.floor(this.#owedMs / FRAME_MS) + 1));
        return;
      }
      this.#ticks++;
      this.#options.onFrame(frame);
      if (!this.#timer) return;
    } while (this.#dueMs <= nowMs && (this.#isThere || this.#dueMs <= this.#lastWakeMs || madeUp < MAX_MADE_UP));
    this.#lastWakeMs = nowMs;
    this.#arm(Math.max(this.#dueMs, nowMs));
  }

  /** The next frame need not be waited for or made up. */
  get #isThere(): boolean {
    return this.#ready.length >= HEARING_FRAME || (this.#next !== undefined && this.#waiting.has(this.#next));
  }

  /** Undefined while sound is waited for. */
  #frame(): Int16Array | undefined {
    while (this.#ready.length < HEARING_FRAME) {
      const piece = this.#piece();
      if (!piece) return undefined;
      this.#ready = this.#ready.length === 0 ? piece : join(this.#ready, piece);
    }
    const frame = this.#ready.slice(0, HEARING_FRAME);
    this.#ready = this.#ready.subarray(HEARING_FRAME);
    return frame;
  }

  /** The next bit of sound, at least one frame unless a packet is due sooner; undefined while it is waited for. */
  #piece(): Int16Array | undefined {
    if (this.#next === undefined) return this.#silence(OPUS_FRAME_UNITS);
    this.#keepUp();
    const due = this.#waiting.get(this.#next);
    if (due) return this.#play(this.#next, due);
    const following = this.#earliest();
    if (this.#mayStillCome(following)) return undefined;
    return following === undefined ? this.#goOn() : this.#fillUntil(following);
  }

  /** Nothing came; nobody knows why. */
  #goOn(): Int16Array {
    // Nothing has been played yet, or the source is known to be silent.
    const isSilent = this.#lastSequence === undefined || this.#lastWasDtx || ++this.#missing > MAX_CONCEALED;
    return this.#advance(OPUS_FRAME_UNITS, isSilent ? this.#silence(OPUS_FRAME_UNITS) : this.#conceal(OPUS_FRAME_UNITS));
  }

  /** The packet that comes next tells by its number whether what is before it was lost. */
  #fillUntil(following: number): Int16Array {
    const packet = this.#waiting.get(following)!;
    const gap = following - this.#next!;
    const units = Math.min(OPUS_FRAME_UNITS, gap);
    if (this.#lastSequence === undefined || packet.sequence <= this.#lastSequence + 1) {
      const leftOutMs = gap > 2 * OPUS_FRAME_UNITS ? this.#delay.takeEarlyMs((gap - OPUS_FRAME_UNITS) / UNITS_PER_MS) : 0;
      if (leftOutMs > 0) return this.#advance(leftOutMs * UNITS_PER_MS, NO_SOUND);
      return this.#advance(units, this.#silence(units));
    }
    // FEC holds as much as the packet does.
    const before = gap - packet.units;
    if (before > 0) return this.#advance(Math.min(units, before), this.#conceal(Math.min(units, before)));
    const recovered = this.#decoder.recover(packet.payload, gap / UNITS_PER_SAMPLE);
    if (!recovered) return this.#advance(gap, this.#conceal(gap));
    this.#stats.recovered++;
    return this.#advance(gap, this.#concealer.heard(recovered));
  }

  /** Whether sound is missing that need not be lost. */
  #mayStillCome(following: number | undefined): boolean {
    if (this.#lastSequence === undefined) return false;
    const { reorderMs, patienceMs } = this.#options;
    if (following === undefined) return !this.#lastWasDtx && this.#missing === 0 && this.#owedMs < patienceMs;
    return this.#waiting.get(following)!.sequence > this.#lastSequence + 1 && this.#owedMs < reorderMs;
  }

  #play(at: number, packet: Waiting): Int16Array {
    this.#waiting.delete(at);
    for (const older of this.#waiting.keys()) if (older < at) this.#waiting.delete(older);
    const pcm = this.#decoder.decode(packet.payload);
    if (!pcm) return this.#advance(packet.units, this.#conceal(packet.units));
    this.#lastSequence = packet.sequence;
    this.#lastWasDtx = isDtx(packet.payload);
    this.#missing = 0;
    this.#decodedUntil = at + packet.units;
    const isQuiet = rms(pcm) < QUIET_RMS;
    const leftOutMs = isQuiet ? this.#delay.takeEarlyMs(packet.units / UNITS_PER_MS) : 0;
    if (leftOutMs * UNITS_PER_MS >= packet.units) return this.#advance(packet.units, NO_SOUND);
    if (packet.redundant) this.#stats.recovered++;
    else this.#stats.played++;
    const heard = this.#concealer.heard(pcm.subarray((leftOutMs * UNITS_PER_MS) / UNITS_PER_SAMPLE));
    this.#next! += packet.units;
    // The source itself stood still: what is owed will never come.
    const behindMs = isQuiet ? this.#delay.takeBehindMs(MAX_CATCH_UP_MS) : 0;
    return behindMs > 0 ? join(heard, this.#silence(behindMs * UNITS_PER_MS)) : heard;
  }

  #advance(units: number, pcm: Int16Array): Int16Array {
    this.#next! += units;
    return pcm;
  }

  #silence(units: number): Int16Array {
    this.#stats.silent++;
    return this.#concealer.silence(Math.max(1, Math.floor(units / UNITS_PER_SAMPLE)));
  }

  #conceal(units: number): Int16Array {
    this.#stats.concealed++;
    return this.#concealer.conceal(Math.max(1, Math.floor(units / UNITS_PER_SAMPLE)));
  }

  #earliest(): number | undefined {
    let earliest: number | undefined;
    for (const at of this.#waiting.keys()) {
      if (at >= this.#next! && (earliest === undefined || at < earliest)) earliest = at;
    }
    return earliest;
  }
}

function join(before: Int16Array, after: Int16Array): Int16Array {
  const joined = new Int16Array(before.length + after.length);
  joined.set(before);
  joined.set(after, before.length);
  return joined;
}
