import type { AvatarControls } from '../core/avatar-controls.ts';
import { type MediaTime, msFromMediaTime } from '../core/media-time.ts';
import type { Emotion, Gesture, Phone } from '../core/speech.ts';
import { Blink, BLINK_INTERVAL_S } from './behaviour/blink.ts';
import { Breath } from './behaviour/breath.ts';
import { Controls } from './behaviour/controls.ts';
import { DEFAULT_EMOTIONS, EmotionBlend, type EmotionTable } from './behaviour/emotions.ts';
import { Gaze } from './behaviour/gaze.ts';
import { Gestures } from './behaviour/gestures.ts';
import { Head } from './behaviour/head.ts';
import { Listener } from './behaviour/listener.ts';
import { minimumJerk } from './behaviour/motion.ts';
import { Random } from './behaviour/random.ts';
import { SpeechTrack } from './coarticulation.ts';
import type { FaceMode, HeardProsody, Performer } from './contract.ts';
import { ARKIT, type FaceParameters, P, PARAMETER_COUNT, type Viseme, VISEMES } from './parameters.ts';

export interface FacePerformerOptions {
  /** The same seed and the same calls give the same frames. */
  readonly seed: number;
  /** The rig's own emotions, when they are known here. */
  readonly emotions?: EmotionTable;
}

/** A cancelled turn's mouth is shut after so long. */
const CANCEL_MS = 75;
/** Loud speech lowers the jaw by so much beyond its shapes, whatever they are: people do so even on the vowel of "see". */
const LOUD_JAW = 0.23;
const FIRST_VISEME = P.viseme_sil;
/** The controller opens the mouth more or less; what shuts it stays as it is. */
const SHUTTING: ReadonlySet<Viseme> = new Set<Viseme>(['sil', 'PP', 'FF']);
const OPENING = VISEMES.map((viseme) => !SHUTTING.has(viseme));
/** Brows go up on few of the strongest words. */
const EMPHASIS_FROM = 0.85;
const EMPHASIS_CHANCE = 0.4;
const EMPHASIS_PAUSE_MS = 2_500;
/** A breath before speaking takes this long to be seen. */
const BREATH_AHEAD_MS = 120;

interface Turn {
  readonly turnId: string;
  readonly track: SpeechTrack;
  cancelledAtMs: number;
}

/** Something that begins at its own time. */
interface Cue {
  readonly atMs: number;
  readonly begin: (ms: number) => void;
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
  readonly #controls = new Controls();
  readonly #listener: Listener;
  readonly #tiltSide: 1 | -1;
  #cues: Cue[] = [];
  #turns: Turn[] = [];
  #mode: FaceMode = 'idle';
  #lastMs: number | undefined;
  /** Without the visitor's voice to go by, a listener nods now and then. */
  #nextMicroNodMs = 0;
  #nextEmphasisMs = 0;

