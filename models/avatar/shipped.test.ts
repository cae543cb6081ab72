import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../server/core/speech.ts';
import { FaceEvaluator } from '../../server/face/evaluator.ts';
import { loadRig } from '../../server/face/load-rig.ts';
import { P, PARAMETER_COUNT, VISEMES } from '../../server/face/parameters.ts';
import { loadParameters } from './make.ts';

const AVATARS = fileURLToPath(new URL('../../avatars/', import.meta.url));
const names = readdirSync(new URL('people/', import.meta.url)).map((file) => file.replace('.json', ''));

/** What a call can afford to draw 25 times a second on a share of a core. */
const MAX_TRIANGLES = 5000;
const MAX_BYTES = 4 * 2 ** 20;

describe('the shipped avatars', () => {
  it('are six or more: sculpted people, an illustrated one and a robot', () => {
    const styles = names.map((name) => loadParameters(name).style);
    expect(styles.filter((style) => style === 'sculpted').length).toBeGreaterThanOrEqual(4);
    expect(styles).toContain('illustrated');
    expect(styles).toContain('robot');
  });
});

describe.each(names)('%s', (name) => {
  const read = (file: string): Buffer => readFileSync(`${AVATARS}${name}/${file}`);
  const rig = loadRig(JSON.parse(read('avatar.json').toString()));

  it('is complete and keeps its budgets', async () => {
    expect(rig.name).toBe(name);
    expect(rig.triangleCount).toBeLessThanOrEqual(MAX_TRIANGLES);
    const atlas = await sharp(read(rig.atlas.file)).metadata();
    expect([atlas.width, atlas.height]).toEqual([rig.atlas.width, rig.atlas.height]);
    expect(read('avatar.json').length + read(rig.atlas.file).length).toBeLessThan(MAX_BYTES);
    for (const still of ['poster.jpg', 'preview.png']) expect(existsSync(`${AVATARS}${name}/${still}`)).toBe(true);
  });

  it('turns no skin inside out in any viseme or emotion', () => {
    const evaluator = new FaceEvaluator(rig);
    // What lies in the opening of the lids is clear.
    const eyes = rig.layers.filter(({ id }) => id.startsWith('eyeWhite')).map(({ rest }) => boxOf(rest));
    const poses: [string, Float32Array][] = VISEMES.map((viseme) => {
      const parameters = new Float32Array(PARAMETER_COUNT);
      parameters[P[`viseme_${viseme}`]] = 1;
      return [viseme, parameters];
    });
    for (const emotion of EMOTIONS) {
      const parameters = new Float32Array(PARAMETER_COUNT);
      for (const [key, weight] of Object.entries(rig.emotions[emotion])) parameters[P[key as keyof typeof P]] = weight;
      poses.push([emotion, parameters]);
    }
    for (const [pose, parameters] of poses) {
      for (const { layer, vertices } of evaluator.evaluate(parameters).layers) {
        if (!['skin', 'head', 'shell'].includes(layer.id)) continue;
        expect(turned(layer.indices, layer.rest, vertices, eyes), `${pose} ${layer.id}`).toBeLessThanOrEqual(2);
      }
    }
  });
});

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function boxOf(rest: Float32Array): Box {
  const xs = [...rest].filter((_, i) => i % 4 === 0);
  const ys = [...rest].filter((_, i) => i % 4 === 1);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Triangles of more than 2 px² outside the boxes that run the other way round than at rest. */
function turned(indices: Uint16Array, rest: Float32Array, now: Float32Array, boxes: readonly Box[]): number {
  const area = (v: Float32Array, t: number): number => {
    const [a, b, c] = [indices[t]! * 4, indices[t + 1]! * 4, indices[t + 2]! * 4];
    return ((v[b]! - v[a]!) * (v[c + 1]! - v[a + 1]!) - (v[b + 1]! - v[a + 1]!) * (v[c]! - v[a]!)) / 2;
  };
  let count = 0;
  for (let t = 0; t < indices.length; t += 3) {
    const [x, y] = [rest[indices[t]! * 4]!, rest[indices[t]! * 4 + 1]!];
    if (boxes.some(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom)) continue;
    if (area(rest, t) > 2 && area(now, t) < -2) count++;
  }
  return count;
}
