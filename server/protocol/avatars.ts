import { z } from 'zod';
import { FACE_POINTS } from '../core/face-points.ts';

/** What the REST interface for avatars says, for the server that says it and the pages that read it. */

const point = z.object({ x: z.number().min(0).max(100_000), y: z.number().min(0).max(100_000) });
export const facePoints = z
  .partialRecord(z.enum(FACE_POINTS), point)
  .describe('Points of the face, pixels of the upright picture; right and left are the person’s own.');

/** The name that somebody chooses for an avatar. */
export const chosenName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'Must be lower-case letters, digits and hyphens, a letter first');
export const chosenTitle = z.string().trim().min(1).max(60);

const provenance = z.object({
  kind: z.enum(['photograph', 'words', 'generated']),
  words: z.string().optional(),
  prompt: z.string().optional(),
  seed: z.number().optional(),
});

export const avatarEntry = z.object({
  name: z.string(),
  title: z.string(),
  poster_url: z.string().optional().describe('Path of a still picture on this server; absent when there is none.'),
  default: z.boolean(),
  removable: z.boolean(),
  origin: z.string(),
  licence: z.string(),
  consent: z.string().optional(),
  provenance: provenance.optional().describe('Of avatars that people made.'),
  triangles: z.number().int(),
  layers: z.number().int(),
  changed_at: z.string().describe('ISO 8601.'),
});
export type AvatarDescription = z.output<typeof avatarEntry>;

export const STYLE_NAMES = ['illustrated', 'sculpted', 'photo'] as const;
export const styleName = z.enum(STYLE_NAMES);
export type StyleName = z.output<typeof styleName>;

export const makingOptions = z.object({
  styles: z.array(styleName),
  words_read_by: z.string().describe('`embedded`, or the language model.'),
  max_photo_bytes: z.number().int(),
  max_variants: z.number().int(),
  max_description_chars: z.number().int(),
});
export type MakingOptions = z.output<typeof makingOptions>;

const check = z.object({
  id: z.string(),
  state: z.enum(['good', 'doubtful', 'bad', 'unknown']),
  code: z.string().optional(),
  message: z.string().optional(),
  hint: z.string().optional(),
});
export type PhotoCheck = z.output<typeof check>;

export const inspection = z.object({
  width: z.number().int(),
  height: z.number().int(),
  engine: z.string().optional().describe('Landmark engine; absent: points must be placed by hand.'),
  usable: z.boolean(),
  checks: z.array(check),
  points: facePoints,
  picture: z.string().describe('The upright picture, small: a data URL.'),
});
export type Inspection = z.output<typeof inspection>;

export const creationRequest = z.object({
  text: z.string().max(2_000).optional().describe('Who is to be seen, in English or Arabic.'),
  brief: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Instead of words: the brief of a variant, e.g. to make it in another style.'),
  style: styleName.default('illustrated'),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  variants: z.number().int().min(1).max(64).default(4).describe('How many people who fit the words.'),
  name: chosenName.optional().describe('Makes one avatar of that name, instead of variants to choose from.'),
  title: chosenTitle.optional(),
  draft: z.boolean().optional().describe('Sculpted in a quarter of the time, less sharp.'),
});

export const keepRequest = z.object({ name: chosenName, title: chosenTitle.optional() });

export const clipRequest = z
  .object({
    avatar: z.string().max(64).optional(),
    job: z.string().max(64).optional(),
    variant: z.number().int().min(0).max(63).optional(),
    text: z.string().max(400).optional(),
    voice: z.string().max(64).optional(),
    language: z.string().max(35).optional(),
  })
  .refine(({ avatar, job, variant }) => (avatar === undefined) !== (job === undefined || variant === undefined), {
    message: 'Name an avatar, or a job and its variant',
  });

const variant = z.object({
  index: z.number().int(),
  title: z.string(),
  poster_url: z.string(),
  brief: z.record(z.string(), z.unknown()),
});
export type VariantDescription = z.output<typeof variant>;

export const avatarJob = z.object({
  id: z.string().describe('Whoever knows it may follow, cancel and use the job.'),
  kind: z.enum(['import', 'creation', 'clip', 'sheet']),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  ahead: z.number().int().describe('Jobs before it.'),
  stage: z.string().optional(),
  progress: z.number().describe('0..1'),
  preview_url: z.string().optional().describe('JPEG of how far it has come.'),
  problem: z.object({ code: z.string(), detail: z.string(), hint: z.string().optional(), retryable: z.boolean() }).optional(),
  result: z
    .object({
      avatar: z.string().optional().describe('Name of the finished avatar.'),
      variants: z.array(variant).optional(),
      reading: z
        .object({
          wish: z.record(z.string(), z.unknown()),
          unknown: z.array(z.string()),
          overridden: z.array(z.object({ field: z.string(), dropped: z.unknown(), kept: z.unknown() })),
          read_by: z.string(),
        })
        .optional()
        .describe('How the words were understood.'),
      warnings: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
      missing: z.array(z.string()).optional().describe('What this style cannot show.'),
      points: facePoints.optional(),
      clip_url: z.string().optional(),
    })
    .optional(),
});
export type AvatarJobDescription = z.output<typeof avatarJob>;
