/**
 * The one camera of the family: 120 cm away at the height of the pupils, 32 cm of field on a 1024 px canvas, pupils at
 * 42 % from the top. World = head space: cm, origin between the pupils at the corneas, x to the viewer's right, y up, z to the camera.
 */
export const CANVAS_PX = 1024;
export const CAMERA_CM = 120;
export const FIELD_CM = 32;
export const PX_PER_CM = CANVAS_PX / FIELD_CM;
export const CENTRE_X = CANVAS_PX / 2;
export const PUPIL_Y = CANVAS_PX * 0.42;

const FOCAL = PX_PER_CM * CAMERA_CM;

export const projectX = (x: number, z: number): number => CENTRE_X + (x * FOCAL) / (CAMERA_CM - z);
export const projectY = (y: number, z: number): number => PUPIL_Y - (y * FOCAL) / (CAMERA_CM - z);

/** Point at depth z that the canvas pixel shows. */
export const unprojectX = (px: number, z: number): number => ((px - CENTRE_X) * (CAMERA_CM - z)) / FOCAL;
export const unprojectY = (py: number, z: number): number => ((PUPIL_Y - py) * (CAMERA_CM - z)) / FOCAL;

/** The head turns about the base of the skull. */
export const PIVOT = { x: 0, y: -6, z: -8 } as const;

/** Rig depth (px towards the camera from the pivot's plane) of a world z. */
export const rigDepth = (z: number): number => (z - PIVOT.z) * PX_PER_CM;
