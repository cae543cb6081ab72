import { z } from 'zod';
import { briefSchema, type PersonBrief, type Wish } from './brief.ts';
import { cast } from './cast.ts';

/**
 * JSON schema for a language model's structured output: everything optional, so that the model states only what the
 * description says. Hand the answer to `briefFromModel`.
 */
export const wishJsonSchema = (): Record<string, unknown> => {
  const schema = z.toJSONSchema(briefSchema) as { properties: Record<string, { required?: string[] }>; required?: string[] };
  delete schema.required;
  delete schema.properties['seed'];
  for (const property of Object.values(schema.properties)) delete property.required;
  return schema;
};

/** A whole brief from whatever a model answered; what it did not say is cast by the seed. Never throws. */
export const briefFromModel = (json: unknown, seed = 1): PersonBrief => cast(wishFromModel(json), seed);

/** What a model asked for: valid fields are kept, numbers are clamped into their range, the rest is left out. Never throws. */
export function wishFromModel(json: unknown): Wish {
  const wish: Record<string, unknown> = {};
  if (isRecord(json)) {
    for (const [key, field] of Object.entries(briefSchema.shape)) {
      if (key === 'seed' || !(key in json)) continue;
      const value = json[key];
      if (field instanceof z.ZodObject) {
        if (!isRecord(value)) continue;
        const kept: Record<string, unknown> = {};
        for (const [inner, leaf] of Object.entries(field.shape as Record<string, z.ZodType>)) {
          const valid = accept(leaf, value[inner]);
          if (valid !== undefined) kept[inner] = valid;
        }
        if (Object.keys(kept).length > 0) wish[key] = kept;
      } else {
        const valid = accept(field as z.ZodType, value);
        if (valid !== undefined) wish[key] = valid;
      }
    }
  }
  return wish as Wish;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if the schema takes it, clamped and rounded where it is a number; models also answer "35" and "Navy". */
function accept(schema: z.ZodType, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema instanceof z.ZodNumber) {
    const number = typeof value === 'string' ? Number.parseFloat(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
    const clamped = Math.min(schema.maxValue ?? number, Math.max(schema.minValue ?? number, number));
    return schema.isInt ? Math.round(clamped) : clamped;
  }
  const candidates =
    typeof value === 'string'
      ? [
          value.trim(),
          value
            .trim()
            .toLowerCase()
            .replaceAll(/[\s_]+/g, '-'),
        ]
      : [value];
  for (const candidate of candidates) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
