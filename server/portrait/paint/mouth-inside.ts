import type { ParameterName } from '../../face/parameters.ts';
import type { Frame } from '../frame.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import type { HeadShape } from '../mesh/head-depth.ts';
import { curveAt } from '../numeric/curve.ts';
import { clamp, mix, smoothstep } from '../numeric/mathematics.ts';
import type { Mouth } from '../refine/mouth.ts';
import { JAW_DROP } from '../rig/blend-shapes.ts';
import { type LayerDraft, morphBy, paintTexture } from '../rig/layer.ts';
import { lowerTeeth, upperTeeth } from './drawn-teeth.ts';
import { boxOf, type Inside, mouthLayer } from './mouth-layer.ts';
import { ownTeeth } from './own-teeth.ts';
import { tongue, tongueTip } from './tongue.ts';
import { toothColour } from './tooth-colour.ts';

/** What opens behind the lips, back to front: cavity, lower teeth, tongue, upper teeth, a shadow; a smile keeps its own teeth. */
export function mouthInside(
  frame: Frame,
  mouth: Mouth,
  mesh: FaceMesh,
  shape: HeadShape,
  shapes: Partial<Record<ParameterName, Field>>,
): LayerDraft[] {
  const U = frame.unit;
  const { x: cx } = mesh.mouthCentre;
  const top = curveAt(mouth.innerUpper, cx);
  const bottom = curveAt(mouth.innerLower, cx);
  const seam = top + 0.4 * (bottom - top);
  const lips = shape.depthAt(cx, seam);
  const white = toothColour(frame, mouth);
  const light = (0.299 * white[0] + 0.587 * white[1] + 0.114 * white[2]) / 200;
  const jaw = JAW_DROP * U;
  const context: Inside = { frame, mouth, cx, seam, U, jaw, depth: lips - 0.1 * U, white, light };
  const layers = [cavity(context), lowerTeeth(context), tongue(context)];
  const own = mouth.isOpen ? ownTeeth(context, shape, mesh, shapes) : [];
  layers.push(...(own.length > 0 ? own.slice(0, 1) : [upperTeeth(context)]), tongueTip(context), shadow(context), ...own.slice(1));
  return layers;
}

function cavity(inside: Inside): LayerDraft {
  const { mouth, light, U, jaw } = inside;
  const box = boxOf(inside, 0.62, -0.2, 0.36);
  const lip = mouth.lipColour;
  const texture = paintTexture(box, 0.5, (x, y, out) => {
    const across = Math.abs((x - inside.cx) / (0.5 * U));
    const down = clamp((y - box.y) / box.height, 0, 1);
    const depth = (0.3 + 0.5 * down ** 1.3) * (1 - 0.3 * across * across);
    const cheek = smoothstep(0.55, 1, across);
    const red = [112, 42, 40];
    for (let c = 0; c < 3; c++) out[c] = mix(red[c]! * light * depth, lip[c]! * 0.34, cheek * 0.7);
    out[3] = 1;
  });
  return mouthLayer('mouthCavity', texture, box, [4, 4], inside.depth - 0.16 * U, ({ x, y }) => ({
    jawOpen: morphBy(x, y, (_, py) => [0, jaw * smoothstep(box.y + 0.25 * box.height, box.y + box.height, py)]),
  }));
}

/** Pushed-out lips keep the light from the teeth; and under the upper lip it is dark. */
function shadow(inside: Inside): LayerDraft {
  const { U, jaw } = inside;
  const box = boxOf(inside, 0.6, -0.2, 0.34);
  const texture = paintTexture(box, 0.5, (_x, y, out) => {
    // Darkest right under the upper lip.
    out.set([58, 20, 17, mix(1, 0.62, smoothstep(inside.seam - 0.03 * U, inside.seam + 0.12 * U, y))]);
  });
  return mouthLayer(
    'mouthShade',
    texture,
    box,
    [1, 2],
    inside.depth + 0.03 * U,
    ({ x, y }) => ({ jawOpen: morphBy(x, y, (_, py) => [0, py > inside.seam + 0.1 * U ? jaw : 0]) }),
    { opacity: { base: 0, gains: { mouthFunnel: 0.26, mouthPucker: 0.3 } } },
  );
}
