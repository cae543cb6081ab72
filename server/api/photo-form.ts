import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorCatalogue } from '../core/errors.ts';
import { chosenName, chosenTitle, facePoints } from '../protocol/avatars.ts';

const formError = errorCatalogue('avatars', {
  photo_missing: { status: 422, retryable: false, hint: 'Send multipart/form-data with the picture as the file "photo".' },
  form_invalid: { status: 422, retryable: false },
  form_expected: { status: 415, retryable: false, hint: 'Send multipart/form-data with the picture as the file "photo".' },
  body_too_large: { status: 413, retryable: false },
});

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});
const points = json.pipe(facePoints);
const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => value.trim() || undefined)
    .optional();

export const inspectionFields = z.object({ points: points.optional() });
export const importFields = z.object({
  name: chosenName,
  title: chosenTitle.optional(),
  consent: text(2_000),
  licence: text(500),
  points: points.optional(),
});

export interface PhotoForm<Fields> {
  readonly photo: Uint8Array;
  /** What the file was called. */
  readonly source: string | undefined;
  readonly fields: Fields;
}

/**
 * The parts of an upload (RFC 7578): one file `photo`, and fields.
 * @throws VisavisError `form_expected`, `photo_missing`, `form_invalid`, `body_too_large`
 */
export async function photoForm<Fields>(request: FastifyRequest, schema: z.ZodType<Fields>): Promise<PhotoForm<Fields>> {
  if (!request.isMultipart()) throw formError('form_expected', 'This takes a form with a photograph');
  const values: Record<string, string> = {};
  let photo: Uint8Array | undefined;
  let source: string | undefined;
  try {
    for await (const part of request.parts() as AsyncIterable<Multipart>) {
      if (part.type === 'field') values[part.fieldname] = String(part.value);
      else if (part.fieldname === 'photo' && !photo) {
        photo = await part.toBuffer();
        source = part.filename || undefined;
      } else part.file.resume();
    }
  } catch (cause) {
    const tooLarge = (cause as { statusCode?: number }).statusCode === 413;
    throw tooLarge
      ? formError('body_too_large', 'The photograph or the form is too large', { cause })
      : formError('form_invalid', 'The form is malformed', { cause });
  }
  if (!photo) throw formError('photo_missing', 'The form has no file "photo"');
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw formError('form_invalid', `${issue?.path.join('.') || 'The form'}: ${issue?.message}`);
  }
  return { photo, source, fields: parsed.data };
}
