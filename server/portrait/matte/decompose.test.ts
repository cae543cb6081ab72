import { describe, expect, it } from 'vitest';
import { type Colours, planeOf } from '../numeric/plane.ts';
import { decompose } from './decompose.ts';

const [WIDTH, HEIGHT] = [160, 60];
/** Skin on the right before a grey wall; a black line of the wall and a hair of the person's colour lie in between. */
const SKIN = [200, 140, 110];
const [LINE_X, HAIR_X, EDGE_X] = [70, 82, 90];
const colours = SKIN.map((skin) =>
  planeOf(WIDTH, HEIGHT, (x) => (x >= EDGE_X || x === HAIR_X ? skin : x === LINE_X ? 4 : 90)),
) as unknown as Colours;
/** As a guided filter leaves it: a doubtful border. */
const matte = planeOf(WIDTH, HEIGHT, (x) => (x >= EDGE_X ? 1 : x > 60 ? 0.05 : 0));
const outside = planeOf(WIDTH, HEIGHT, (x) => Math.max(0, EDGE_X - x));
const parts = decompose({ colours, width: WIDTH, height: HEIGHT, unit: 128 }, matte, outside);
const alphaAt = (x: number) => parts.alpha.data[30 * WIDTH + x]!;

describe('a matte taken apart into person and background', () => {
  it('is the picture again where it is put together', () => {
    const errors = colours.flatMap((plane, c) =>
      Array.from(plane.data, (seen, i) => {
        const alpha = parts.alpha.data[i]!;
        return Math.abs(alpha * parts.foreground[c]!.data[i]! + (1 - alpha) * parts.background[c]!.data[i]! - seen);
      }),
    );
    // Up to the share of a colour that is not worth an alpha.
    expect(Math.max(...errors)).toBeLessThan(0.012 * 255);
  });

  it('gives a hair that was missed to the person, and what has no colour of the person to the background', () => {
    expect(alphaAt(HAIR_X)).toBeGreaterThan(0.6);
    expect(alphaAt(LINE_X)).toBeLessThan(0.2);
    expect(parts.background[0].data[30 * WIDTH + LINE_X]).toBeLessThan(20);
  });
});
