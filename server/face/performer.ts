import { type MediaTime, msFromMediaTime } from '../core/media-time.ts';
import type { Emotion, Gesture, Phone } from '../core/speech.ts';
import { Blink, BLINK_INTERVAL_S } from './behaviour/blink.ts';
import { Breath } from './behaviour/breath.ts';
import { DEFAULT_EMOTIONS, EmotionBlend, type EmotionTable } from './behaviour/emotions.ts';
import { Gaze } from './behaviour/gaze.ts';
import { Gestures } from './behaviour/gestures.ts';
import { Head } from './behaviour/head.ts';
import { minimumJerk } from './behaviour/motion.ts';
import { Random } from './behaviour/random.ts';
import { SpeechTrack } from './coarticulation.ts';
import type { FaceMode, Performer } from './contract.ts';
import { ARKIT, type FaceParameters, P, PARAMETER_COUNT, VISEMES } from './parameters.ts';

export interface FacePerformerOptions {
  /** The same seed and the same calls give the same frames. */
  readonly seed: number;
  /** The rig's own emotions, when they are known here. */
  readonly emotions?: EmotionTable;
}

/** A cancelled turn's mouth is shut after so long. */
const CANCEL_MS = 75;
/** Loud speech lowers the jaw by so much beyond its shapes, whatever they are: people do so even on the vowel of "see". */
const LOUD_JAW = 0.2;
const FIRST_VISEME = P.viseme_sil;

interface Turn {
  readonly turnId: string;
  readonly track: SpeechTrack;
  cancelledAtMs: number;
}

/** The face as a performer: speech from phones, everything else from mode, emotion and chance. See contract.ts. */
export class FacePerformer implements Performer {
  readonly #frame: FaceParameters = new Float32Array(PARAMETER_COUNT);
  readonly #visemes = new Float32Array(VISEMES.length);
  readonly #random: Random;
  readonly #emotions: EmotionBlend;
  readonly #gestures = new Gestures();
  readonly #blink: Blink;
  readonly #breath: Breath;
  readonly #gaze: Gaze;
  readonly #head: Head;
  #turns: Turn[] = [];
  #mode: FaceMode = 'idle';
  #lastMs: number | undefined;
  #nextMicroNodMs = 0;

