import { describe, expect, it } from 'vitest';
import { BandedCholesky, SymmetricMatrix } from './banded-cholesky.ts';
import { curveAt, curveThrough, smoothLine } from './curve.ts';
import { fisherDiscriminant } from './discriminant.ts';
import { guidedFilter } from './guided-filter.ts';
import { leastCostPath } from './least-cost-path.ts';
import { quantile, randomNumbers, smoothstep } from './mathematics.ts';
import { fitMixture, unlikeliness } from './mixture.ts';
import { nelderMead } from './nelder-mead.ts';
import { blur, boxMean, createPlane, gradientMagnitude, planeOf, sample } from './plane.ts';
import { pullPush } from './pull-push.ts';
import { areaOf, closed, componentAt, dilate, distanceTo, erode, fillHoles, regionOf } from './regions.ts';
import { thinPlate } from './thin-plate.ts';
import { totalVariationCut } from './total-variation.ts';

describe('planes', () => {
  it('are sampled between pixels and go on beyond their border', () => {
    const ramp = planeOf(8, 6, (x, y) => 10 * x + y);
    expect(sample(ramp, 2.25, 3.5)).toBeCloseTo(26, 4);
    expect(sample(ramp, -4, 2)).toBeCloseTo(2, 4);
    expect(sample(ramp, 100, 100)).toBeCloseTo(75, 4);
  });

  it.each([0.8, 2, 4, 9])('are blurred by a Gaussian of the asked deviation (%d)', (sigma) => {
    const dot = createPlane(101, 101);
    dot.data[50 * 101 + 50] = 1;
    const soft = blur(dot, sigma);
    let total = 0;
    let variance = 0;
    soft.data.forEach((v, i) => {
      total += v;
      variance += v * ((i % 101) - 50) ** 2;
    });
    expect(total).toBeCloseTo(1, 2);
    expect(Math.sqrt(variance / total)).toBeGreaterThan(0.94 * sigma);
    expect(Math.sqrt(variance / total)).toBeLessThan(1.06 * sigma);
  });

  it('have box means that agree with the plain sum', () => {
    const random = randomNumbers(3);
    const plane = planeOf(13, 9, () => random());
    const mean = boxMean(plane, 2);
    let sum = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) sum += plane.data[Math.min(8, Math.max(0, 1 + dy)) * 13 + Math.min(12, Math.max(0, 12 + dx))]!;
    expect(mean.data[1 * 13 + 12]).toBeCloseTo(sum / 25, 5);
  });

  it('have gradients in units per pixel', () => {
    expect(
      sample(
        gradientMagnitude(
          planeOf(20, 20, (x, y) => 3 * x + 4 * y),
          0,
        ),
        10,
        10,
      ),
    ).toBeCloseTo(5, 4);
  });
});

describe('regions', () => {
  const random = randomNumbers(5);
  const scattered = regionOf(
    planeOf(31, 23, () => random()),
    (v) => v > 0.93,
  );

  it('know the distance to their nearest pixel', () => {
    const distance = distanceTo(scattered);
    for (const [x, y] of [
      [0, 0],
      [15, 11],
      [30, 22],
      [7, 19],
    ] as const) {
      let nearest = Number.POSITIVE_INFINITY;
      scattered.data.forEach((inside, i) => {
        if (inside) nearest = Math.min(nearest, Math.hypot((i % 31) - x, Math.floor(i / 31) - y));
      });
      expect(distance.data[y * 31 + x]).toBeCloseTo(nearest, 4);
    }
  });

  it('lose notches that are narrower than a disc, at the border of the picture none', () => {
    const notched = regionOf(
      planeOf(60, 40, (x, y) => (y > 10 && !(x > 20 && x < 26 && y < 18) ? 1 : 0)),
      (v) => v > 0,
    );
    const filled = closed(notched, 9);
    expect(filled.data[15 * 60 + 23]).toBe(1);
    expect(filled.data[5 * 60 + 23]).toBe(0);
    expect(filled.data.every((v, i) => v >= notched.data[i]!)).toBe(true);
  });

  it('fall into components, lose their holes, grow and shrink', () => {
    const ring = regionOf(
      planeOf(60, 40, (x, y) => Math.hypot(x - 20, y - 20)),
      (d) => d < 12 && d > 6,
    );
    expect(areaOf(fillHoles(ring))).toBeGreaterThan(areaOf(ring) + 100);
    const two = { ...ring, data: ring.data.slice() };
    two.data[5 * 60 + 50] = 1;
    expect(areaOf(componentAt(two, 29, 20))).toBe(areaOf(ring));
    expect(areaOf(componentAt(two, 20, 20))).toBe(0);
    const disc = fillHoles(ring);
    expect(areaOf(erode(dilate(disc, 3), 3))).toBeGreaterThan(0.97 * areaOf(disc));
    expect(areaOf(erode(disc, 3))).toBeLessThan(0.65 * areaOf(disc));
  });
});

