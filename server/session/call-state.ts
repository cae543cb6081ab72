import type { Config } from '../core/config-schema.ts';
import type { CallEnd } from '../core/metrics.ts';
import type { CallState, EndReason } from '../protocol/server-events.ts';
import type { FloorRules, FloorState } from './floor-state.ts';

/** How metrics count the reasons that clients are told. */
export const CALL_ENDS: Record<EndReason, CallEnd> = {
  hung_up: 'hangup',
  visitor_left: 'hangup',
  silence: 'silence',
  time_limit: 'time_limit',
  connection_lost: 'vanished',
  shutting_down: 'shutdown',
  replaced: 'hangup',
  refused: 'failed',
  failed: 'failed',
};

export const floorRules = (config: Config): Omit<FloorRules, 'automaticTurns'> => ({ ...config.session, holdMs: config.hearing.holdMs });

/** What the client is shown. */
export function callState({ phase, visitorSpeaking, prepared, turn }: FloorState): CallState {
  if (phase === 'ended') return 'ended';
  if (phase === 'interrupted') return 'paused';
  if (phase === 'endpointed') return 'preparing';
  if (phase === 'answering') return turn?.soundAtMs === undefined ? 'preparing' : 'answering';
  if (visitorSpeaking) return 'hearing';
  return prepared ? 'preparing' : 'listening';
}
