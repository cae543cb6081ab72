import { z } from 'zod';

/** An HTTP error as every endpoint tells it: problem details (RFC 9457) with a stable code. */
export const problemDetails = z.object({
  type: z.string().describe('`urn:visavis:problem:<code>`, the same for every problem of this kind.'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string().describe('Stable; what programs look at.'),
  stage: z.string().describe('Which part of the server it comes from.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  hint: z.string().optional().describe('What the reader can do about it.'),
  request_id: z.string(),
  errors: z
    .array(z.object({ param: z.string(), message: z.string() }))
    .optional()
    .describe('Which fields are wrong.'),
  error: z
    .object({ type: z.string(), code: z.string(), message: z.string(), param: z.string().nullable() })
    .describe('The same in the shape that Realtime API clients read.'),
});
export type ProblemDetails = z.output<typeof problemDetails>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