describe('fitting', () => {
  it('follows the cheapest path', () => {
    const wave = (x: number) => 20 + 8 * Math.sin(x / 9);
    const random = randomNumbers(9);
    const cost = planeOf(90, 40, (x, y) => Math.min(3, Math.abs(y - wave(x))) + 0.8 * random());
    const path = leastCostPath(cost, 0.2);
    for (let x = 5; x < 85; x++) expect(Math.abs(path[x]! - wave(x))).toBeLessThan(2.2);
  });

  it('finds the minimum of a curved valley', () => {
    const { at, value } = nelderMead(([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2, [-1.2, 1], [0.5, 0.5], {
      iterations: 400,
      tolerance: 1e-10,
    });
    expect(value).toBeLessThan(1e-6);
    expect(at[0]).toBeCloseTo(1, 2);
  });

  it('separates two groups along the axis that tells them apart', () => {
    const random = randomNumbers(1);
    const group = (shift: number) => Array.from({ length: 200 }, () => [random() * 10, shift + random(), random() * 10]);
    const { project, separation } = fisherDiscriminant(group(2), group(0));
    expect(project([5, 2.5, 5])).toBeCloseTo(1, 0);
    expect(project([0, 0.5, 9])).toBeCloseTo(-1, 0);
    expect(separation).toBeGreaterThan(2);
  });

  it('learns colours and tells what is unlikely', () => {
    const random = randomNumbers(2);
    const samples = Float32Array.from({ length: 900 }, (_, i) => (Math.floor(i / 3) % 2 ? 200 : 40) + 6 * random());
    const mixture = fitMixture(samples, 3);
    expect(unlikeliness(mixture, 42, 42, 42)).toBeLessThan(unlikeliness(mixture, 120, 120, 120) - 20);
    expect(unlikeliness(mixture, 203, 203, 203)).toBeLessThan(unlikeliness(mixture, 40, 200, 40) - 20);
  });

  it('cuts a noisy disc out', () => {
    const random = randomNumbers(4);
    const isDisc = (x: number, y: number) => Math.hypot(x - 30, y - 30) < 15;
    const cost = planeOf(60, 60, (x, y) => (isDisc(x, y) ? -1 : 1) + 5 * (random() - 0.5));
    const cut = totalVariationCut(cost, createPlane(60, 60, 1.5), 300);
    let wrong = 0;
    cut.data.forEach((u, i) => {
      if (u > 0.5 !== isDisc(i % 60, Math.floor(i / 60))) wrong++;
    });
    expect(wrong).toBeLessThan(90);
  });

  it('draws a soft mask to the edges of its guide', () => {
    const guide = planeOf(40, 10, (x) => (x < 20 ? 0.2 : 0.8));
    const mask = planeOf(40, 10, (x) => smoothstep(12, 28, x));
    const sharp = guidedFilter(guide, mask, 6, 1e-4);
    expect(sample(sharp, 16, 5)).toBeLessThan(sample(mask, 16, 5) + 0.05);
    expect(sample(sharp, 21, 5) - sample(sharp, 19, 5)).toBeGreaterThan(2.5 * (sample(mask, 21, 5) - sample(mask, 19, 5)));
  });
});

describe('surfaces', () => {
  it('solve a banded system', () => {
    const n = 40;
    const matrix = new SymmetricMatrix(n);
    for (let i = 0; i < n; i++) {
      matrix.add(i, i, 4 + (i % 3));
      for (const d of [1, 5]) {
        if (i + d >= n) continue;
        matrix.add(i, i + d, -1);
        matrix.add(i + d, i, -1);
      }
    }
    const truth = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    const right = truth.map((_, i) => [...matrix.rows[i]!].reduce((sum, [j, v]) => sum + v * truth[j]!, 0));
    new BandedCholesky(matrix).solve(right).forEach((v, i) => {
      expect(v).toBeCloseTo(truth[i]!, 9);
    });
    const indefinite = new SymmetricMatrix(2);
    indefinite.add(0, 0, 1);
    indefinite.add(1, 1, -1);
    expect(() => new BandedCholesky(indefinite)).toThrow(RangeError);
  });

  it('bend a map through its points', () => {
    const from = [0, 1, 2, 3, 4].map((i) => ({ x: i, y: (i * i) % 3 }));
    const to = from.map(({ x, y }) => ({ x: 2 * x + 1 + 0.1 * y * y, y: y - 3 }));
    const map = thinPlate(from, to);
    from.forEach((p, i) => {
      expect(map(p).x).toBeCloseTo(to[i]!.x, 6);
      expect(map(p).y).toBeCloseTo(to[i]!.y, 6);
    });
  });

  it('fill what is missing smoothly, and keep what is known', () => {
    const ramp = planeOf(64, 64, (x) => x);
    const known = planeOf(64, 64, (x, y) => (Math.hypot(x - 32, y - 32) < 14 ? 0 : 1));
    const [filled] = pullPush([ramp], known);
    expect(filled!.data[3 * 64 + 9]).toBe(9);
    expect(Math.abs(sample(filled!, 32, 32) - 32)).toBeLessThan(5);
    expect(sample(filled!, 40, 32)).toBeGreaterThan(sample(filled!, 24, 32));
  });

  it('have lines that are read between their points', () => {
    const line = curveThrough([
      { x: 4, y: 8 },
      { x: 0, y: 0 },
    ]);
    expect([curveAt(line, -1), curveAt(line, 1), curveAt(line, 9)]).toEqual([0, 2, 8]);
    expect(smoothLine([1, 1, 1, 1], 2)[2]).toBeCloseTo(1, 9);
    expect(quantile([4, 1, 3, 2], 0.5)).toBeCloseTo(2.5, 9);
  });
});
