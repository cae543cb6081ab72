import { type ArkitName, type ParameterName, VISEMES } from '../../face/parameters.ts';
import type { Frame } from '../frame.ts';
import { smoothstep } from '../numeric/mathematics.ts';
import type { Mouth } from '../refine/mouth.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import { type Field, masked, sumOf } from '../mesh/field.ts';
import type { MouthFields } from '../mesh/mouth-fields.ts';
import type { UpperFields } from '../mesh/upper-fields.ts';

/** Eye distances that the jaw drops at jawOpen = 1. */
export const JAW_DROP = 0.4;

/** Half the width, in eye distances, that a smiling mouth narrows to when it speaks. */
const SPEAKING_HALF = 0.43;

/** The skin's movement for every parameter that moves it. Glasses hold still what lies under their frame. */
export function blendShapes(
  frame: Frame,
  mouth: Mouth,
  mesh: FaceMesh,
  mouthField: MouthFields,
  upper: UpperFields,
  options: { readonly hasGlasses: boolean; readonly eyesMove: boolean },
): Partial<Record<ParameterName, Field>> {
  const U = frame.unit;
  const m = mouthField;
  const centre = mesh.mouthCentre.x;
  const right = (f: Field) => masked(mesh, f, (i) => 1 - smoothstep(centre - 0.22 * U, centre + 0.22 * U, mesh.x[i]!));
  const left = (f: Field) => masked(mesh, f, (i) => smoothstep(centre - 0.22 * U, centre + 0.22 * U, mesh.x[i]!));
  const of = (...parts: [Field, number][]) => sumOf(mesh, parts);
  const pair = <Name extends string>(name: Name, whole: Field) =>
    ({ [`${name}Right`]: right(whole), [`${name}Left`]: left(whole) }) as Record<`${Name}Right` | `${Name}Left`, Field>;
  const sides = <Name extends string>(name: Name, [r, l]: readonly [Field, Field], weight = 1) =>
    ({ [`${name}Right`]: of([r, weight]), [`${name}Left`]: of([l, weight]) }) as Record<`${Name}Right` | `${Name}Left`, Field>;
  // Under a frame of glasses brows and cheeks hardly move; and who smiles already cannot smile as much again.
  const under = options.hasGlasses ? 0.12 : 1;
  const smile = mouth.isOpen ? 0.3 : 1;
  const lids = options.eyesMove ? 1 : 0;
  const shapes: Partial<Record<ArkitName, Field>> = {
    jawOpen: of([m.jaw, JAW_DROP]),
    jawLeft: of([m.jawSide, 0.11]),
    jawRight: of([m.jawSide, -0.11]),
    mouthClose: of([m.low, -0.9 * JAW_DROP], [m.up, -0.03]),
    mouthFunnel: of([m.funnel, 1], [m.round, 0.055], [m.pucker, 0.25]),
    mouthPucker: of([m.pucker, 1]),
    mouthLeft: of([m.side, 0.12]),
    mouthRight: of([m.side, -0.12]),
    mouthRollLower: of([m.rollLower, 1]),
    mouthRollUpper: of([m.rollUpper, 1]),
    mouthShrugLower: of([m.shrug, 0.05]),
    mouthShrugUpper: of([m.up, 0.035], [m.low, -0.02]),
    cheekPuff: of([upper.puff, 1], [m.press, 0.3]),
    browInnerUp: of([upper.browInner[0], under], [upper.browInner[1], under]),
    ...pair('mouthSmile', of([m.wide, 0.075 * smile], [m.corner, 0.085 * smile], [m.press, mouth.isOpen ? 0 : 0.25])),
    ...pair('mouthFrown', of([m.corner, -0.062], [m.wide, -0.015])),
    ...pair('mouthDimple', of([m.wide, 0.03], [m.corner, 0.01])),
    ...pair('mouthStretch', of([m.wide, 0.085])),
    ...pair('mouthPress', of([m.press, 1])),
    ...pair('mouthUpperUp', of([m.up, 0.09])),
    ...pair('mouthLowerDown', of([m.low, 0.1])),
    ...sides('browDown', upper.browDown, under),
    ...sides('browOuterUp', upper.browOuter, under),
    ...sides('cheekSquint', upper.cheek, under),
    ...sides('noseSneer', upper.sneer, under),
    ...sides('eyeBlink', upper.blink, lids),
    ...sides('eyeSquint', upper.squint, 0.22 * lids),
    ...sides('eyeWide', upper.lift, 0.2 * lids),
    ...sides('eyeLookUp', upper.lift, 0.12 * lids),
    ...sides('eyeLookDown', upper.lift, -0.22 * lids),
  };
  const out: Partial<Record<ParameterName, Field>> = { ...shapes };
  out.gazeY = of([upper.lift[0], 0.13 * lids], [upper.lift[1], 0.13 * lids]);
  out.breath = upper.breath;
  if (mouth.isOpen) {
    // Visemes are absolute: what speaks begins with a shut mouth of its speaking width.
    const narrow = Math.min(0, SPEAKING_HALF - mesh.mouthHalf / U);
    const neutral = of([m.close, 1], [m.wide, 0.8 * narrow], [m.corner, -0.03]);
    for (const viseme of VISEMES) if (viseme !== 'sil') out[`viseme_${viseme}`] = neutral;
  }
  return out;
}