  constructor(options: FacePerformerOptions) {
    this.#random = new Random(options.seed);
    this.#emotions = new EmotionBlend(options.emotions ?? DEFAULT_EMOTIONS);
    const part = () => new Random(this.#random.next() * 2 ** 32);
    this.#blink = new Blink(part(), 0);
    this.#breath = new Breath(part(), 0);
    this.#gaze = new Gaze(part(), 0);
    this.#head = new Head(part());
  }

  setEmotionTable(emotions: EmotionTable): void {
    this.#emotions.setTable(emotions);
  }

  speak(turnId: string, startsAt: MediaTime, phones: readonly Phone[]): void {
    // A turn that goes on after it was cancelled begins anew, while its old mouth is still closing.
    let turn = this.#turns.find((t) => t.turnId === turnId && t.cancelledAtMs === Number.POSITIVE_INFINITY);
    if (!turn) {
      turn = { turnId, track: new SpeechTrack(), cancelledAtMs: Number.POSITIVE_INFINITY };
      this.#turns.push(turn);
    }
    turn.track.add(msFromMediaTime(startsAt), phones);
  }

  cancelSpeech(turnId: string, at: MediaTime): void {
    const ms = msFromMediaTime(at);
    for (const turn of this.#turns) if (turn.turnId === turnId) turn.cancelledAtMs = Math.min(turn.cancelledAtMs, ms);
  }

  setMode(mode: FaceMode, at: MediaTime): void {
    if (mode === this.#mode) return;
    const ms = msFromMediaTime(at);
    this.#mode = mode;
    if (mode === 'listening' || mode === 'reacting') this.#gaze.lookAtVisitor(ms);
    if (mode === 'listening') this.#nextMicroNodMs = ms + this.#random.between(2_000, 5_000);
    if (mode === 'reacting') {
      this.#breath.inhale(ms);
      this.#gestures.react(ms);
    }
    if (mode === 'thinking') this.#gaze.lookAway(ms, this.#random.between(600, 1_300));
    if (mode === 'speaking') this.#gaze.lookAtVisitor(ms);
  }

  setEmotion(emotion: Emotion, intensity: number, _at: MediaTime): void {
    this.#emotions.set(emotion, intensity);
  }

  gesture(gesture: Gesture, at: MediaTime): void {
    const ms = msFromMediaTime(at);
    this.#gestures.start(gesture, ms);
    if (gesture === 'think') this.#gaze.lookAway(ms, 1_200);
  }

  frameAt(time: MediaTime): FaceParameters {
    const ms = msFromMediaTime(time);
    const lastMs = Math.min(ms, this.#lastMs ?? ms);
    // After a gap (a dropped call, a paused test) nothing should leap to catch up.
    const seconds = Math.min(1, (ms - lastMs) / 1000);
    this.#lastMs = ms;
    const out = this.#frame.fill(0);
    const closure = this.#speak(ms, lastMs, out);
    const speech = Math.min(1, sum(this.#visemes));
    this.#emotions.advance(seconds, speech, closure, out);
    this.#moveEyes(ms, out);
    const isSpeaking = this.#mode === 'speaking' || speech > 0;
    out[P.breath] = this.#breath.at(ms, isSpeaking);
    this.#moveHead(ms, seconds, out);
    this.#gestures.apply(ms, out);
    for (let i = 0; i < ARKIT.length; i++) out[i] = Math.min(1, Math.max(0, out[i] as number));
    for (let i = P.headYaw; i <= P.gazeY; i++) out[i] = Math.min(1, Math.max(-1, out[i] as number));
    return out;
  }

  /** The mouth; and what speech brings with it: beats of the head, blinks at the ends of phrases. */
  #speak(ms: number, lastMs: number, out: FaceParameters): number {
    let closure = 0;
    for (const { track, cancelledAtMs } of this.#turns) {
      track.weightsAt(ms, this.#visemes);
      const share = 1 - minimumJerk((ms - cancelledAtMs) / CANCEL_MS);
      closure = Math.max(closure, track.closure * share);
      for (let v = 0; v < VISEMES.length; v++)
        out[FIRST_VISEME + v] = (out[FIRST_VISEME + v] as number) + (this.#visemes[v] as number) * share;
      out[P.jawOpen] = (out[P.jawOpen] as number) + LOUD_JAW * track.loudness * share;
      if (ms < cancelledAtMs) {
        if (track.stressesBetween(lastMs, ms) > 0) this.#head.beat(ms, 1);
        if (track.phraseEndsBetween(lastMs, ms) > 0) this.#blink.invite(ms, 0.6);
      }
      track.prune(ms);
    }
    for (let v = 0; v < VISEMES.length; v++) this.#visemes[v] = Math.min(1, out[FIRST_VISEME + v] as number);
    for (let v = 0; v < VISEMES.length; v++) out[FIRST_VISEME + v] = this.#visemes[v] as number;
    this.#turns = this.#turns.filter(({ track, cancelledAtMs }) => ms < Math.min(cancelledAtMs, track.endMs + 60_000) + 1_000);
    return closure;
  }

  #moveEyes(ms: number, out: FaceParameters): void {
    const jump = this.#gaze.advance(ms, this.#mode);
    if (jump > 0.3) this.#blink.invite(ms, 0.35);
    const y = this.#gaze.y(ms);
    out[P.gazeX] = this.#gaze.x(ms);
    out[P.gazeY] = y;
    // Lids follow the eyes down.
    const lids = Math.max(this.#blink.at(ms, BLINK_INTERVAL_S[this.#mode]), Math.max(0, -y) * 0.25);
    out[P.eyeBlinkLeft] = lids;
    out[P.eyeBlinkRight] = lids;
  }

  #moveHead(ms: number, seconds: number, out: FaceParameters): void {
    if (this.#mode === 'listening' && ms >= this.#nextMicroNodMs) {
      this.#gestures.microNod(ms, this.#random.between(0.5, 1));
      this.#nextMicroNodMs = ms + this.#random.between(3_500, 8_000);
    }
    const head = this.#head;
    head.advance(ms, seconds, this.#mode, this.#gaze.targetX, this.#gaze.targetY);
    out[P.headYaw] = head.yaw;
    out[P.headPitch] = head.pitch;
    out[P.headRoll] = head.roll;
    out[P.headX] = head.x;
    out[P.headY] = head.y;
    out[P.headZ] = head.z;
  }
}

const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
