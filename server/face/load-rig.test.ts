import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRig, RIG_LIMITS } from './load-rig.ts';
import { P } from './parameters.ts';
import { testRig } from './test-rig.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests break the rig in every way that a file can be broken
type Anything = any;

const text = JSON.stringify(testRig());
const broken = (change: (rig: Anything) => void): unknown => {
  const rig = JSON.parse(text);
  change(rig);
  return rig;
};
const floats = (...values: number[]) => btoa(String.fromCharCode(...new Uint8Array(Float32Array.from(values).buffer)));
const words = (...values: number[]) => btoa(String.fromCharCode(...new Uint8Array(Uint16Array.from(values).buffer)));

describe('loadRig', () => {
  it('decodes every layer', () => {
    const rig = loadRig(JSON.parse(text));
    const skin = rig.layers.find((layer) => layer.id === 'skin');
    expect(skin?.vertexCount).toBe(33 * 33);
    expect(skin?.rest[4]).toBeCloseTo(8);
    expect(skin?.morphs.map((morph) => morph.parameter)).toContain(P.jawOpen);
    expect(rig.layers[rig.layers.findIndex((layer) => layer.id === 'eye-left-iris')]?.mask).toBe(
      rig.layers.findIndex((l) => l.id === 'eye-left'),
    );
  });

  it.each<[string, (rig: Anything) => void, RegExp]>([
    [
      'a wrong format',
      (r) => {
        r.format = 'other';
      },
      /format/,
    ],
    [
      'a path as atlas file',
      (r) => {
        r.atlas.file = '../secret.png';
      },
      /atlas\.file/,
    ],
    [
      'a huge atlas',
      (r) => {
        r.atlas.width = 100_000;
      },
      /atlas\.width/,
    ],
    [
      'a huge canvas',
      (r) => {
        r.canvas.height = 100_000;
      },
      /canvas\.height/,
    ],
    [
      'a missing viseme',
      (r) => {
        delete r.visemes.aa;
      },
      /visemes/,
    ],
    [
      'an unknown ARKit name',
      (r) => {
        r.visemes.aa = { jawOpenn: 1 };
      },
      /visemes\.aa/,
    ],
    [
      'a weight above 1',
      (r) => {
        r.emotions.happy = { jawOpen: 2 };
      },
      /emotions\.happy\.jawOpen/,
    ],
    [
      'an unknown morph',
      (r) => {
        r.layers[1].morphs.wink = { vertices: '', deltas: '' };
      },
      /layers\.1\.morphs/,
    ],
    [
      'a mask that comes later',
      (r) => {
        r.layers[0].mask = 'hair';
      },
      /layers\.0\.mask "hair" is not an earlier layer/,
    ],
    [
      'a mask of itself',
      (r) => {
        r.layers[0].mask = 'background';
      },
      /layers\.0\.mask/,
    ],
    [
      'two layers of one name',
      (r) => {
        r.layers[2].id = r.layers[1].id;
      },
      /layers\.2\.id/,
    ],
    [
      'no layers',
      (r) => {
        r.layers = [];
      },
      /layers/,
    ],
    [
      'text that is no base64',
      (r) => {
        r.layers[0].mesh.indices = '§§';
      },
      /layers\.0\.mesh\.indices is not base64/,
    ],
    [
      'half a number',
      (r) => {
        r.layers[0].mesh.depth = btoa('abc');
      },
      /layers\.0\.mesh\.depth holds 3 bytes/,
    ],
    [
      'an index out of bounds',
      (r) => {
        r.layers[0].mesh.indices = words(0, 1, 9);
      },
      /layers\.0\.mesh\.indices refers to vertex 9/,
    ],
    [
      'NaN as a depth',
      (r) => {
        r.layers[0].mesh.depth = floats(...Array.from({ length: 9 }, () => Number.NaN));
      },
      /layers\.0\.mesh\.depth holds NaN/,
    ],
    [
      'too few depths',
      (r) => {
        r.layers[0].mesh.depth = floats(1);
      },
      /layers\.0\.mesh\.depth holds 1 values for 9/,
    ],
    [
      'a follow above 1',
      (r) => {
        r.layers[0].mesh.follow = floats(2, 0, 0, 0, 0, 0, 0, 0, 0);
      },
      /layers\.0\.mesh\.follow holds 2/,
    ],
    [
      'a vertex at infinity',
      (r) => {
        r.layers[0].mesh.vertices = floats(...Array.from({ length: 36 }, () => Number.POSITIVE_INFINITY));
      },
      /vertices vertex 0/,
    ],
    [
      'texture outside the atlas',
      (r) => {
        r.layers[0].mesh.vertices = floats(...Array.from({ length: 36 }, (_, i) => (i % 4 < 2 ? 0 : 600)));
      },
      /outside the atlas/,
    ],
    [
      'a morph of no vertex',
      (r) => {
        r.layers[1].morphs.breath = { vertices: words(5000), deltas: floats(0, 1, 0) };
      },
      /morphs\.breath\.vertices/,
    ],
    [
      'a morph without deltas',
      (r) => {
        r.layers[1].morphs.breath = { vertices: words(1, 2), deltas: floats(0, 1, 0) };
      },
      /morphs\.breath\.deltas/,
    ],
    [
      'an endless morph',
      (r) => {
        r.layers[1].morphs.breath = { vertices: words(1), deltas: floats(0, 1e9, 0) };
      },
      /morphs\.breath\.deltas/,
    ],
  ])('refuses %s and names the field', (_, change, message) => {
    const thrown = (() => {
      try {
        return loadRig(broken(change));
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ code: 'avatar_invalid', status: 422, message: expect.stringMatching(message) });
  });

  it('limits vertices, triangles and morphs', () => {
    const json = JSON.parse(text);
    expect(() => loadRig(json, { ...RIG_LIMITS, maxVertices: 100 })).toThrow(/vertices/);
    expect(() => loadRig(json, { ...RIG_LIMITS, maxTriangles: 100 })).toThrow(/triangles/);
    expect(() => loadRig(json, { ...RIG_LIMITS, maxMorphVertices: 10 })).toThrow(/morphs/);
  });

  it('answers whatever JSON it is given with a rig or its own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(12), (value, at) => {
        const rig = JSON.parse(text);
        const keys = Object.keys(rig);
        const key = keys[at % keys.length] as string;
        const before = JSON.stringify(rig[key]);
        rig[key] = value;
        try {
          loadRig(rig);
        } catch (error) {
          expect(error).toMatchObject({ code: 'avatar_invalid' });
          expect(JSON.stringify(value)).not.toBe(before);
        }
      }),
      { numRuns: 40 },
    );
  });
});
