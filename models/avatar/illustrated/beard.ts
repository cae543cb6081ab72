import { randomStream } from '../math.ts';
import { AXIS_X as X, type Design, faceOutline } from './design.ts';
import { mirrorAll } from './hair-paint.ts';
import { between, brush, fill, mirrored, type Point, sample, spline, tapered } from './vector.ts';

/** Moustache and beard in two parts: what hangs on the jaw, and what lies over the upper lip. */
export function drawBeard(d: Design): { beard: string; moustache: string } {
  const { m: f, c, brief } = d;
  const next = randomStream(brief.seed * 53 + 3);
  if (brief.beard === 'none') return { beard: '', moustache: '' };
  const T = f.temple;
  const full = brief.beard === 'full';
  const drop = full ? 34 : 9;
  const out = full ? 9 : 3;
  const jawRight: Point[] = [
    [X + T + 1, 470],
    [X + f.cheek + out - 4, 560],
    [X + (f.cheek + f.jaw) / 2 + out + 2, 610],
    [X + f.jaw + out, f.jawY + 8],
    [X + f.jaw * 0.66 + out, f.chinY - 20 + drop * 0.6],
    [X + f.chin + out, f.chinY - 4 + drop],
    [X, f.chinY + 3 + drop],
  ];
  const upper: Point[] = [
    [X, f.mouthY + f.lowerLip + 14],
    [X + 24, f.mouthY + f.lowerLip + 15],
    [X + f.mouthHalf * 0.86, f.mouthY + 19],
    [X + f.mouthHalf + 9, f.mouthY + 3],
    [X + f.mouthHalf + 8, f.mouthY - 16],
    [X + f.mouthHalf + 30, f.mouthY - 38],
    [X + f.jaw - 14, f.mouthY - 62],
    [X + f.cheek - 22, 530],
    [X + T - 13, 478],
  ];
  const goat: Point[] = [
    [X, f.mouthY + f.lowerLip + 12],
    [X + 22, f.mouthY + f.lowerLip + 13],
    [X + f.mouthHalf - 4, f.mouthY + 24],
    [X + f.mouthHalf + 12, f.mouthY + 4],
    [X + f.mouthHalf + 22, f.mouthY + 26],
    [X + f.chin + 12, f.chinY - 28],
    [X + f.chin - 8, f.chinY + 2],
    [X, f.chinY + 14],
  ];
  const outlineOf = (right: readonly Point[]): Point[] => [
    ...right,
    ...right
      .slice(0)
      .reverse()
      .slice(1, -1)
      .map(([x, y]): Point => [2 * X - x, y]),
  ];
  const beardOutline = brief.beard === 'goatee' ? mirrored(goat, X) : outlineLoop(jawRight, upper);
  const guide = (x: number, y: number, tx: number, ty: number): Point[] => [
    [X + x, y],
    [X + x * 1.02, y + (ty - y) * 0.5],
    [X + tx, ty],
  ];
  const rightGuides = [
    guide(0, f.mouthY + f.lowerLip + 8, 0, f.chinY + drop + 4),
    guide(34, f.mouthY + f.lowerLip + 8, 30, f.chinY + drop + 2),
    guide(f.mouthHalf + 10, f.mouthY - 6, f.chin, f.chinY + drop - 8),
    guide(f.jaw - 30, f.mouthY - 42, f.jaw * 0.66, f.chinY - 16 + drop * 0.5),
    guide(f.cheek - 24, 540, f.jaw - 2, f.jawY + 8),
    guide(T - 6, 470, f.cheek - 4, 580),
  ];
  const guides = [...mirrorAll(rightGuides).reverse(), ...rightGuides];
  const stubble = brief.beard === 'stubble';
  const opacity = stubble ? 0.26 : brief.beard === 'short' ? 0.92 : 1;
  const soft = stubble ? 7 : 2.2;
  const mass = (id: string, outline: readonly Point[], lines: readonly (readonly Point[])[], strokes: number): string => {
    const blurred = `<filter id="${id}Blur" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${soft}"/></filter>`;
    const base = `<defs>${blurred}</defs>${fill(spline(outline, true), stubble ? c.hairDeep : c.hairDark, opacity, `filter="url(#${id}Blur)"`)}`;
    // Stubble is a shade on the skin: it ends where the face does.
    if (stubble)
      return `<defs><clipPath id="${id}Face"><path d="${spline(mirrored(faceOutline(f), X), true)}"/></clipPath></defs><g clip-path="url(#${id}Face)">${base}</g>`;
    let hairs = '';
    for (let i = 0; i < strokes; i++) {
      const line = between(lines, next());
      const from = next() * 0.75;
      const shift = (next() - 0.5) * 14;
      const curve = (next() - 0.5) * 9;
      const piece = sample(line, 5, from, Math.min(1.03, from + 0.12 + 0.2 * next())).map(
        ([x, y], k): Point => [x + shift + curve * Math.sin((k / 4) * Math.PI), y],
      );
      const lit = piece[0]![0] < X - 20 ? 0.42 : 0.2;
      hairs += fill(
        brush(piece, tapered(2.2 + 3.4 * next())),
        next() < lit ? (next() < 0.4 ? c.hairGloss : c.hairLight) : next() < 0.5 ? c.hairDeep : c.hair,
        0.4 + 0.4 * next(),
      );
    }
    const clip = `${id}Clip`;
    return `${base}<defs><clipPath id="${clip}"><path d="${spline(outline, true)}"/></clipPath></defs><g clip-path="url(#${clip})">${hairs}</g>`;
  };
  const y = f.mouthY - f.upperLip;
  const w = f.mouthHalf;
  const lipLine: Point[] = [
    [X, y - 15],
    [X + 20, y - 21],
    [X + w * 0.66, y - 15],
    [X + w + 12, y + 6],
    [X + w + 22, y + 30],
    [X + w + 4, y + 27],
    [X + w * 0.6, y + 9],
    [X + 14, y + 4],
    [X, y + 7],
  ];
  const hairsOver: Point[][] = [
    guide(2, y - 15, 5, y + 7),
    guide(22, y - 20, 38, y + 8),
    guide(w * 0.66, y - 14, w * 0.96, y + 18),
    guide(w * 0.9, y - 2, w + 16, y + 30),
  ];
  const moustache = outlineOf(lipLine);
  const overGuides = [...mirrorAll(hairsOver).reverse(), ...hairsOver];
  return {
    beard: brief.beard === 'moustache' ? '' : mass('beard', beardOutline, guides, full ? 420 : 340),
    moustache: mass('moustache', moustache, overGuides, 120),
  };
}

/** A ring that is open at the top: along the jaw from ear to ear and back over the cheeks and under the mouth. */
function outlineLoop(jawRight: readonly Point[], upperFromMiddle: readonly Point[]): Point[] {
  const left = (points: readonly Point[]): Point[] => points.map(([x, y]): Point => [2 * X - x, y]);
  return [...jawRight, ...left(jawRight).reverse().slice(1), ...left(upperFromMiddle).reverse().slice(0, -1), ...upperFromMiddle];
}
