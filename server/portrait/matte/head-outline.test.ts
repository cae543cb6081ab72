import { describe, expect, it } from 'vitest';
import { type Colours, createPlane, planeOf } from '../numeric/plane.ts';
import { areaOf, type Region, regionOf } from '../numeric/regions.ts';
import { lopsidedPart, withNotches } from './head-outline.ts';

const SIDE = 80;
const at = (x: number, y: number) => y * SIDE + x;
const round = (x: number, y: number) => Math.hypot(x - 40, y - 40) < 28;
/** Cut out of the upper left of the round head. */
const inNotch = (x: number, y: number) => round(x, y) && x < 32 && y > 18 && y < 26;

describe('a notch in the outline of a head', () => {
  const cut: Region = regionOf(
    planeOf(SIDE, SIDE, (x, y) => (round(x, y) && !inNotch(x, y) ? 1 : 0)),
    (v) => v > 0,
  );
  /** A pale head with a black cord across, before a green wall. */
  const seen = (notch: number): Colours => {
    const light = (x: number, y: number, wall: number) => (inNotch(x, y) ? notch : round(x, y) ? (y > 18 && y < 26 ? 10 : 230) : wall);
    return [
      planeOf(SIDE, SIDE, (x, y) => light(x, y, 60)),
      planeOf(SIDE, SIDE, (x, y) => light(x, y, 140)),
      planeOf(SIDE, SIDE, (x, y) => light(x, y, 60)),
    ];
  };

  it('belongs to the head when it looks like the head beside it', () => {
    const filled = withNotches(seen(12), cut, 28, 60);
    const notch = regionOf(
      planeOf(SIDE, SIDE, (x, y) => (inNotch(x, y) ? 1 : 0)),
      (v) => v > 0,
    );
    expect(areaOf(filled) - areaOf(cut)).toBe(areaOf(notch));
    expect(filled.data.every((v, i) => v <= Math.max(cut.data[i]!, notch.data[i]!))).toBe(true);
    expect(filled.data[at(6, 8)]).toBe(0);
  });

  it('is background when it looks like what is behind, and below the given height', () => {
    const green = seen(0).map((plane, c) => ({
      ...plane,
      data: plane.data.map((v, i) => (inNotch(i % SIDE, Math.floor(i / SIDE)) ? [60, 140, 60][c]! : v)),
    }));
    expect(areaOf(withNotches(green as unknown as Colours, cut, 28, 60))).toBe(areaOf(cut));
    expect(areaOf(withNotches(seen(12), cut, 28, 18))).toBe(areaOf(cut));
  });
});

it('what is cut out beside the head on one side only is lopsided, above the chin', () => {
  const person = createPlane(SIDE, SIDE);
  const near = createPlane(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      near.data[at(x, y)] = Math.hypot(x - 40, y - 40) / 24;
      person.data[at(x, y)] = round(x, y) || (x < 14 && y > 30 && y < 70) ? 1 : 0;
    }
  }
  const found = lopsidedPart(person, near, 40, 50, 3);
  expect(found.data[at(5, 40)]).toBe(1);
  expect(found.data[at(5, 60)]).toBe(0);
  expect(found.data[at(40, 40)]).toBe(0);
  // As wide on the other side, within the tolerance.
  expect(found.data[at(12, 40)]).toBe(0);
});
