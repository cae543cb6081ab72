import type { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** What a setting holds; text from the environment and from flags is read accordingly. */
export type SettingType = 'string' | 'number' | 'boolean' | 'array';

/** One setting, as read off the schema. `path` is `section.key`. */
export interface Setting {
  readonly path: string;
  readonly section: string;
  readonly key: string;
  readonly type: SettingType;
  /** `undefined` where the setting is optional and unset. */
  readonly default: unknown;
  readonly description: string;
  /** Allowed words of an enumeration, or of a list's items. */
  readonly choices?: readonly string[];
}

interface Def {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly entries?: Record<string, string>;
  readonly element?: z.ZodType;
}
const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;

/** Every setting of the schema, in its order. */
export const settings: readonly Setting[] = Object.entries(configSchema.shape).flatMap(([section, schema]) =>
  Object.entries(shapeOf(schema)).map(([key, leaf]) => describe(section, key, leaf)),
);

export const sections: readonly string[] = Object.keys(configSchema.shape);

const byPath = new Map(settings.map((setting) => [setting.path, setting]));
export const settingAt = (path: string): Setting | undefined => byPath.get(path);

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  let inner = schema;
  while (defOf(inner).innerType) inner = defOf(inner).innerType!;
  return (inner as z.ZodObject).shape as Record<string, z.ZodType>;
}

function describe(section: string, key: string, leaf: z.ZodType): Setting {
  let inner = leaf;
  let fallback: unknown;
  let description = leaf.description;
  while (defOf(inner).innerType) {
    if (defOf(inner).type === 'default') fallback = defOf(inner).defaultValue;
    inner = defOf(inner).innerType!;
    description ??= inner.description;
  }
  const { type, element } = defOf(inner);
  const { entries } = defOf(element ?? inner);
  const choices = entries ? Object.values(entries) : undefined;
  return {
    path: `${section}.${key}`,
    section,
    key,
    type: type === 'number' || type === 'boolean' || type === 'array' ? type : 'string',
    default: fallback,
    description: description ?? '',
    ...(choices ? { choices } : {}),
  };
}
