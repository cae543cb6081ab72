/** The data of the floor: its rules, its state, what happens to it and what it decides. The rules are in floor.ts. */
import type { EndReason } from '../protocol/server-events.ts';

export interface FloorRules {
  readonly prepareAfterMs: number;
  readonly reactAfterMs: number;
  readonly completeHoldMs: number;
  readonly holdMs: number;
  readonly duckAfterMs: number;
  readonly yieldAfterMs: number;
  readonly backChannelYieldAfterMs: number;
  readonly yieldVoicedShare: number;
  readonly resumeAfterMs: number;
  /** An answer whose sound is younger than this came too early when the visitor goes on. */
  readonly retractWithinMs: number;
  /** How long the last words of an endpointed utterance may take. */
  readonly finalTimeoutMs: number;
  readonly silencePromptMs: number;
  readonly silenceEndMs: number;
  readonly maxCallMs: number;
  /** False: the client says when a turn ends (push-to-talk). */
  readonly automaticTurns: boolean;
}

export type TurnKind = 'reply' | 'greeting' | 'prompt' | 'say';

export interface FloorTurn {
  readonly turnId: string;
  readonly kind: TurnKind;
  /** When its first sound left; undefined while it is still being made. */
  readonly soundAtMs?: number;
}

export interface Utterance {
  readonly id: string;
  readonly text: string;
  /** The words of this pause are in: a reply may be prepared for them. */
  readonly settled: boolean;
  readonly holdMs: number;
  readonly complete: boolean;
}

export interface Prepared {
  readonly turnId: string;
  readonly text: string;
}

export interface FloorState {
  /**
   * listening: the visitor may speak. endpointed: the visitor has finished, the last words are awaited.
   * answering: a turn is being spoken. interrupted: its sound is held while the visitor speaks.
   */
  readonly phase: 'listening' | 'endpointed' | 'answering' | 'interrupted' | 'ended';
  readonly rules: FloorRules;
  readonly startedAtMs: number;
  /** Last time that anybody said anything. */
  readonly activeAtMs: number;
  readonly prompted: boolean;
  readonly nextTurn: number;
  readonly turn: FloorTurn | undefined;
  readonly prepared: Prepared | undefined;
  readonly utterance: Utterance | undefined;
  readonly visitorSpeaking: boolean;
  /** `speech-started` was said and `speech-stopped` was not. */
  readonly speechOpen: boolean;
  readonly endpointedAtMs: number;
  /** An utterance that was given up waiting for; its words may still come. */
  readonly overdue: string;
  readonly reacted: boolean;
  readonly ducked: boolean;
  /** A young answer is held at the first sign of speech; a sign that was none lets it go on at once. */
  readonly hesitating: boolean;
  readonly silenceMs: number;
  /** Words of a turn that was answered too early; the visitor's next words continue them. */
  readonly carriedText: string;
  /** Texts that are to be said behind the running turn. */
  readonly toSay: readonly string[];
  /** The client asked for a response to words that are still being recognised. */
  readonly respondDue: boolean;
}

export type FloorEvent =
  | { type: 'start'; atMs: number; greet: boolean }
  | { type: 'vad'; atMs: number; isSpeech: boolean; speechMs: number; silenceMs: number; quietMs: number; voicedShare: number }
  | { type: 'utterance'; atMs: number; utteranceId: string }
  | { type: 'partial'; atMs: number; utteranceId: string; text: string }
  /** The words at a pause. `complete`: they form a question that the knowledge answers with confidence. */
  | { type: 'turn'; atMs: number; utteranceId: string; text: string; holdMs: number; complete: boolean }
  | { type: 'final'; atMs: number; utteranceId: string; text: string }
  | { type: 'sounding'; atMs: number; turnId: string }
  /** The turn is over: everything was made and played, or it could not be made. */
  | { type: 'finished'; atMs: number; turnId: string }
  /** Answer the conversation as it is (a typed message was added, or the client asks for a response). */
  | { type: 'respond'; atMs: number }
  | { type: 'say'; atMs: number; text: string; interrupt: boolean }
  | { type: 'commit-input'; atMs: number }
  | { type: 'clear-input'; atMs: number }
  | { type: 'interrupt'; atMs: number }
  | { type: 'rules'; atMs: number; rules: Partial<FloorRules> }
  | { type: 'tick'; atMs: number }
  | { type: 'end'; atMs: number; reason: EndReason };

export type FloorEffect =
  | { type: 'speech-started'; atMs: number }
  | { type: 'speech-stopped'; atMs: number }
  | { type: 'prepare'; turnId: string; text: string }
  /** The visitor's words, where the client itself asks for responses. */
  | { type: 'heard'; text: string }
  /**
   * The turn (made ready or not) begins. A `reply` to `text`, or to the conversation when that is empty. `replaces`: the
   * visitor went on after an answer that came too early, and `text` holds the words of both.
   */
  | { type: 'commit'; turnId: string; kind: TurnKind; text: string; replaces: boolean }
  | { type: 'discard'; turnId: string }
  | { type: 'end-utterance' }
  | { type: 'drop-utterance' }
  | { type: 'react' }
  | { type: 'attend' }
  | { type: 'duck' }
  | { type: 'unduck' }
  | { type: 'pause'; turnId: string }
  | { type: 'resume'; turnId: string }
  /** The turn ends here, for good. `to`: the visitor has spoken, or the client asked for something else. */
  | { type: 'yield'; turnId: string; to: 'visitor' | 'client' }
  | { type: 'end'; reason: EndReason };

export const initialFloor = (rules: FloorRules): FloorState => ({
  phase: 'listening',
  rules,
  startedAtMs: 0,
  activeAtMs: 0,
  prompted: false,
  nextTurn: 1,
  turn: undefined,
  prepared: undefined,
  utterance: undefined,
  visitorSpeaking: false,
  speechOpen: false,
  endpointedAtMs: 0,
  overdue: '',
  reacted: false,
  ducked: false,
  hesitating: false,
  silenceMs: 0,
  carriedText: '',
  toSay: [],
  respondDue: false,
});
