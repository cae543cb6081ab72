import type { MediaTime } from '../core/media-time.ts';
import type { Performer } from '../face/contract.ts';
import type { SpeechEvent } from './listening.ts';
import type { VisitorFeeling } from './visitor-feeling.ts';

export interface AttentionOptions {
  readonly performer: Performer | undefined;
  readonly feeling: VisitorFeeling;
  /** Silence that ends a turn when its words are surely complete, and when they are surely not. */
  readonly rules: { readonly holdMs: number; readonly hangingHoldMs: number };
  readonly mediaTime: () => MediaTime;
}

/** What the listening face makes of what is heard, and what of it tells about the visitor's feelings. */
export class Attention {
  readonly #options: AttentionOptions;

  constructor(options: AttentionOptions) {
    this.#options = options;
  }

  take(event: SpeechEvent): void {
    const { performer, feeling, rules, mediaTime } = this.#options;
    switch (event.type) {
      case 'vad':
        if (!event.isSpeech)
          performer?.hear({ isSpeech: false, pitchRank: undefined, loudnessRank: 0, silenceMs: event.silenceMs }, mediaTime());
        break;
      case 'prosody':
        performer?.hear({ isSpeech: true, pitchRank: event.pitchRank, loudnessRank: event.loudnessRank, silenceMs: 0 }, mediaTime());
        break;
      case 'turn': {
        // The longer the words want to be waited for, the less they sound like the end.
        const wanted = (event.holdMs - rules.holdMs) / Math.max(1, rules.hangingHoldMs - rules.holdMs);
        performer?.judgePause(Math.min(1, Math.max(0, 1 - wanted)));
        break;
      }
      case 'feeling':
        feeling.hearVoice(event.estimate);
        break;
      case 'partial':
        void feeling.readWords(event.text);
        break;
    }
  }
}
