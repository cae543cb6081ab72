import { CANVAS_PX, projectY, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import { Part, type Scene } from '../geometry/scene.ts';
import { mix, smoothstep } from '../math.ts';
import type { Pose } from '../motion.ts';
import type { Person } from '../person.ts';
import type { Region, Shot } from '../render/job.ts';
import { marchRay, START_Z } from '../render/march.ts';
import { skinDeltas } from './hair-layers.ts';
import type { Exposure } from './film-cache.ts';
import { evened, fillGaps } from './fill-gaps.ts';
import { gridMesh, type LayerDraft } from './layer.ts';
import { breathOf } from './scenery.ts';

/** Canvas that each cover may fill. */
const REGIONS: Readonly<Record<Exclude<Person['headCover']['kind'], 'none'>, Region>> = {
  hijab: { x: 24, y: 20, width: 976, height: CANVAS_PX - 20 },
  turban: { x: 176, y: 4, width: 672, height: 480 },
  cap: { x: 196, y: 4, width: 632, height: 440 },
};
const CELL_PX = 26;
/** As of the skin: cloth that turns away further is drawn as if it stood here, for an outline tears on a turn. */
const OUTLINE_Z = -4.2;
/** Cloth this far (cm) below the chin no longer follows the jaw. */
const SLACK_CM = 4.5;

/** Scarf, turban or cap before everything else of the head. It follows the head; a scarf rests on the shoulders and gives to the jaw. */
export async function coverLayers(
  person: Person,
  scene: Scene,
  shoot: (what: string, cast: Shot['cast'], region: Region) => Promise<Exposure>,
): Promise<LayerDraft[]> {
  const { kind } = person.headCover;
  if (kind === 'none') return [];
  const region = REGIONS[kind];
  const { picture } = await shoot(kind, 'cover', region);
  const columns = Math.ceil(region.width / CELL_PX);
  const rows = Math.ceil(region.height / CELL_PX);
  const at = gridMesh(region, columns, rows, () => ({ depth: 0, follow: 1 })).vertices;
  const found = at.map(({ x, y }) => clothZ(scene, x, y));
  const shown = fillGaps(found, columns + 1).map((z, k) => {
    const y = unprojectY(at[k]!.y, z);
    return mix(Math.max(z, OUTLINE_Z), z, smoothstep(-8, -13, y));
  });
  const zs = evened(shown, columns + 1);
  let i = 0;
  const mesh = gridMesh(region, columns, rows, (_, py) => {
    const z = zs[i++] ?? OUTLINE_Z;
    return { depth: rigDepth(z), follow: kind === 'hijab' ? smoothstep(-16.5, -8, unprojectY(py, z)) : 1 };
  });
  if (kind !== 'hijab') return [{ id: 'headCover', picture, region, ...mesh, morphs: {} }];

  const { chinY } = scene.head;
  const chinZ = 0.3;
  // Cloth under the chin moves as the chin does, and less the further below and beside it lies.
  const onChin = mesh.vertices.map((v) => ({ ...v, y: Math.min(v.y, projectY(chinY - 0.4, chinZ)) }));
  const give = (pose: Pose) =>
    skinDeltas(scene, onChin, () => chinZ, pose, -1).map(([dx, dy, dz], k) => {
      const { x, y } = mesh.vertices[k]!;
      const beside = smoothstep(6.4, 3.2, Math.abs(unprojectX(x, 0)));
      const below = smoothstep(chinY - SLACK_CM, chinY - 0.6, unprojectY(y, chinZ)) * smoothstep(-3.5, -6.5, unprojectY(y, chinZ));
      const share = 0.84 * beside * below;
      return [dx * share, dy * share, dz * share] as const;
    });
  const morphs = {
    jawOpen: give({ jawOpen: 1 }),
    jawLeft: give({ jawLeft: 1 }),
    jawRight: give({ jawRight: 1 }),
    breath: breathOf(mesh.vertices),
  };
  return [{ id: 'headCover', picture, region, ...mesh, morphs }];
}

/** World z of the cloth under a canvas pixel; NaN where there is none, or the face before it. */
function clothZ(scene: Scene, px: number, py: number): number {
  const z = marchRay(scene, 'cover', px, py, START_Z.cover);
  if (z < -900) return Number.NaN;
  scene.distance(unprojectX(px, z), unprojectY(py, z), z, 'cover', true);
  return scene.part === Part.cover ? z : Number.NaN;
}
