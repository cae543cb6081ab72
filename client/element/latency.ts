import type { ServerEventOf } from '../../server/protocol/index.ts';

/** One turn's way from the end of the visitor's speech to the avatar's first sound, as stages one after another. */
export const STAGES = ['endpoint', 'asr', 'llm', 'tts', 'frame', 'network'] as const;
export type StageName = (typeof STAGES)[number];

export interface LatencyStage {
  readonly name: StageName;
  /** From the end of the visitor's speech. */
  readonly startMs: number;
  readonly durationMs: number;
}

export interface TurnLatency {
  readonly responseId: string;
  readonly kind: 'spoken' | 'typed' | 'greeting' | 'said';
  readonly stages: readonly LatencyStage[];
  /** What the visitor waited from the last own sound to the avatar's first one. */
  readonly totalMs: number;
  /** The reply was prepared before it was certain that the visitor had finished. */
  readonly prepared: boolean;
}

/**
 * The server's measurement as a waterfall. It does not know the visitor's jitter buffer: what it could not measure of
 * the network, the client adds from its own statistics.
 */
export function waterfallOf(event: ServerEventOf<'visavis.latency'>, ownNetworkMs: number | undefined): TurnLatency {
  const networkMs = event.network_ms ?? ownNetworkMs ?? null;
  const spans: Record<StageName, number | null> = {
    endpoint: event.endpoint_ms,
    asr: event.asr_ms,
    llm: event.llm_first_token_ms,
    tts: event.tts_first_piece_ms,
    frame: event.first_frame_ms,
    network: networkMs,
  };
  const stages: LatencyStage[] = [];
  let atMs = 0;
  for (const name of STAGES) {
    const spanMs = spans[name];
    if (spanMs === null) continue;
    // The picture is made beside the sound and timed from the beginning: what counts is how long it comes after the voice.
    const durationMs = Math.max(0, name === 'frame' ? spanMs - atMs : spanMs);
    stages.push({ name, startMs: atMs, durationMs });
    if (name !== 'frame') atMs += durationMs;
  }
  const added = event.network_ms === null ? (networkMs ?? 0) : 0;
  const totalMs = event.total_ms === null ? atMs : event.total_ms + added;
  return { responseId: event.response_id, kind: event.kind, stages, totalMs, prepared: event.prepared };
}
