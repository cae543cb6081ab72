import type { RenderingPlace } from './rendering-place.ts';
import type { CallError } from './errors.ts';

/** The life of one call as the visitor sees it. */
export type Phase = 'idle' | 'starting' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'failed';

/**
 * What the conversation is doing while the call is live. `listening`: the floor is the visitor's; `hearing`: the visitor
 * speaks; `paused`: the avatar holds its answer because somebody may be interrupting.
 */
export type Activity = 'listening' | 'hearing' | 'thinking' | 'speaking' | 'paused';

/** `off`: the visitor chose to type. */
export type MicrophoneState = 'unknown' | 'asking' | 'live' | 'muted' | 'off' | 'refused' | 'missing' | 'lost';

export interface CallState {
  readonly phase: Phase;
  readonly activity: Activity;
  readonly microphone: MicrophoneState;
  /** The avatar's first frame has been shown. */
  readonly picture: boolean;
  /** Who draws what is seen. */
  readonly drawnBy: RenderingPlace;
  /** The browser holds the sound back until the visitor touches the page (autoplay policy). */
  readonly soundBlocked: boolean;
  /** The server recognises speech; otherwise the visitor types. */
  readonly hears: boolean;
  readonly error: CallError | undefined;
  /** Why the call ended: `hangup` by the visitor, else the server's reason. */
  readonly endReason: string | undefined;
}

export type CallAction =
  | { readonly type: 'start'; readonly typing: boolean }
  | { readonly type: 'microphone'; readonly state: MicrophoneState }
  | { readonly type: 'connecting' }
  | { readonly type: 'connected' }
  | { readonly type: 'interrupted' }
  | { readonly type: 'picture'; readonly drawnBy: RenderingPlace }
  | { readonly type: 'sound-blocked'; readonly blocked: boolean }
  | { readonly type: 'activity'; readonly activity: Activity }
  | { readonly type: 'hearing'; readonly available: boolean }
  | { readonly type: 'ended'; readonly reason: string }
  | { readonly type: 'failed'; readonly error: CallError };

export const initialState: CallState = Object.freeze({
  phase: 'idle',
  activity: 'listening',
  microphone: 'unknown',
  picture: false,
  drawnBy: 'server',
  soundBlocked: false,
  hears: true,
  error: undefined,
  endReason: undefined,
});

export const isBusy = (state: CallState): boolean =>
  state.phase === 'starting' || state.phase === 'connecting' || state.phase === 'live' || state.phase === 'reconnecting';

const isOver = (state: CallState): boolean => !isBusy(state);

/**
 * What follows from what happened. Late news about a call that is over changes nothing, so that a slow permission
 * prompt or a closing connection cannot bring a dead call back to the screen.
 */
export function reduceCall(state: CallState, action: CallAction): CallState {
  if (action.type === 'start') {
    if (isBusy(state)) return state;
    return { ...initialState, phase: 'starting', microphone: action.typing ? 'off' : 'asking' };
  }
  if (isOver(state)) return state;
  switch (action.type) {
    case 'microphone':
      return { ...state, microphone: action.state };
    case 'connecting':
      return state.phase === 'starting' ? { ...state, phase: 'connecting' } : state;
    case 'connected':
      return { ...state, phase: 'live' };
    case 'interrupted':
      return state.phase === 'live' ? { ...state, phase: 'reconnecting' } : state;
    case 'picture':
      return { ...state, picture: true, drawnBy: action.drawnBy };
    case 'sound-blocked':
      return { ...state, soundBlocked: action.blocked };
    case 'activity':
      return { ...state, activity: action.activity };
    case 'hearing':
      return { ...state, hears: action.available };
    case 'ended':
      return { ...state, phase: 'ended', activity: 'listening', picture: false, soundBlocked: false, endReason: action.reason };
    case 'failed':
      return { ...state, phase: 'failed', activity: 'listening', picture: false, soundBlocked: false, error: action.error };
  }
}
