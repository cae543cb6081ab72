import type { LatencyStage } from '../core/metrics.ts';
import type { ServerEventBody } from '../protocol/server-events.ts';

/** When each station of a spoken turn was reached, milliseconds of the call. */
export interface TurnStations {
  readonly kind: ServerEventBody<'visavis.latency'>['kind'];
  /** The visitor's last sound; for other turns, when they were asked for. */
  readonly originMs: number;
  endpointMs?: number;
  finalMs?: number;
  /** When work on the reply began: before the endpoint when it was prepared. */
  startedMs?: number;
  firstTextMs?: number;
  firstPieceMs?: number;
  soundMs?: number;
  firstFrameMs?: number;
}

/**
 * The waterfall of one turn: consecutive spans that add up to what the visitor waits. What was prepared ahead costs
 * nothing afterwards, so a station that was reached before the one in front of it has a span of 0.
 */
export function waterfall(stations: TurnStations, networkMs: number | null): Omit<ServerEventBody<'visavis.latency'>, 'response_id'> {
  let reachedMs = stations.originMs;
  const span = (atMs: number | undefined): number | null => {
    if (atMs === undefined) return null;
    const spanMs = Math.max(0, atMs - reachedMs);
    reachedMs = Math.max(reachedMs, atMs);
    return round(spanMs);
  };
  const endpoint_ms = span(stations.endpointMs);
  const asr_ms = span(stations.finalMs);
  const llm_first_token_ms = span(stations.firstTextMs);
  const tts_first_piece_ms = span(stations.firstPieceMs);
  const sound = stations.soundMs ?? stations.firstPieceMs;
  const first_frame_ms = stations.firstFrameMs === undefined ? null : round(Math.max(0, stations.firstFrameMs - stations.originMs));
  return {
    kind: stations.kind,
    prepared: stations.startedMs !== undefined && stations.endpointMs !== undefined && stations.startedMs < stations.endpointMs,
    endpoint_ms,
    asr_ms,
    llm_first_token_ms,
    tts_first_piece_ms,
    first_frame_ms,
    network_ms: networkMs === null ? null : round(networkMs),
    total_ms: sound === undefined ? null : round(sound - stations.originMs + (networkMs ?? 0)),
  };
}

/** The same for the histograms: each since the visitor's last sound, but for `asr`. */
export function* latencySamples(stations: TurnStations): Generator<[LatencyStage, number]> {
  const { originMs, endpointMs, finalMs, firstTextMs, firstPieceMs, firstFrameMs, soundMs } = stations;
  if (endpointMs !== undefined) yield ['endpoint', endpointMs - originMs];
  if (endpointMs !== undefined && finalMs !== undefined) yield ['asr', finalMs - endpointMs];
  if (firstTextMs !== undefined) yield ['llm_first_token', firstTextMs - originMs];
  if (firstPieceMs !== undefined) yield ['tts_first_piece', firstPieceMs - originMs];
  if (firstFrameMs !== undefined) yield ['first_frame', firstFrameMs - originMs];
  if (soundMs !== undefined) yield ['voice_to_voice', soundMs - originMs];
}

const round = (valueMs: number): number => Math.round(valueMs * 10) / 10;
