import { describe, expect, it } from 'vitest';
import { emotionEstimate, feelingOf, fuseEmotions, likeliest, NO_EMOTION } from './emotion.ts';

describe('emotion estimates', () => {
  it('turns weights of any size into shares', () => {
    const estimate = emotionEstimate({ happy: 3, neutral: 1 }, 2);
    expect(estimate.scores.happy).toBe(0.75);
    expect(Object.values(estimate.scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1);
    expect(estimate.confidence).toBe(1);
    expect(emotionEstimate({}, 0.9)).toBe(NO_EMOTION);
    expect(emotionEstimate({ sad: Number.NaN }, 0.9)).toBe(NO_EMOTION);
  });

  it('believes witnesses that agree more than each alone, and contradicting ones less', () => {
    const text = emotionEstimate({ happy: 0.8, neutral: 0.2 }, 0.6);
    const cheerful = emotionEstimate({ happy: 0.7, surprised: 0.3 }, 0.5);
    const gloomy = emotionEstimate({ sad: 0.9, neutral: 0.1 }, 0.5);
    const agreed = fuseEmotions([text, cheerful]);
    const torn = fuseEmotions([text, gloomy]);
    expect(likeliest(agreed)).toBe('happy');
    expect(agreed.confidence).toBeGreaterThan(0.7);
    expect(torn.confidence).toBeLessThan(text.confidence);
  });

  it('follows the one that is surer, and ignores those that know nothing', () => {
    const sure = emotionEstimate({ angry: 1 }, 0.9);
    const unsure = emotionEstimate({ happy: 1 }, 0.1);
    expect(likeliest(fuseEmotions([unsure, sure]))).toBe('angry');
    expect(fuseEmotions([NO_EMOTION, sure])).toEqual(sure);
    expect(fuseEmotions([])).toBe(NO_EMOTION);
    expect(feelingOf(NO_EMOTION)).toEqual({ emotion: 'neutral', intensity: 0, confidence: 0 });
    expect(feelingOf(sure)).toEqual({ emotion: 'angry', intensity: 1, confidence: 0.9 });
  });
});
