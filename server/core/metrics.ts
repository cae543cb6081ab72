import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventLoopDelay } from './event-loop.ts';

/**
 * What the server tells a Prometheus scraper. One instance per server, so that two in one process don't mix. Labels are
 * few and closed: nothing that a visitor chooses becomes one.
 */
export type Carrier = 'webrtc' | 'websocket';
export type CallEnd = 'hangup' | 'vanished' | 'silence' | 'time_limit' | 'shutdown' | 'failed';
export type Refusal = 'full' | 'rate_limit' | 'unauthorised' | 'bad_offer' | 'shutting_down';

/** The stations of a turn, in their order. Each is the time since the visitor's speech ended, but for `asr`. */
export const LATENCY_STAGES = [
  /** End of speech until the turn was taken as over. */
  'endpoint',
  /** Endpoint until the final transcript. */
  'asr',
  'llm_first_token',
  'tts_first_piece',
  'first_frame',
  /** End of speech until the first sound of the answer left. */
  'voice_to_voice',
] as const;
export type LatencyStage = (typeof LATENCY_STAGES)[number];

/** Seconds; dense where a conversation is judged. */
const LATENCY_BUCKETS_S = [0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10];

export class Metrics {
  readonly registry = new Registry();

  readonly callsActive = this.#gauge('visavis_calls_active', 'Calls going on now', ['carrier']);
  readonly calls = this.#counter('visavis_calls_total', 'Calls begun', ['carrier']);
  readonly callsEnded = this.#counter('visavis_calls_ended_total', 'Calls ended, and why', ['reason']);
  readonly callsRefused = this.#counter('visavis_calls_refused_total', 'Calls refused, and why', ['reason']);
  readonly turns = this.#counter('visavis_turns_total', 'Turns answered, and how they ended', ['outcome']);
  readonly latency = new Histogram({
    name: 'visavis_turn_latency_seconds',
    help: "Latency of a turn by stage, seconds since the end of the visitor's speech",
    labelNames: ['stage'],
    buckets: LATENCY_BUCKETS_S,
    registers: [this.registry],
  });
  readonly framesEncoded = this.#counter('visavis_frames_encoded_total', 'Video frames encoded');
  readonly faceFramesSent = this.#counter('visavis_face_frames_sent_total', 'Face frames sent to browsers that draw them');
  readonly framesDropped = this.#counter('visavis_frames_dropped_total', 'Video frames not sent, and why', ['reason']);
  readonly packetsSent = this.#counter('visavis_packets_sent_total', 'Packets of sound and picture sent');
  readonly packetsLost = this.#counter('visavis_packets_lost_total', 'Packets of sound and picture that visitors say they did not get');
  readonly childRestarts = this.#counter('visavis_child_restarts_total', 'Engine processes restarted', ['child']);
  readonly engineFailures = this.#counter('visavis_engine_failures_total', 'Requests that an engine failed', ['stage', 'engine']);
  readonly eventLoopDelay = this.#gauge('visavis_event_loop_delay_seconds', 'Delay of the main loop over the last window', ['quantile']);
  readonly residentMemory = this.#gauge('visavis_resident_memory_bytes', 'Resident memory of the main process');

  constructor(loop?: EventLoopDelay) {
    const { eventLoopDelay, residentMemory } = this;
    // Read when scraped: gauges of the process cost nothing in between.
    if (loop) {
      Object.assign(eventLoopDelay, {
        collect() {
          const { p50Ms, p99Ms, maxMs } = loop.delay;
          eventLoopDelay.set({ quantile: '0.5' }, p50Ms / 1000);
          eventLoopDelay.set({ quantile: '0.99' }, p99Ms / 1000);
          eventLoopDelay.set({ quantile: '1' }, maxMs / 1000);
        },
      });
    }
    Object.assign(residentMemory, { collect: () => residentMemory.set(process.memoryUsage.rss()) });
  }

  callBegan(carrier: Carrier): void {
    this.calls.inc({ carrier });
    this.callsActive.inc({ carrier });
  }

  callEnded(carrier: Carrier, reason: CallEnd): void {
    this.callsActive.dec({ carrier });
    this.callsEnded.inc({ reason });
  }

  callRefused(reason: Refusal): void {
    this.callsRefused.inc({ reason });
  }

  observeLatency(stage: LatencyStage, elapsedMs: number): void {
    if (Number.isFinite(elapsedMs)) this.latency.observe({ stage }, Math.max(0, elapsedMs) / 1000);
  }

  /** Prometheus text exposition, for `/metrics` with `contentType`. */
  exposition(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  #counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
