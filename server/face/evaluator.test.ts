import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DrawList, FaceEvaluator } from './evaluator.ts';
import { loadRig } from './load-rig.ts';
import { type FaceParameters, P, PARAMETER_COUNT, type ParameterName } from './parameters.ts';
import { testRig } from './test-rig.ts';

const rig = loadRig(JSON.parse(JSON.stringify(testRig())));
const parameters = (values: Partial<Record<ParameterName, number>> = {}): FaceParameters => {
  const out = new Float32Array(PARAMETER_COUNT);
  for (const [name, value] of Object.entries(values)) out[P[name as ParameterName]] = value;
  return out;
};
const layer = (list: DrawList, id: string) => {
  const found = list.layers.find((l) => l.layer.id === id);
  if (!found) throw new Error(id);
  return found;
};
/** The vertex of a layer that rests nearest to a point. */
const vertexAt = (list: DrawList, id: string, x: number, y: number) => {
  const {
    layer: { rest },
    vertices,
  } = layer(list, id);
  let best = 0;
  for (let k = 0; k < rest.length; k += 4) {
    if (Math.hypot(rest[k]! - x, rest[k + 1]! - y) < Math.hypot(rest[best]! - x, rest[best + 1]! - y)) best = k;
  }
  return { x: vertices[best]!, y: vertices[best + 1]!, restX: rest[best]!, restY: rest[best + 1]! };
};
const isClean = (list: DrawList) => list.dirty.minX.every((left, i) => left > (list.dirty.maxX[i] as number));

