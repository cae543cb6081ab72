import type { Rig } from '../../face/rig.ts';

const both = <T extends string>(name: T, weight: number): Record<`${T}Left` | `${T}Right`, number> =>
  ({ [`${name}Left`]: weight, [`${name}Right`]: weight }) as Record<`${T}Left` | `${T}Right`, number>;

/** ARKit weights of the fifteen visemes at full strength, for the blend shapes of photographs. */
export const VISEME_WEIGHTS: Rig['visemes'] = {
  sil: {},
  PP: { ...both('mouthPress', 0.75), mouthRollLower: 0.1 },
  FF: { jawOpen: 0.06, mouthRollLower: 0.72, ...both('mouthUpperUp', 1), ...both('mouthStretch', 0.14) },
  TH: { jawOpen: 0.22, ...both('mouthUpperUp', 0.5), ...both('mouthLowerDown', 0.4) },
  DD: { jawOpen: 0.13, ...both('mouthUpperUp', 0.36), ...both('mouthLowerDown', 0.38), ...both('mouthStretch', 0.15) },
  kk: { jawOpen: 0.2, ...both('mouthUpperUp', 0.26), ...both('mouthLowerDown', 0.26), ...both('mouthStretch', 0.1) },
  CH: { jawOpen: 0.1, mouthFunnel: 0.62, mouthPucker: 0.12, ...both('mouthLowerDown', 0.14) },
  SS: { jawOpen: 0.05, ...both('mouthUpperUp', 0.4), ...both('mouthLowerDown', 0.45), ...both('mouthStretch', 0.5) },
  nn: { jawOpen: 0.13, ...both('mouthUpperUp', 0.32), ...both('mouthLowerDown', 0.32), ...both('mouthStretch', 0.1) },
  RR: { jawOpen: 0.15, mouthFunnel: 0.42, mouthPucker: 0.2, ...both('mouthLowerDown', 0.12) },
  aa: { jawOpen: 0.62, ...both('mouthUpperUp', 0.3), ...both('mouthLowerDown', 0.12) },
  E: { jawOpen: 0.32, ...both('mouthUpperUp', 0.34), ...both('mouthLowerDown', 0.3), ...both('mouthStretch', 0.5) },
  I: {
    jawOpen: 0.13,
    ...both('mouthUpperUp', 0.4),
    ...both('mouthLowerDown', 0.42),
    ...both('mouthStretch', 0.75),
    ...both('mouthSmile', 0.12),
  },
  O: { jawOpen: 0.34, mouthPucker: 0.42, mouthFunnel: 0.5 },
  U: { jawOpen: 0.06, mouthPucker: 0.76, mouthFunnel: 0.22 },
};

/** ARKit weights of the emotions at full strength, under speech. */
export const EMOTION_WEIGHTS: Rig['emotions'] = {
  neutral: {},
  happy: {
    ...both('mouthSmile', 0.95),
    ...both('cheekSquint', 0.9),
    ...both('eyeSquint', 0.75),
    ...both('browOuterUp', 0.15),
    ...both('mouthDimple', 0.2),
  },
  sad: {
    ...both('mouthFrown', 0.8),
    browInnerUp: 0.85,
    mouthShrugLower: 0.55,
    ...both('mouthPress', 0.2),
    ...both('eyeLookDown', 0.4),
    ...both('eyeSquint', 0.2),
  },
  angry: {
    ...both('browDown', 1),
    ...both('eyeSquint', 0.7),
    ...both('noseSneer', 0.5),
    ...both('mouthPress', 0.7),
    ...both('mouthFrown', 0.4),
  },
  fearful: {
    browInnerUp: 0.9,
    ...both('browOuterUp', 0.3),
    ...both('eyeWide', 0.8),
    ...both('mouthStretch', 0.45),
    jawOpen: 0.1,
    ...both('mouthLowerDown', 0.25),
  },
  disgusted: {
    ...both('noseSneer', 1),
    ...both('mouthUpperUp', 0.35),
    ...both('browDown', 0.6),
    ...both('eyeSquint', 0.7),
    ...both('mouthFrown', 0.5),
    ...both('cheekSquint', 0.5),
    mouthShrugLower: 0.3,
  },
  surprised: { browInnerUp: 0.8, ...both('browOuterUp', 0.9), ...both('eyeWide', 0.9), jawOpen: 0.28, mouthFunnel: 0.2 },
};
