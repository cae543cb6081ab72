import type { HeardProsody } from '../contract.ts';
import type { Random } from './random.ts';

/**
 * When a listener nods and raises his brows. Nods answer a stretch of low pitch, the rule of Ward & Tsukahara,
 * "Prosodic features which cue back-channel responses in English and Japanese" (2000): pitch below the speaker's 26th
 * percentile for 110 ms, after at least 700 ms of speech, answered 700 ms later. They answer audibly; a head that nodded
 * at each such place would be a nervous one, so most are let go. Brows answer emphasis, and a pause in which the words
 * are not complete ("go on").
 */
export type ListenerSign = 'nod' | 'brows' | 'encourage';

const LOW_RANK = 0.26;
const LOW_MS = 110;
const SPEECH_MS = 700;
const DELAY_MS = 700;
const NOD_CHANCE = 0.6;
const NOD_PAUSE_MS = [2_200, 4_500] as const;

const HIGH_RANK = 0.93;
const LOUD_RANK = 0.6;
const HIGH_MS = 60;
const BROWS_PAUSE_MS = [4_000, 9_000] as const;

/** Words that hang are waited for; this long into the pause, the face says so. */
const PAUSE_MS = 260;
const UNFINISHED = 0.35;
const ENCOURAGE_PAUSE_MS = 3_000;

export class Listener {
  readonly #random: Random;
  #speechSinceMs: number | undefined;
  #lowSinceMs: number | undefined;
  #highSinceMs: number | undefined;
  #lastVoicedMs = 0;
  #nodDueMs: number | undefined;
  #nextNodMs = 0;
  #nextBrowsMs = 0;
  #nextEncourageMs = 0;
  #turnEnd: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The visitor begins to speak, or somebody else does: what was heard so far is answered no more. */
  reset(): void {
    this.#speechSinceMs = undefined;
    this.#lowSinceMs = undefined;
    this.#highSinceMs = undefined;
    this.#nodDueMs = undefined;
    this.#turnEnd = undefined;
  }

  /** How likely it is that the visitor has finished, at the pause that he makes now. */
  judge(turnEndProbability: number): void {
    this.#turnEnd = turnEndProbability;
  }

  hear({ isSpeech, pitchRank, loudnessRank, silenceMs }: HeardProsody, ms: number): ListenerSign | undefined {
    if (!isSpeech) return this.#pause(silenceMs, ms);
    this.#turnEnd = undefined;
    this.#speechSinceMs ??= ms;
    const nod = this.#nod(ms);
    if (pitchRank === undefined) {
      // Voiceless consonants do not end a stretch of low pitch.
      if (ms - this.#lastVoicedMs > LOW_MS) this.#lowSinceMs = undefined;
      this.#highSinceMs = undefined;
      return nod;
    }
    this.#lastVoicedMs = ms;
    this.#lowSinceMs = pitchRank < LOW_RANK ? (this.#lowSinceMs ?? ms) : undefined;
    this.#highSinceMs = pitchRank > HIGH_RANK && loudnessRank > LOUD_RANK ? (this.#highSinceMs ?? ms) : undefined;
    const isLow = this.#lowSinceMs !== undefined && ms - this.#lowSinceMs >= LOW_MS && ms - this.#speechSinceMs >= SPEECH_MS;
    if (isLow && this.#nodDueMs === undefined && ms >= this.#nextNodMs) {
      // A chance that was let go is gone, too.
      this.#nextNodMs = ms + this.#random.between(...NOD_PAUSE_MS);
      if (this.#random.chance(NOD_CHANCE)) this.#nodDueMs = ms + DELAY_MS;
    }
    if (nod) return nod;
    if (this.#highSinceMs === undefined || ms - this.#highSinceMs < HIGH_MS || ms < this.#nextBrowsMs) return undefined;
    this.#nextBrowsMs = ms + this.#random.between(...BROWS_PAUSE_MS);
    return 'brows';
  }

  #nod(ms: number): ListenerSign | undefined {
    if (this.#nodDueMs === undefined || ms < this.#nodDueMs) return undefined;
    this.#nodDueMs = undefined;
    return 'nod';
  }

  #pause(silenceMs: number, ms: number): ListenerSign | undefined {
    this.#lowSinceMs = undefined;
    this.#highSinceMs = undefined;
    const nod = this.#nod(ms);
    if (nod) return nod;
    const hangs = this.#turnEnd !== undefined && this.#turnEnd < UNFINISHED;
    if (!hangs || silenceMs < PAUSE_MS || ms < this.#nextEncourageMs) return undefined;
    this.#nextEncourageMs = ms + ENCOURAGE_PAUSE_MS;
    return 'encourage';
  }
}
