/** What of a face a person can place by hand. Right and left are the person's own: their right eye is on the picture's left. */
export const FACE_POINTS = [
  'eyeRightOuter',
  'eyeRightInner',
  'eyeLeftInner',
  'eyeLeftOuter',
  'irisRight',
  'irisLeft',
  'browRight',
  'browLeft',
  'noseTip',
  'mouthRight',
  'mouthLeft',
  'lipTop',
  'lipBottom',
  'chin',
  'faceRight',
  'faceLeft',
] as const;

export type FacePoint = (typeof FACE_POINTS)[number];

/** Pixels of the upright picture (EXIF orientation applied), y down. */
export type FacePoints = { readonly [Name in FacePoint]?: { readonly x: number; readonly y: number } };
