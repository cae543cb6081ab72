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

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return words(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return '';
  if (name === 'ageYears') return String(value);
  if (name === 'skinTone') return `${value} of 10`;
  return name === 'grey' || name === 'makeup' || name === 'freckles'
    ? `${Math.round(value * 100)} %`
    : value > 0
      ? 'much'
      : value < 0
        ? 'little'
        : 'usual';
}

/** A wish as short lines: `hair: short, grey 80 %`. */
export function wishLines(wish: Readonly<Record<string, unknown>>): WishLine[] {
  return Object.entries(wish).flatMap(([name, value]) => {
    const what = SHORT[name] ?? words(name);
    if (typeof value !== 'object' || value === null) return [{ what, value: textOf(name, value) }];
    const parts = Object.entries(value).map(([part, inner]) =>
      ['style', 'kind', 'colour', 'shape'].includes(part) ? textOf(part, inner) : `${words(part)} ${textOf(part, inner)}`,
    );
    return parts.length > 0 ? [{ what, value: parts.join(', ') }] : [];
  });
}
