import { type FaceParameters, P, PARAMETER_COUNT, type ParameterName } from '../parameters.ts';

/** What rasterisers are compared by: together they move every part of a face. */
export const MIXED_POSES: Readonly<Record<string, Partial<Record<ParameterName, number>>>> = {
  rest: {},
  speaking: { viseme_aa: 0.8, headYaw: 0.5, headPitch: 0.3, breath: 0.7 },
  happy: { mouthSmileLeft: 0.8, mouthSmileRight: 0.8, cheekSquintLeft: 0.6, headRoll: -0.5, gazeX: 0.6 },
  blinking: { eyeBlinkLeft: 1, eyeBlinkRight: 0.8, gazeY: -0.5, headZ: 0.6, headX: -0.7 },
};

/** The named parameters; all others rest. */
export const poseOf = (values: Partial<Record<ParameterName, number>> = {}): FaceParameters => {
  const out = new Float32Array(PARAMETER_COUNT);
  for (const [name, value] of Object.entries(values)) out[P[name as ParameterName]] = value;
  return out;
};