describe('FaceEvaluator', () => {
  let evaluator: FaceEvaluator;
  beforeEach(() => {
    evaluator = new FaceEvaluator(rig);
  });

  it('leaves the face at rest where the rig has it', () => {
    const list = evaluator.evaluate(parameters());
    for (const drawn of list.layers) {
      for (let k = 0; k < drawn.vertices.length; k++)
        expect(Math.abs(drawn.vertices[k]! - drawn.layer.rest[k]!)).toBeLessThanOrEqual(1 / 32);
    }
  });

  it('takes visemes through the ARKit weights that the rig gives them', () => {
    const byJaw = vertexAt(new FaceEvaluator(rig).evaluate(parameters({ jawOpen: 0.4 })), 'skin', 128, 200);
    const byViseme = vertexAt(evaluator.evaluate(parameters({ viseme_aa: 0.5 })), 'skin', 128, 200);
    expect(byViseme.y).toBeGreaterThan(byViseme.restY + 3);
    expect(byViseme.y).toBeCloseTo(byJaw.y, 1);
  });

  it('clamps the sum of visemes and weights to 1, and takes NaN as 0', () => {
    const full = vertexAt(new FaceEvaluator(rig).evaluate(parameters({ jawOpen: 1 })), 'skin', 128, 200);
    expect(vertexAt(evaluator.evaluate(parameters({ jawOpen: 1, viseme_aa: 1 })), 'skin', 128, 200)).toEqual(full);
    const rest = vertexAt(evaluator.evaluate(parameters({ jawOpen: Number.NaN })), 'skin', 128, 200);
    expect(rest.y).toBe(rest.restY);
  });

  it.each<[ParameterName, 'x' | 'y', number]>([
    ['headYaw', 'x', 1],
    ['headPitch', 'y', -1],
    ['headX', 'x', 1],
    ['headY', 'y', 1],
  ])('moves what is near the camera the right way with %s', (name, axis, sign) => {
    const nose = vertexAt(evaluator.evaluate(parameters({ [name]: 1 })), 'skin', 128, 136);
    expect(sign * (nose[axis] - (axis === 'x' ? nose.restX : nose.restY))).toBeGreaterThan(3);
  });

  it('tilts the crown to the right of the picture with headRoll, and zooms with headZ', () => {
    const crown = vertexAt(evaluator.evaluate(parameters({ headRoll: 1 })), 'hair', 128, 20);
    expect(crown.x - crown.restX).toBeGreaterThan(10);
    const side = vertexAt(evaluator.evaluate(parameters({ headZ: 1 })), 'hair', 20, 128);
    expect(side.x).toBeLessThan(side.restX);
  });

  it('lets a vertex follow the head by its share only', () => {
    const list = evaluator.evaluate(parameters({ headYaw: 1, headRoll: 1 }));
    const still = vertexAt(list, 'background', 128, 128);
    expect(still.x).toBe(still.restX);
    expect(layer(list, 'background').changed).toBe(true);
    expect(layer(evaluator.evaluate(parameters({ headYaw: 0.5 })), 'background').changed).toBe(false);
  });

  it.each([
    [0.04, 0],
    [0.1, 0.075],
    [0.15, 0.15],
    [0.2, 0.2],
  ])('draws a layer of opacity %f with %f: what is too faint to be seen is left out', (wanted, drawn) => {
    expect(layer(evaluator.evaluate(parameters({ cheekSquintLeft: wanted })), 'blush').opacity).toBeCloseTo(drawn);
  });

  it('computes opacity from its gains', () => {
    expect(layer(evaluator.evaluate(parameters()), 'blush').opacity).toBe(0);
    expect(layer(evaluator.evaluate(parameters({ cheekSquintLeft: 0.5 })), 'blush').opacity).toBeCloseTo(0.5);
    expect(layer(evaluator.evaluate(parameters({ viseme_aa: 1 })), 'blush').opacity).toBe(0);
  });

  it('says that nothing changed when nothing did, or nothing that can be seen', () => {
    expect(evaluator.evaluate(parameters({ viseme_O: 0.3 })).changed).toBe(true);
    const again = evaluator.evaluate(parameters({ viseme_O: 0.3 }));
    expect(again.changed).toBe(false);
    expect(isClean(again)).toBe(true);
    expect(evaluator.evaluate(parameters({ viseme_O: 0.3, headYaw: 1e-5 })).changed).toBe(false);
    // The rig does not use this one.
    expect(evaluator.evaluate(parameters({ viseme_O: 0.3, tongueOut: 1 })).changed).toBe(false);
  });

  it('holds back movements below its stillness until they add up, but reaches rest exactly', () => {
    const calm = new FaceEvaluator(rig, { stillnessPx: 0.5 });
    calm.evaluate(parameters({ headX: 0.1, jawOpen: 0.5 }));
    expect(calm.evaluate(parameters({ headX: 0.13, jawOpen: 0.51 })).changed).toBe(false);
    expect(calm.evaluate(parameters({ headX: 0.2, jawOpen: 0.51 })).changed).toBe(true);
    const exact = new FaceEvaluator(rig).evaluate(parameters({ headX: 0.2, jawOpen: 0.5 }));
    expect(layer(calm.list, 'skin').vertices).toEqual(layer(exact, 'skin').vertices);
    calm.evaluate(parameters({ headX: 0.2, jawOpen: 0.01 }));
    expect(calm.evaluate(parameters({ headX: 0.2 })).changed).toBe(true);
    expect(layer(calm.list, 'skin').vertices).toEqual(layer(new FaceEvaluator(rig).evaluate(parameters({ headX: 0.2 })), 'skin').vertices);
  });

  it('reports only the region that a blink touches', () => {
    evaluator.evaluate(parameters());
    const { dirty } = evaluator.evaluate(parameters({ eyeBlinkLeft: 1 }));
    dirty.minX.forEach((left, band) => {
      const y = band * dirty.bandHeightPx;
      if (y < 60 || y > 160) expect(left).toBeGreaterThan(dirty.maxX[band] as number);
      else if (left <= (dirty.maxX[band] as number)) expect(left).toBeGreaterThan(110);
    });
    expect(isClean(evaluator.list)).toBe(false);
  });

  it('gives the same frame whatever came before', () => {
    const weights = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: PARAMETER_COUNT, maxLength: PARAMETER_COUNT });
    fc.assert(
      fc.property(fc.array(weights, { minLength: 1, maxLength: 4 }), (history) => {
        const used = new FaceEvaluator(rig);
        for (const values of history) used.evaluate(Float32Array.from(values));
        const fresh = new FaceEvaluator(rig).evaluate(Float32Array.from(history.at(-1) as number[]));
        used.list.layers.forEach((drawn, i) => {
          const other = fresh.layers[i]!;
          expect(Math.abs(drawn.opacity - other.opacity)).toBeLessThan(1 / 256);
          if (drawn.opacity > 0) expect(drawn.vertices).toEqual(other.vertices);
        });
      }),
      { numRuns: 40 },
    );
  });
});
