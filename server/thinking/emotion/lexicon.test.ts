import { describe, expect, it } from 'vitest';
import { feelingOf, likeliest } from '../../core/emotion.ts';
import { emotionInWords } from './lexicon.ts';

describe('emotionInWords', () => {
  it.each([
    ['I am so happy that it works, thank you!', 'happy'],
    ['We had a wonderful day at the sea.', 'happy'],
    ['My grandmother passed away last week.', 'sad'],
    ['I feel lonely and I cried all night', 'sad'],
    ['This is ridiculous, I am fed up with your service!', 'angry'],
    ['I HATE waiting on the phone', 'angry'],
    ["I'm scared that something will happen to her", 'fearful'],
    ['yuck, that is disgusting', 'disgusted'],
    ['No way! I did not expect that', 'surprised'],
    ['how do I kill the process on port eighty', 'neutral'],
    ['what are the opening hours', 'neutral'],
    ['who made you', 'neutral'],
    ['can you really help me', 'neutral'],
    ['', 'neutral'],
    ['أنا سعيد جداً بلقائك', 'happy'],
    ['نحن سعداء وفرحانين اليوم', 'happy'],
    ['أشعر بالحزن والوحدة، أنا حزينة', 'sad'],
    ['أنا غاضبة من هذه الخدمة السيئة', 'angry'],
    ['طفح الكيل، هذا غير مقبول', 'angry'],
    ['أنا خائف وقلق على أمي', 'fearful'],
    ['هذا شيء مقرف', 'disgusted'],
    ['يا إلهي، لا أصدق ذلك', 'surprised'],
    ['أين تقع المحطة', 'neutral'],
    ['😭', 'sad'],
  ])('hears in "%s" that somebody is %s', (text, emotion) => {
    expect(likeliest(emotionInWords(text))).toBe(emotion);
  });

  it.each([
    ['I am not happy with this', 'I am happy with this'],
    ["I wasn't happy at all", 'I was happy'],
    ['أنا لست سعيداً', 'أنا سعيد'],
    ['أنا مش مبسوط', 'أنا مبسوط'],
  ])('turns "%s" around', (negated, plain) => {
    expect(likeliest(emotionInWords(plain))).toBe('happy');
    expect(likeliest(emotionInWords(negated))).toBe('sad');
  });

  it('takes a denied fear or anger for calm', () => {
    for (const text of ["I'm not afraid", 'لا أخاف من ذلك']) expect(likeliest(emotionInWords(text))).toBe('neutral');
    expect(likeliest(emotionInWords('I am not angry'))).toBe('neutral');
  });

  it.each([
    ['I am extremely sad', 'I am sad', 'I am a bit sad'],
    ['أنا حزين جدا', 'أنا حزين', 'أنا حزين قليلا'],
  ])('hears more in "%s" than in "%s" and less in "%s"', (more, usual, less) => {
    const of = (text: string) => feelingOf(emotionInWords(text));
    expect(of(more).intensity * of(more).confidence).toBeGreaterThan(of(usual).intensity * of(usual).confidence);
    expect(of(less).intensity * of(less).confidence).toBeLessThan(of(usual).intensity * of(usual).confidence);
  });

  it('believes what comes after a "but"', () => {
    expect(likeliest(emotionInWords('The room was nice but I am really disappointed'))).toBe('sad');
    expect(likeliest(emotionInWords('I was worried, but now I am happy'))).toBe('happy');
  });

  it('is surer the more there is, never certain, and hardly sure of anything in plain words', () => {
    const one = emotionInWords('I am glad').confidence;
    const many = emotionInWords('I am glad, happy, thrilled and delighted!').confidence;
    expect(many).toBeGreaterThan(one);
    expect(many).toBeLessThan(1);
    expect(emotionInWords('The train leaves at nine').confidence).toBeLessThan(0.2);
  });
});
