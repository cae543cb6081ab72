import sharp from 'sharp';
import { clamp } from './numeric/mathematics.ts';
import type { StagePicture } from './pipeline.ts';
import { toRgb } from './resample.ts';

const PREVIEW_PX = 384;
/** Behind a person who has been cut out. */
const BACKDROP = [0x8f, 0xa0, 0x9d] as const;

/** What a stage has found, to look at while the next one works: JPEG. */
export async function stagePreview({ frame, lines, alpha }: StagePicture): Promise<Uint8Array> {
  const { width, height, data } = toRgb(frame.colours);
  if (alpha)
    for (let i = 0; i < width * height; i++) {
      const share = clamp(alpha.data[i]!, 0, 1);
      for (let c = 0; c < 3; c++) data[i * 3 + c] = data[i * 3 + c]! * share + BACKDROP[c]! * (1 - share);
    }
  const side = width - 2 * frame.margin;
  const marks = lines.map((points) => {
    const [first] = points;
    if (points.length === 1 && first) return `<circle cx="${first.x}" cy="${first.y}" r="${side / 150}"/>`;
    return `<polyline points="${points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>`;
  });
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g fill="#7fe3d2" stroke="#12312d" stroke-opacity=".55" stroke-width="${side / 500}">${marks
    .filter((mark) => mark.startsWith('<c'))
    .join('')}</g><g fill="none" stroke="#7fe3d2" stroke-width="${side / 240}" stroke-linejoin="round">${marks
    .filter((mark) => mark.startsWith('<p'))
    .join('')}</g></svg>`;
  const marked = await sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(overlay) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return sharp(marked, { raw: { width, height, channels: 3 } })
    .extract({ left: frame.margin, top: frame.margin, width: side, height: height - 2 * frame.margin })
    .resize(PREVIEW_PX, PREVIEW_PX)
    .jpeg({ quality: 82 })
    .toBuffer();
}
