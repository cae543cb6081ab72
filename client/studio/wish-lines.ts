import type { WishWords } from './wish-words.ts';

/** One thing that a description asked for. */
export interface WishLine {
  readonly what: string;
  readonly value: string;
}

/** "hairStyle" and "skin-tone" as words. */
const words = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();

const SHORT: Readonly<Record<string, string>> = { ageYears: 'age', headCover: 'head cover', skinTone: 'skin', clothes: 'clothes' };

/** What people call themselves is not a word of ours. */
const AS_GIVEN = new Set(['title']);
const SHARES = new Set(['grey', 'makeup', 'freckles']);
/** Parts whose value says what they are. */
const UNNAMED = new Set(['style', 'kind', 'colour', 'shape']);

function textOf(name: string, value: unknown, say: WishWords): string {
  if (typeof value === 'string') return AS_GIVEN.has(name) ? value : say.value(words(value));
  if (typeof value === 'boolean') return say.value(value ? 'yes' : 'no');
  if (typeof value !== 'number') return '';
  if (name === 'ageYears') return String(value);
  if (name === 'skinTone') return `${value} ${say.value('of 10')}`;
  if (SHARES.has(name)) return `${Math.round(value * 100)} %`;
  return say.value(value > 0 ? 'much' : value < 0 ? 'little' : 'usual');
}

/** A wish as short lines: `hair: short, grey 80 %`. */
export function wishLines(wish: Readonly<Record<string, unknown>>, say: WishWords): WishLine[] {
  return Object.entries(wish).flatMap(([name, value]) => {
    const what = say.name(SHORT[name] ?? words(name));
    if (typeof value !== 'object' || value === null) return [{ what, value: textOf(name, value, say) }];
    const parts = Object.entries(value).map(([part, inner]) => {
      const text = textOf(part, inner, say);
      return UNNAMED.has(part) ? text : `${say.name(words(part))} ${text}`;
    });
    return parts.length > 0 ? [{ what, value: parts.join(say.comma) }] : [];
  });
}
