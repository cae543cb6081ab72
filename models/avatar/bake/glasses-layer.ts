import { PX_PER_CM, projectX, projectY, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import { lensOf } from '../geometry/glasses.ts';
import { mix, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { createPicture, type Picture } from '../render/develop.ts';
import type { Region, Shot } from '../render/job.ts';
import type { Exposure } from './film-cache.ts';
import { gridMesh, type LayerDraft } from './layer.ts';

const FRONT_Z = 1.3;

/** The frame with a faint window in its lenses, and the shadow that it throws on the face. */
export async function glassesLayers(
  person: Person,
  shoot: (what: string, cast: Shot['cast'], region: Region) => Promise<Exposure>,
): Promise<LayerDraft[]> {
  const lens = lensOf(person);
  if (!lens) return [];
  const cx = person.eyes.separation + 0.1;
  const region: Region = {
    x: projectX(-7.9, 0),
    y: projectY(2.9, FRONT_Z),
    width: projectX(7.9, 0) - projectX(-7.9, 0),
    height: 5.8 * PX_PER_CM,
  };
  const { picture: frame } = await shoot('glasses', 'glasses', region);
  const picture: Picture = { ...frame, rgba: frame.rgba.slice() };
  const scaleX = picture.width / region.width;
  const scaleY = picture.height / region.height;
  const shadow = createPicture(Math.round(region.width / 2), Math.round(region.height / 2));
  for (let j = 0; j < picture.height; j++) {
    for (let i = 0; i < picture.width; i++) {
      const x = unprojectX(region.x + (i + 0.5) / scaleX, FRONT_Z);
      const y = unprojectY(region.y + (j + 0.5) / scaleY, FRONT_Z);
      const side = Math.sign(x);
      const u = (Math.abs(x) - cx) / lens.half;
      const v = (y + 0.12) / lens.tall;
      const k = (Math.abs(u) ** lens.square + Math.abs(v) ** lens.square) ** (1 / lens.square);
      if (k >= 1) continue;
      const o = (j * picture.width + i) * 4;
      const a = picture.rgba[o + 3]!;
      const slant = side * u * 0.9 + v * 0.5;
      const window =
        smoothstep(-0.02, 0.04, slant - 0.28) * smoothstep(0.62, 0.55, slant) +
        0.6 * smoothstep(-0.02, 0.04, slant - 0.68) * smoothstep(0.8, 0.76, slant);
      const veil = (0.025 + 0.09 * window) * smoothstep(1, 0.9, k) * (1 - a);
      const total = a + veil;
      if (total <= 0) continue;
      for (let c = 0; c < 3; c++) picture.rgba[o + c] = (picture.rgba[o + c]! * a + 1.1 * veil) / total;
      picture.rgba[o + 3] = total;
    }
  }
  // Softened copy of the frame, moved away from the key light.
  const reach = 4;
  for (let j = 0; j < shadow.height; j++) {
    for (let i = 0; i < shadow.width; i++) {
      let sum = 0;
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const x = Math.round((i - 4 + dx) * 2 * scaleX);
          const y = Math.round((j - 7 + dy) * 2 * scaleY);
          if (x >= 0 && y >= 0 && x < frame.width && y < frame.height) sum += frame.rgba[(y * frame.width + x) * 4 + 3]!;
        }
      }
      const within = smoothstep(6.6, 5.6, Math.abs(unprojectX(region.x + i * 2, 0)));
      shadow.rgba.set([0.06, 0.02, 0.012, Math.min(0.42, (sum / (2 * reach + 1) ** 2) * 0.9) * within], (j * shadow.width + i) * 4);
    }
  }
  const outer = cx + lens.half + 0.5;
  const zAt = (px: number): number => {
    const ax = Math.abs(unprojectX(px, 0));
    const front = 1.55 - 0.035 * Math.min(ax, outer) ** 2;
    return ax < outer ? front : mix(front - 0.6, -5, smoothstep(outer, 7.4, ax));
  };
  const mesh = gridMesh(region, 24, 2, (px) => ({ depth: rigDepth(zAt(px)), follow: 1 }));
  const under = gridMesh(region, 16, 2, (px) => ({ depth: rigDepth(zAt(px) - 0.9), follow: 1 }));
  return [
    { id: 'glassesShadow', picture: shadow, region, ...under, morphs: {} },
    { id: 'glasses', picture, region, ...mesh, morphs: {} },
  ];
}