  constructor(options: FacePerformerOptions) {
    this.#random = new Random(options.seed);
    this.#emotions = new EmotionBlend(options.emotions ?? DEFAULT_EMOTIONS);
    const part = () => new Random(this.#random.next() * 2 ** 32);
    this.#blink = new Blink(part(), 0);
    this.#breath = new Breath(part(), 0);
    this.#gaze = new Gaze(part(), 0);
    this.#head = new Head(part());
    this.#listener = new Listener(part());
    this.#tiltSide = this.#random.chance(0.5) ? 1 : -1;
  }

  setEmotionTable(emotions: EmotionTable): void {
    this.#emotions.setTable(emotions);
  }

  speak(turnId: string, startsAt: MediaTime, phones: readonly Phone[], language?: string): void {
    // A turn that goes on after it was cancelled begins anew, while its old mouth is still closing.
    let turn = this.#turns.find((t) => t.turnId === turnId && t.cancelledAtMs === Number.POSITIVE_INFINITY);
    const startMs = msFromMediaTime(startsAt);
    if (!turn) {
      turn = { turnId, track: new SpeechTrack(), cancelledAtMs: Number.POSITIVE_INFINITY };
      this.#turns.push(turn);
      if (this.#lastMs !== undefined && startMs - this.#lastMs >= BREATH_AHEAD_MS) this.#breath.inhale(this.#lastMs);
    }
    turn.track.add(startMs, phones, language);
  }

  cancelSpeech(turnId: string, at: MediaTime): void {
    const ms = msFromMediaTime(at);
    for (const turn of this.#turns) if (turn.turnId === turnId) turn.cancelledAtMs = Math.min(turn.cancelledAtMs, ms);
    this.#cues = this.#cues.filter(({ atMs }) => atMs < ms);
  }

  setMode(mode: FaceMode, at: MediaTime): void {
    if (mode === this.#mode) return;
    const ms = this.#drawn(at);
    this.#mode = mode;
    if (mode === 'listening' || mode === 'reacting') this.#gaze.lookAtVisitor(ms);
    if (mode === 'listening') this.#nextMicroNodMs = ms + this.#random.between(2_000, 5_000);
    // Must be seen at once: its first moment may lie before the frame that was drawn ahead.
    if (mode === 'reacting') this.#gestures.react(msFromMediaTime(at));
    if (mode === 'reacting' || mode === 'thinking') this.#breath.inhale(ms);
    if (mode === 'thinking') this.#gaze.lookAway(ms, this.#random.between(600, 1_300));
    if (mode === 'speaking') this.#gaze.lookAtVisitor(ms);
    if (mode === 'speaking' || mode === 'idle') this.#listener.reset();
  }

  setEmotion(emotion: Emotion, intensity: number, at: MediaTime): void {
    this.#cue(at, (ms) => this.#emotions.set(emotion, intensity, ms));
  }

  gesture(gesture: Gesture, at: MediaTime): void {
    this.#cue(at, (ms) => {
      this.#gestures.start(gesture, ms);
      if (gesture === 'think') this.#gaze.lookAway(ms, 1_200);
    });
  }

  setControls(controls: AvatarControls, at: MediaTime): void {
    this.#cue(at, () => this.#controls.set(controls));
  }

  empathise(emotion: Emotion, intensity: number, at: MediaTime): void {
    this.#emotions.sympathise(emotion, intensity, this.#drawn(at));
  }

  hear(prosody: HeardProsody, at: MediaTime): void {
    const ms = this.#drawn(at);
    const sign = this.#listener.hear(prosody, ms);
    // Nobody nods to himself.
    if (this.#mode !== 'listening') return;
    this.#nextMicroNodMs = Math.max(this.#nextMicroNodMs, ms + 5_000);
    if (sign === 'nod') this.#gestures.microNod(ms, this.#random.between(0.7, 1.2));
    if (sign === 'brows') this.#gestures.emphasise(ms, this.#random.between(0.6, 1));
    if (sign === 'encourage') {
      this.#gestures.microNod(ms, 0.8);
      this.#gestures.emphasise(ms, 0.7);
    }
  }

  judgePause(turnEndProbability: number): void {
    this.#listener.judge(turnEndProbability);
  }

  frameAt(time: MediaTime): FaceParameters {
    const ms = msFromMediaTime(time);
    const lastMs = Math.min(ms, this.#lastMs ?? ms);
    // After a gap (a dropped call, a paused test) nothing should leap to catch up.
    const seconds = Math.min(1, (ms - lastMs) / 1000);
    this.#lastMs = ms;
    this.#beginCues(ms);
    this.#controls.advance(seconds);
    const out = this.#frame.fill(0);
    const closure = this.#speak(ms, lastMs, out);
    const speech = Math.min(1, sum(this.#visemes));
    const isSpeaking = this.#mode === 'speaking' || speech > 0;
    this.#emotions.advance(ms, seconds, { isSpeaking, speech, closure, gain: this.#controls.expressionGain }, out);
    this.#moveEyes(ms, out);
    out[P.breath] = this.#breath.at(ms, isSpeaking, speech > 0);
    this.#moveHead(ms, seconds, out);
    this.#controls.apply(out, this.#tiltSide);
    this.#gestures.apply(ms, out);
    for (let i = 0; i < ARKIT.length; i++) out[i] = Math.min(1, Math.max(0, out[i] as number));
    for (let i = P.headYaw; i <= P.gazeY; i++) out[i] = Math.min(1, Math.max(-1, out[i] as number));
    return out;
  }

  /** Not before what was drawn already: nothing begins in the middle of its movement. */
  #drawn(at: MediaTime): number {
    return Math.max(msFromMediaTime(at), this.#lastMs ?? 0);
  }

  #cue(at: MediaTime, begin: Cue['begin']): void {
    const atMs = this.#drawn(at);
    const later = this.#cues.findIndex((cue) => cue.atMs > atMs);
    this.#cues.splice(later < 0 ? this.#cues.length : later, 0, { atMs, begin });
  }

  #beginCues(ms: number): void {
    while (this.#cues[0] && this.#cues[0].atMs <= ms) {
      const { atMs, begin } = this.#cues.shift() as Cue;
      begin(atMs);
    }
  }

  /** The mouth; and what speech brings with it: beats of the head, blinks at the ends of phrases. */
  #speak(ms: number, lastMs: number, out: FaceParameters): number {
    let closure = 0;
    const gain = this.#controls.mouthGain;
    for (const { track, cancelledAtMs } of this.#turns) {
      track.weightsAt(ms, this.#visemes);
      const share = 1 - minimumJerk((ms - cancelledAtMs) / CANCEL_MS);
      closure = Math.max(closure, track.closure * share);
      for (let v = 0; v < VISEMES.length; v++)
        out[FIRST_VISEME + v] = (out[FIRST_VISEME + v] as number) + (this.#visemes[v] as number) * share * (OPENING[v] ? gain : 1);
      out[P.jawOpen] = (out[P.jawOpen] as number) + LOUD_JAW * track.loudness * share * gain;
      out[P.tongueOut] = (out[P.tongueOut] as number) + track.tip * share;
      if (ms < cancelledAtMs) this.#accompany(track, lastMs, ms);
      track.prune(ms);
    }
    for (let v = 0; v < VISEMES.length; v++) this.#visemes[v] = Math.min(1, out[FIRST_VISEME + v] as number);
    for (let v = 0; v < VISEMES.length; v++) out[FIRST_VISEME + v] = this.#visemes[v] as number;
    this.#turns = this.#turns.filter(({ track, cancelledAtMs }) => ms < Math.min(cancelledAtMs, track.endMs + 60_000) + 1_000);
    return closure;
  }

  #accompany(track: SpeechTrack, fromMs: number, toMs: number): void {
    const stress = track.stressBetween(fromMs, toMs);
    if (stress > 0) this.#head.beat(toMs, 0.5 + 0.7 * stress);
    if (stress >= EMPHASIS_FROM && toMs >= this.#nextEmphasisMs && this.#random.chance(EMPHASIS_CHANCE)) {
      this.#nextEmphasisMs = toMs + EMPHASIS_PAUSE_MS;
      this.#gestures.emphasise(toMs, stress);
    }
    const pause = track.pauseBetween(fromMs, toMs);
    if (!pause) return;
    this.#blink.invite(toMs, 0.6);
    this.#breath.pause(toMs, pause.lengthMs);
  }

  #moveEyes(ms: number, out: FaceParameters): void {
    const jump = this.#gaze.advance(ms, this.#mode);
    if (jump > 0.3) this.#blink.invite(ms, 0.35);
    const y = this.#gaze.y(ms);
    out[P.gazeX] = this.#gaze.x(ms);
    out[P.gazeY] = y;
    // Lids follow the eyes down.
    const lids = Math.max(this.#blink.at(ms, BLINK_INTERVAL_S[this.#mode] / this.#controls.blinkFactor), Math.max(0, -y) * 0.25);
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
