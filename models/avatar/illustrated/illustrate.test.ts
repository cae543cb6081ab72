import { describe, expect, it } from 'vitest';
import { cast } from '../../../server/casting/cast.ts';
import { understand } from '../../../server/casting/parse.ts';
import { FaceEvaluator } from '../../../server/face/evaluator.ts';
import { loadRig } from '../../../server/face/load-rig.ts';
import { P, PARAMETER_COUNT, VISEMES } from '../../../server/face/parameters.ts';
import { designOf } from './design.ts';
import { illustrate } from './illustrate.ts';
import { lipAt, Lids } from './motion.ts';
import { VISEME_POSES } from '../bake/expressions.ts';

const PEOPLE = [
  'a confident CEO in her fifties, short grey hair, glasses, navy blazer',
  'an old Arab man with a full beard, turban, shirt',
  'a Japanese woman with long black hair and a hoodie',
  'a young African woman, afro, turtleneck, earrings',
] as const;
const briefs = PEOPLE.map((text, i) => cast(understand(text).wish, i + 1));

describe('an illustration', () => {
  it('is the same to the byte for the same brief', async () => {
    const [first, second] = await Promise.all([illustrate(briefs[0]!, 'one'), illustrate(briefs[0]!, 'one')]);
    expect(JSON.stringify(first.rig)).toBe(JSON.stringify(second.rig));
    expect(Buffer.compare(first.atlas.data, second.atlas.data)).toBe(0);
  });

  it.each(briefs)('of $title is a valid rig within its budget', async (brief) => {
    const { rig, atlas } = await illustrate(brief, 'someone');
    const loaded = loadRig(JSON.parse(JSON.stringify(rig)));
    expect(loaded.triangleCount).toBeLessThan(4000);
    expect(atlas.data.length).toBe(rig.atlas.width * rig.atlas.height * 4);
  });

  it('shows the tip of the tongue before the teeth for th and l only', async () => {
    const rig = loadRig(JSON.parse(JSON.stringify((await illustrate(briefs[3]!, 'someone')).rig)));
    const evaluator = new FaceEvaluator(rig);
    const tip = rig.layers.findIndex(({ id }) => id === 'tongueTip');
    expect(tip).toBeGreaterThan(rig.layers.findIndex(({ id }) => id === 'teeth'));
    const seen = (weights: Partial<Record<keyof typeof P, number>>): number => {
      const parameters = new Float32Array(PARAMETER_COUNT);
      for (const [name, weight] of Object.entries(weights)) parameters[P[name as keyof typeof P]] = weight;
      return evaluator.evaluate(parameters).layers.find(({ layer }) => layer.id === 'tongueTip')?.opacity ?? 0;
    };
    expect(seen({ viseme_TH: 1 })).toBe(1);
    expect(seen({ viseme_nn: 1, tongueOut: 0.35 })).toBeGreaterThan(0.5);
    for (const weights of [{}, { viseme_nn: 1 }, { viseme_aa: 1 }]) expect(seen(weights)).toBe(0);
  });

  it('turns no skin inside out, whatever the mouth says', async () => {
    const rig = loadRig(JSON.parse(JSON.stringify((await illustrate(briefs[2]!, 'someone')).rig)));
    const evaluator = new FaceEvaluator(rig);
    for (const viseme of VISEMES) {
      const parameters = new Float32Array(PARAMETER_COUNT);
      parameters[P[`viseme_${viseme}`]] = 1;
      for (const { layer, vertices } of evaluator.evaluate(parameters).layers) {
        if (!/^(head|cover|brow|nose)/.test(layer.id)) continue;
        expect(turned(layer.indices, layer.rest, vertices), `${viseme} ${layer.id}`).toBe(0);
      }
    }
  });
});

/** Triangles whose corners run the other way round than at rest. */
function turned(indices: Uint16Array, rest: Float32Array, now: Float32Array): number {
  const area = (v: Float32Array, t: number): number => {
    const [a, b, c] = [indices[t]! * 4, indices[t + 1]! * 4, indices[t + 2]! * 4];
    return (v[b]! - v[a]!) * (v[c + 1]! - v[a + 1]!) - (v[b + 1]! - v[a + 1]!) * (v[c]! - v[a]!);
  };
  let count = 0;
  for (let t = 0; t < indices.length; t += 3) if (area(rest, t) > 1 && area(now, t) < -1) count++;
  return count;
}

describe.each(briefs)('face of $title', (brief) => {
  const { m } = designOf(brief);
  const gap = (pose: Parameters<typeof lipAt>[1], s: number): number =>
    lipAt(m, pose, 'lowerInner', s)[1] - lipAt(m, pose, 'upperInner', s)[1];

  it('keeps its lips together at rest and for P, B, M, and opens them for vowels', () => {
    for (const s of [-0.8, -0.4, 0, 0.4, 0.8]) {
      expect(Math.abs(gap({}, s))).toBeLessThan(0.01);
      expect(gap(VISEME_POSES.PP, s)).toBeLessThan(1.5);
      expect(gap(VISEME_POSES.aa, s)).toBeGreaterThan(10);
    }
  });

  it('closes its lids without a gap', () => {
    const lids = new Lids(m);
    for (let u = -0.95; u <= 0.95; u += 0.1) {
      expect(lids.lower(u, {}, 'Left')).toBeGreaterThan(lids.upper(u, {}, 'Left'));
      expect(lids.lower(u, { eyeBlinkLeft: 1 }, 'Left')).toBeCloseTo(lids.upper(u, { eyeBlinkLeft: 1 }, 'Left'), 6);
    }
  });
});
