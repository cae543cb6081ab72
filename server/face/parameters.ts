/**
 * The numbers that make one face frame, in wire order. Names are ARKit's 52 blend shapes (Apple's documentation of
 * ARFaceAnchor.BlendShapeLocation), the head's pose, gaze, breath, and the 15 visemes of Oculus lip-sync.
 * ARKit, breath and visemes are 0..1; pose and gaze are -1..1 of the range that the rig declares.
 * Left and right are the avatar's own.
 */
export const ARKIT = [
  'browDownLeft',
  'browDownRight',
  'browInnerUp',
  'browOuterUpLeft',
  'browOuterUpRight',
  'cheekPuff',
  'cheekSquintLeft',
  'cheekSquintRight',
  'eyeBlinkLeft',
  'eyeBlinkRight',
  'eyeLookDownLeft',
  'eyeLookDownRight',
  'eyeLookInLeft',
  'eyeLookInRight',
  'eyeLookOutLeft',
  'eyeLookOutRight',
  'eyeLookUpLeft',
  'eyeLookUpRight',
  'eyeSquintLeft',
  'eyeSquintRight',
  'eyeWideLeft',
  'eyeWideRight',
  'jawForward',
  'jawLeft',
  'jawOpen',
  'jawRight',
  'mouthClose',
  'mouthDimpleLeft',
  'mouthDimpleRight',
  'mouthFrownLeft',
  'mouthFrownRight',
  'mouthFunnel',
  'mouthLeft',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthPressLeft',
  'mouthPressRight',
  'mouthPucker',
  'mouthRight',
  'mouthRollLower',
  'mouthRollUpper',
  'mouthShrugLower',
  'mouthShrugUpper',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'noseSneerLeft',
  'noseSneerRight',
  'tongueOut',
] as const;

/** +yaw turns to the avatar's left (the viewer's right), +pitch looks up, +roll tilts to the avatar's left shoulder. */
export const POSE = ['headYaw', 'headPitch', 'headRoll', 'headX', 'headY', 'headZ', 'gazeX', 'gazeY', 'breath'] as const;

export const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'I', 'O', 'U'] as const;

export type ArkitName = (typeof ARKIT)[number];
export type PoseName = (typeof POSE)[number];
export type Viseme = (typeof VISEMES)[number];
export type VisemeParameter = `viseme_${Viseme}`;
export type ParameterName = ArkitName | PoseName | VisemeParameter;

export const PARAMETERS: readonly ParameterName[] = [...ARKIT, ...POSE, ...VISEMES.map((v): VisemeParameter => `viseme_${v}`)];
export const PARAMETER_COUNT = PARAMETERS.length;

/** Index of each parameter in a FaceParameters array. */
export const P = Object.fromEntries(PARAMETERS.map((name, index) => [name, index])) as Readonly<Record<ParameterName, number>>;

/** One face frame: PARAMETER_COUNT numbers in the order of PARAMETERS. */
export type FaceParameters = Float32Array;
