import type { AvatarControls } from '../core/avatar-controls.ts';
import type { Character } from '../core/character.ts';
import { after, type Clock } from '../core/clock.ts';
import type { MediaTime } from '../core/media-time.ts';
import { DEFAULT_EMOTIONS, type EmotionTable } from '../face/behaviour/emotions.ts';
import type { FaceMode, HeardProsody, Performer } from '../face/contract.ts';
import { PARAMETER_COUNT } from '../face/parameters.ts';
import type { FaceSession } from '../rendering/contract.ts';

/** Leo's voice is Ben's. */
export const characterOf = (avatar: string): Character =>
  avatar === 'leo' ? { name: 'Leo', sex: 'male', voices: { en: ['nobody', 'ben'] }, persona: 'You are a sailor.' } : { name: 'Mia' };

/** Leo is never happy. */
export const emotionsOf = (avatar: string): EmotionTable => (avatar === 'leo' ? { ...DEFAULT_EMOTIONS, happy: {} } : DEFAULT_EMOTIONS);

export class RecordingPerformer implements Performer {
  readonly modes: FaceMode[] = [];
  readonly spoke: { turnId: string; startsAt: MediaTime; phones: number }[] = [];
  readonly cancelled: { turnId: string; at: MediaTime }[] = [];
  readonly marks: { mark: string; at: MediaTime }[] = [];
  readonly controls: { controls: AvatarControls; at: MediaTime }[] = [];
  readonly sympathies: string[] = [];
  readonly heard: HeardProsody[] = [];
  readonly judged: number[] = [];
  emotions: EmotionTable = DEFAULT_EMOTIONS;

  frameAt(): ReturnType<Performer['frameAt']> {
    return new Float32Array(PARAMETER_COUNT);
  }

  speak(turnId: string, startsAt: MediaTime, phones: readonly unknown[]): void {
    this.spoke.push({ turnId, startsAt, phones: phones.length });
  }

  cancelSpeech(turnId: string, at: MediaTime): void {
    this.cancelled.push({ turnId, at });
  }

  setMode(mode: FaceMode): void {
    if (this.modes.at(-1) !== mode) this.modes.push(mode);
  }

  setEmotionTable(emotions: EmotionTable): void {
    this.emotions = emotions;
  }

  setEmotion(emotion: string, _intensity: number, at: MediaTime): void {
    this.marks.push({ mark: emotion, at });
  }

  gesture(gesture: string, at: MediaTime): void {
    this.marks.push({ mark: gesture, at });
  }

  setControls(controls: AvatarControls, at: MediaTime): void {
    this.controls.push({ controls, at });
  }

  empathise(emotion: string): void {
    this.sympathies.push(emotion);
  }

  hear(prosody: HeardProsody): void {
    this.heard.push(prosody);
  }

  judgePause(turnEndProbability: number): void {
    this.judged.push(turnEndProbability);
  }
}

/** A picture that is ready after `tookMs`. */
export class ScriptedFace implements FaceSession {
  closes = 0;
  frames = 0;
  keyFrames = 0;
  avatar = 'mia';
  tookMs = 0;
  bitrateBps: number | undefined;
  readonly sizes: string[] = [];
  readonly #clock: Clock | undefined;
  #onHealth: (error: Error | undefined) => void = () => undefined;

  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  async render(_parameters: Float32Array, mediaTime: MediaTime): ReturnType<FaceSession['render']> {
    const keyFrame = this.frames++ === 0;
    if (this.#clock && this.tookMs > 0) await new Promise<void>((ready) => after(this.#clock!, this.tookMs, ready));
    return { data: new Uint8Array(1), keyFrame, mediaTime };
  }

  requestKeyFrame(): void {
    this.keyFrames++;
  }

  setBitrate(bitrateBps: number): void {
    this.bitrateBps = bitrateBps;
  }

  setSize(widthPx: number, heightPx: number): void {
    const size = `${widthPx}x${heightPx}`;
    if (this.sizes.at(-1) !== size) this.sizes.push(size);
  }

  setAvatar(avatar: string): Promise<void> {
    if (avatar === 'nobody') return Promise.reject(new Error('There is no avatar "nobody"'));
    this.avatar = avatar;
    return Promise.resolve();
  }

  onHealth(listener: (error: Error | undefined) => void): void {
    this.#onHealth = listener;
  }

  failWith(error: Error | undefined): void {
    this.#onHealth(error);
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
