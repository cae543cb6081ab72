import type { FaceMode } from '../contract.ts';
import { minimumJerk, Spring } from './motion.ts';
import { Noise, type Random } from './random.ts';

interface Posture {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Towards the visitor. */
  readonly z: number;
  /** How lively the head is. */
  readonly sway: number;
}

const POSTURES: Readonly<Record<FaceMode, Posture>> = {
  idle: { yaw: 0, pitch: 0, roll: 0, z: 0, sway: 1 },
  listening: { yaw: 0.05, pitch: -0.04, roll: 0.3, z: 0.35, sway: 0.6 },
  reacting: { yaw: 0, pitch: 0.08, roll: 0.16, z: 0.2, sway: 0.4 },
  thinking: { yaw: 0.1, pitch: 0.12, roll: -0.16, z: -0.1, sway: 0.7 },
  speaking: { yaw: 0, pitch: 0.02, roll: 0, z: 0.05, sway: 1.5 },
};

const BEAT_MS = 340;
const BEAT_PAUSE_MS = 420;

/** The head's pose: a posture for each mode, slow sway that never repeats, and beats on stressed words. */
export class Head {
  readonly #random: Random;
  readonly #noises: readonly Noise[];
  readonly #posture = { yaw: new Spring(), pitch: new Spring(), roll: new Spring(), z: new Spring(), sway: new Spring(1) };
  #beatMs = Number.NEGATIVE_INFINITY;
  #beatPitch = 0;
  #beatYaw = 0;
  yaw = 0;
  pitch = 0;
  roll = 0;
  x = 0;
  y = 0;
  z = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#noises = Array.from({ length: 8 }, () => new Noise(random.next() * 2 ** 32));
  }

  /** A stressed syllable: most of them move the head a little. */
  beat(ms: number, strength: number): void {
    if (ms - this.#beatMs < BEAT_PAUSE_MS || !this.#random.chance(0.75)) return;
    this.#beatMs = ms;
    this.#beatPitch = -strength * this.#random.between(0.1, 0.3);
    this.#beatYaw = strength * this.#random.between(-0.08, 0.08);
  }

  advance(ms: number, seconds: number, mode: FaceMode, gazeX: number, gazeY: number): void {
    const goal = POSTURES[mode];
    const p = this.#posture;
    const quick = mode === 'reacting' ? 9 : 4;
    // The head follows the eyes, a third of the way and later.
    p.yaw.advance(seconds, goal.yaw + 0.3 * gazeX, quick);
    p.pitch.advance(seconds, goal.pitch + 0.25 * gazeY, quick);
    p.roll.advance(seconds, goal.roll, quick);
    p.z.advance(seconds, goal.z, quick);
    const sway = p.sway.advance(seconds, goal.sway, 3);
    const noise = (channel: number, hz: number) => (this.#noises[channel] as Noise).at((ms / 1000) * hz);
    const beat = this.#beatAt(ms);
    this.yaw = p.yaw.value + sway * (0.13 * noise(0, 0.23) + 0.04 * noise(1, 0.7)) + beat * this.#beatYaw;
    this.pitch = p.pitch.value + sway * (0.1 * noise(2, 0.27) + 0.035 * noise(3, 0.8)) + beat * this.#beatPitch;
    this.roll = p.roll.value + sway * (0.12 * noise(4, 0.19) + 0.03 * noise(5, 0.6));
    this.x = sway * 0.16 * noise(6, 0.16);
    this.y = beat * this.#beatPitch * -0.3;
    this.z = p.z.value + sway * 0.14 * noise(7, 0.13);
  }

  #beatAt(ms: number): number {
    const t = (ms - this.#beatMs) / BEAT_MS;
    return t < 0.35 ? minimumJerk(t / 0.35) : 1 - minimumJerk((t - 0.35) / 0.65);
  }
}
