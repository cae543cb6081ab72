import { z } from 'zod';

const colour = z.tuple([z.number(), z.number(), z.number()]).describe('linear RGB, 0..1');

/** What makes one robot. */
export const robotSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  shell: colour.default([0.78, 0.77, 0.745]),
  accent: colour.default([0.72, 0.19, 0.035]),
  /** sRGB of the lit pixels on the screen. */
  glow: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .default('#5ff0f2'),
  backdrop: z.strictObject({ colour: colour.default([0.3, 0.34, 0.37]) }).prefault({}),
});

export type Robot = z.infer<typeof robotSchema>;

/** Middle of the head, cm. */
export const HEAD = { x: 0, y: -1.9, z: -6.2, rx: 10.4, ry: 8.1, rz: 8.2 } as const;
/** Middle of the screen's face. */
export const SCREEN = { y: -2.1, halfWidth: 7.7, halfHeight: 4.75 } as const;
