import { blend } from './colour.ts';
import { AXIS_X as X, type Design } from './design.ts';
import type { HairArt } from './hair-paint.ts';
import { brush, fill, type Point, spline, tapered } from './vector.ts';

/** Coils: a cloud of overlapping tufts with arcs that catch the light. `volume` 0 close to the head .. 1 a round afro. */
export function curls(d: Design, next: () => number, volume: number): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const c = d.c;
  const reach = 16 + 74 * volume;
  const centreY = 318;
  /** Outline of tufts over the head; `below` (half turns) is how far it comes down on either side. */
  const cloud = (grow: number, steps: number, below: number): Point[] => {
    const points: Point[] = [];
    for (let i = 0; i <= steps; i++) {
      const a = Math.PI * (1 - below) + (Math.PI * (1 + 2 * below) * i) / steps;
      const bump = (i % 2 ? 1 : -1) * (3 + 2 * volume) + (next() - 0.5) * 5;
      points.push([X + Math.cos(a) * (T + reach + grow + bump), centreY + Math.sin(a) * (centreY - topY + reach * 0.86 + grow + bump)]);
    }
    return points;
  };
  const tuft = (x: number, y: number, r: number, light: number): string => {
    const turn = next() * 6.28;
    let out = '';
    for (let k = 0; k < 2; k++) {
      const start = turn + k * 2.4;
      const rr = r * (0.55 + 0.45 * next());
      const arc = Array.from({ length: 6 }, (_, i): Point => {
        const a = start + i * 0.62;
        const s = rr * (1 - i * 0.09);
        return [x + Math.cos(a) * s, y + Math.sin(a) * s];
      });
      const colour = next() < light ? (next() < 0.45 ? c.hairGloss : c.hairLight) : next() < 0.6 ? c.hairDeep : c.hairDark;
      out += fill(brush(arc, tapered(r * 0.42, 0.6)), colour, 0.5 + 0.4 * next());
    }
    return out;
  };
  const body = (inside: readonly Point[], grow: number, count: number, depth: number, below: number): string => {
    const outer = cloud(grow, Math.round(44 * (1 + below)), below);
    const id = `curls${depth}`.replace('.', '');
    const path = spline([...outer, ...inside], true);
    let tufts = '';
    for (let i = 0; i < count; i++) {
      const a = Math.PI * (0.85 + 1.3 * next());
      const r = Math.sqrt(0.12 + 0.88 * next());
      const x = X + Math.cos(a) * (T + reach + grow) * r;
      const y = centreY + Math.sin(a) * (centreY - topY + reach * 0.86 + grow) * r + (volume > 0.6 && next() < 0.3 ? 150 * next() : 0);
      const lit = Math.max(0, 0.75 - Math.hypot((x - X + 80) / 260, (y - topY + 10) / 230)) * (1 - depth);
      tufts += tuft(x, y, 7 + 6 * next() + 3 * volume, lit);
    }
    let rim = '';
    for (const [x, y] of outer) {
      const r = 7 + 5 * next() + 3 * volume;
      rim += `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" fill="${blend(c.hair, c.hairDeep, depth)}"/>`;
    }
    return `<defs><clipPath id="${id}"><path d="${path}"/></clipPath></defs>${rim}<path d="${path}" fill="${blend(c.hairDark, c.hairDeep, 0.4 + 0.6 * depth)}"/><g clip-path="url(#${id})">${tufts}</g>`;
  };
  // From the right temple along the hairline to the left one.
  const right: Point[] = [
    [X + T + 6, 470],
    [X + T - 10, 442],
    [X + T - 14, 392],
    [X + T - 34, 348],
    [X + T - 46, 300],
    [X + 84, H + 6],
  ];
  const hairline: Point[] = [...right, [X, H + 2], ...[...right].reverse().map(([x, y]): Point => [2 * X - x, y])];
  const front = body(hairline, 0, volume > 0.6 ? 460 : 340, 0, volume > 0.6 ? 0.2 : -0.02);
  if (volume < 0.6) return { back: '', front };
  const ring: Point[] = [
    [X + 70, 572],
    [X, 580],
    [X - 70, 572],
  ];
  return { back: body(ring, -4, 260, 0.8, 0.36), front };
}
