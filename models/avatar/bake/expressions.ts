import type { Rig } from '../../../server/face/rig.ts';

const both = <T extends string>(name: T, weight: number): Record<`${T}Left` | `${T}Right`, number> =>
  ({ [`${name}Left`]: weight, [`${name}Right`]: weight }) as Record<`${T}Left` | `${T}Right`, number>;

/** ARKit weights of the fifteen visemes at full strength. */
export const VISEME_POSES: Rig['visemes'] = {
  sil: {},
  PP: { ...both('mouthPress', 0.55), mouthRollLower: 0.22, mouthRollUpper: 0.2, mouthPucker: 0.08 },
  FF: { jawOpen: 0.05, mouthRollLower: 0.62, ...both('mouthUpperUp', 0.85), ...both('mouthStretch', 0.06) },
  TH: { jawOpen: 0.16, ...both('mouthLowerDown', 0.28), ...both('mouthUpperUp', 0.22) },
  DD: { jawOpen: 0.13, ...both('mouthLowerDown', 0.3), ...both('mouthUpperUp', 0.24), ...both('mouthStretch', 0.1) },
  kk: { jawOpen: 0.2, ...both('mouthLowerDown', 0.2), ...both('mouthUpperUp', 0.16), ...both('mouthStretch', 0.12) },
  CH: { jawOpen: 0.1, mouthFunnel: 0.62, mouthPucker: 0.12, ...both('mouthLowerDown', 0.16) },
  SS: { jawOpen: 0.05, ...both('mouthStretch', 0.34), ...both('mouthLowerDown', 0.34), ...both('mouthUpperUp', 0.24) },
  nn: { jawOpen: 0.13, ...both('mouthLowerDown', 0.24), ...both('mouthUpperUp', 0.2), ...both('mouthStretch', 0.08) },
  RR: { jawOpen: 0.14, mouthFunnel: 0.42, mouthPucker: 0.2, ...both('mouthLowerDown', 0.12) },
  aa: { jawOpen: 0.62, ...both('mouthUpperUp', 0.22), ...both('mouthLowerDown', 0.18) },
  E: {
    jawOpen: 0.34,
    ...both('mouthStretch', 0.3),
    ...both('mouthSmile', 0.12),
    ...both('mouthUpperUp', 0.24),
    ...both('mouthLowerDown', 0.2),
  },
  I: {
    jawOpen: 0.16,
    ...both('mouthStretch', 0.36),
    ...both('mouthSmile', 0.26),
    ...both('mouthUpperUp', 0.22),
    ...both('mouthLowerDown', 0.28),
  },
  O: { jawOpen: 0.36, mouthFunnel: 0.85, mouthPucker: 0.16 },
  U: { jawOpen: 0.1, mouthFunnel: 0.42, mouthPucker: 0.62 },
};

/** ARKit weights of the seven emotions at full strength, under speech. */
export const EMOTION_POSES: Rig['emotions'] = {
  neutral: {},
  happy: {
    ...both('mouthSmile', 0.95),
    ...both('cheekSquint', 0.7),
    ...both('eyeSquint', 0.42),
    jawOpen: 0.07,
    ...both('mouthUpperUp', 0.42),
    ...both('mouthLowerDown', 0.32),
    browInnerUp: 0.14,
    ...both('browOuterUp', 0.14),
    ...both('mouthDimple', 0.2),
  },
  sad: { ...both('mouthFrown', 0.75), browInnerUp: 0.95, ...both('eyeSquint', 0.25), mouthShrugLower: 0.5, ...both('eyeLookDown', 0.28) },
  angry: {
    ...both('browDown', 1),
    ...both('eyeSquint', 0.55),
    ...both('noseSneer', 0.5),
    ...both('mouthPress', 0.5),
    ...both('mouthFrown', 0.5),
    ...both('cheekSquint', 0.2),
  },
  fearful: {
    browInnerUp: 0.85,
    ...both('browOuterUp', 0.35),
    ...both('eyeWide', 0.75),
    ...both('mouthStretch', 0.5),
    jawOpen: 0.12,
    ...both('mouthLowerDown', 0.2),
  },
  disgusted: {
    ...both('noseSneer', 1),
    ...both('mouthUpperUp', 0.5),
    ...both('browDown', 0.65),
    ...both('eyeSquint', 0.55),
    ...both('mouthFrown', 0.55),
    ...both('cheekSquint', 0.35),
    mouthShrugLower: 0.25,
  },
  surprised: { browInnerUp: 0.8, ...both('browOuterUp', 0.8), ...both('eyeWide', 0.85), jawOpen: 0.3, mouthFunnel: 0.22 },
};
