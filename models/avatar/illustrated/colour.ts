/** Colours of the illustrator: sRGB hex in, sRGB hex out, mixed in OKLab (Ottosson 2020) so that shades stay clean. */

type Lab = readonly [number, number, number];

const channel = (hex: string, at: number): number => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toDisplay = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** Linear RGB, 0..1. */
export const linear = (hex: string): [number, number, number] => [
  toLinear(channel(hex, 1)),
  toLinear(channel(hex, 3)),
  toLinear(channel(hex, 5)),
];

function toLab(hex: string): Lab {
  const [r, g, b] = linear(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toHex([L, a, b]: Lab): string {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (v: number) =>
    Math.round(Math.min(1, Math.max(0, toDisplay(Math.max(0, v)))) * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${rgb.map(byte).join('')}`;
}

export function blend(from: string, to: string, share: number): string {
  const a = toLab(from);
  const b = toLab(to);
  return toHex([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]);
}

/** Lighter (`lightness` > 0) or darker in OKLab L, with more or less chroma, turned by `hueDeg`. */
export function shade(hex: string, lightness: number, chroma = 1, hueDeg = 0): string {
  const [L, a, b] = toLab(hex);
  const turn = (hueDeg * Math.PI) / 180;
  const c = Math.hypot(a, b) * chroma;
  const h = Math.atan2(b, a) + turn;
  return toHex([Math.min(1, Math.max(0, L + lightness)), c * Math.cos(h), c * Math.sin(h)]);
}

export const lightnessOf = (hex: string): number => toLab(hex)[0];
