import type { Colours, Plane } from '../numeric/plane.ts';
import { closed, dilate, type Region, regionOf } from '../numeric/regions.ts';

/** What was cut out beside the head on one side only: hair and scarfs are about as wide on both. Lengths in pixels of the grid. */
export function lopsidedPart(person: Plane, near: Plane, centre: number, chin: number, tolerance: number): Region {
  const { width } = person;
  const wide = dilate(
    regionOf(person, (u) => u > 0.5),
    tolerance,
  );
  return regionOf(person, (u, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const other = Math.round(2 * centre - 1 - x);
    return u > 0.4 && y < chin && near.data[i]! > 1.1 && other >= 0 && other < width && !wide.data[y * width + other];
  });
}

/** Where the outline says person already, a colour may be so many times as far from the person's as from the background's. */
const IN_A_NOTCH = 2;

/**
 * The upper outline of a head, its hair and hat is round. Where the cut left a notch in it, because something there has a
 * colour of the background too, what lies around the notch decides: pixels about as much like the person beside
 * them as like the background beyond belong to the person. Lengths in pixels of the grid.
 */
export function withNotches(colours: Colours, person: Region, unit: number, bottom: number): Region {
  const { width, height } = person;
  const [red, green, blue] = colours.map(({ data }) => data) as [Float32Array, Float32Array, Float32Array];
  const round = closed(person, 1.5 * unit);
  // What pokes out of the notch says nothing about the background, and may belong to what fills it.
  const beside = dilate(round, 0.15 * unit);
  const reach = Math.ceil(0.7 * unit);
  const isPersons = (i: number): boolean => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let own = Number.POSITIVE_INFINITY;
    let other = Number.POSITIVE_INFINITY;
    for (let py = Math.max(0, y - reach); py <= Math.min(height - 1, y + reach); py++) {
      for (let px = Math.max(0, x - reach); px <= Math.min(width - 1, x + reach); px++) {
        const j = py * width + px;
        if (!person.data[j] && beside.data[j]) continue;
        const difference = (red[i]! - red[j]!) ** 2 + (green[i]! - green[j]!) ** 2 + (blue[i]! - blue[j]!) ** 2;
        if (person.data[j]) own = Math.min(own, difference);
        else other = Math.min(other, difference);
      }
    }
    return own < IN_A_NOTCH ** 2 * other;
  };
  const data = person.data.slice();
  const end = Math.min(height, Math.floor(bottom)) * width;
  const added: number[] = [];
  const add = (i: number) => {
    data[i] = 1;
    added.push(i);
  };
  for (let i = 0; i < end; i++) if (round.data[i] && !person.data[i] && isPersons(i)) add(i);
  for (let i = added.pop(); i !== undefined; i = added.pop())
    for (const j of [i - 1, i + 1, i - width, i + width]) if (j >= 0 && j < end && beside.data[j] && !data[j] && isPersons(j)) add(j);
  return { width, height, data };
}
