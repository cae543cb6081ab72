import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplyPart } from './contract.ts';
import { InlineMarks } from './inline-marks.ts';

function read(...chunks: string[]): ReplyPart[] {
  const marks = new InlineMarks();
  const parts = [...chunks.flatMap((chunk) => [...marks.push(chunk)]), ...marks.end()];
  // Neighbouring text is one text, however it was cut.
  return parts.reduce<ReplyPart[]>((joined, part) => {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text') joined[joined.length - 1] = { type: 'text', text: last.text + part.text };
    else joined.push(part);
    return joined;
  }, []);
}

describe('marks in a model’s text', () => {
  it('become emotions and gestures', () => {
    expect(read('[happy] Hello! [nod]Yes, [sad:0.3] well.')).toEqual([
      { type: 'emotion', emotion: 'happy', intensity: 0.7 },
      { type: 'text', text: 'Hello! ' },
      { type: 'gesture', gesture: 'nod' },
      { type: 'text', text: 'Yes, ' },
      { type: 'emotion', emotion: 'sad', intensity: 0.3 },
      { type: 'text', text: 'well.' },
    ]);
  });

  it('leave other brackets alone', () => {
    expect(read('a[0] < b [unknown] [', 'x')).toEqual([{ type: 'text', text: 'a[0] < b [unknown] [x' }]);
  });

  it('drop the thoughts of a reasoning model and control characters', () => {
    expect(read('<think>hmm [happy] <b>', '</think>\n\nSure\u0007!')).toEqual([{ type: 'text', text: 'Sure!' }]);
  });

  it('are read out of an object that steers the face: valid, clamped, never spoken', () => {
    expect(read('{"emotion":"happy","intensity":2,"blink_rate":-1,"head_tilt":"0.3","eyebrow_raise":null,"colour":"red"} Hello!')).toEqual([
      { type: 'emotion', emotion: 'happy', intensity: 1 },
      { type: 'controls', controls: { blink_rate: 0, head_tilt: 0.3 } },
      { type: 'text', text: 'Hello!' },
    ]);
    expect(read('```json\n{"face": {"mouth_openness": 0.8}}\n```\nWell.')).toEqual([
      { type: 'controls', controls: { mouth_openness: 0.8 } },
      { type: 'text', text: 'Well.' },
    ]);
  });

  it('disappear with the object when it is broken or never ends, and leave other braces alone', () => {
    expect(read('{"blink_rate": oops} Hello.')).toEqual([{ type: 'text', text: 'Hello.' }]);
    expect(read('Hello. {"head_tilt": 0.5, "mouth')).toEqual([{ type: 'text', text: 'Hello. ' }]);
    expect(read(`{"head_tilt": ${'1'.repeat(700)}`).filter(({ type }) => type !== 'text')).toEqual([]);
    expect(read('a {b} {"c": 1} {')).toEqual([{ type: 'text', text: 'a {b} {"c": 1} {' }]);
  });

  it('do not depend on how the stream is cut', () => {
    const text = fc
      .array(
        fc.constantFrom(
          ...['[happy]', '[nod] ', '<think>', '</think>', 'word ', '[', ']', '<', 'a:0.5', '[sad:0.5]', '```', '`', '{', '}', '{"a"'],
          '{"head_tilt":0.2} ',
        ),
        { maxLength: 12 },
      )
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 8 }), (whole, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut <= whole.length).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, i) => whole.slice(places[i], end));
        expect(read(...chunks)).toEqual(read(whole));
      }),
    );
  });
});
