import sharp, { type Sharp } from 'sharp';
import { toVisavisError } from '../core/errors.ts';
import type { ImportLimits } from './contract.ts';
import type { RgbPicture } from './landmarks/landmark-engine.ts';
import { portraitError } from './portrait-error.ts';

/** Shorter side of what is worth looking at. */
const MIN_SIDE_PX = 200;
/** Larger photographs are read at this size: a face of 6 eye distances fills the largest picture that is ever drawn. */
const MAX_SIDE_PX = 2400;
/** What shows through transparent parts. */
const BACKDROP = { r: 198, g: 202, b: 206 };
const MIN_VISIBLE_SHARE = 0.2;

const FORMATS: readonly { readonly name: string; readonly is: (bytes: Uint8Array) => boolean }[] = [
  { name: 'jpeg', is: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff },
  { name: 'png', is: (b) => startsWith(b, 0, '\x89PNG\r\n\x1a\n') },
  { name: 'webp', is: (b) => startsWith(b, 0, 'RIFF') && startsWith(b, 8, 'WEBP') },
  { name: 'gif', is: (b) => startsWith(b, 0, 'GIF87a') || startsWith(b, 0, 'GIF89a') },
  { name: 'tiff', is: (b) => startsWith(b, 0, 'II*\0') || startsWith(b, 0, 'MM\0*') },
  { name: 'heif', is: (b) => startsWith(b, 4, 'ftypavif') || startsWith(b, 4, 'ftypavis') || startsWith(b, 4, 'ftypmif1') },
];

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** A decoded photograph. */
export interface Photograph extends RgbPicture {
  /** Size of the upright picture before it was made smaller. */
  readonly fullWidth: number;
  readonly fullHeight: number;
}

/**
 * Decodes a photograph to upright 8 bit sRGB: EXIF orientation, colour profile, CMYK, 16 bit and transparency are dealt
 * with. Only formats known by their first bytes reach a decoder. @throws VisavisError `portrait_*`
 */
export async function readPhotograph(bytes: Uint8Array, limits: Pick<ImportLimits, 'maxBytes' | 'maxPixels'>): Promise<Photograph> {
  if (bytes.length === 0) throw portraitError('portrait_not_picture', 'The file is empty');
  if (bytes.length > limits.maxBytes) {
    throw portraitError('portrait_too_large', `The file has ${megabytes(bytes.length)} MB; at most ${megabytes(limits.maxBytes)} are read`);
  }
  if (!FORMATS.some(({ is }) => is(bytes))) throw portraitError('portrait_not_picture', 'The file is no picture of a known format');
  const open = () => sharp(bytes, { failOn: 'error', limitInputPixels: limits.maxPixels, sequentialRead: true });
  const {
    width = 0,
    height = 0,
    pages = 1,
    hasAlpha,
    orientation = 1,
  } = await open()
    .metadata()
    .catch((error: unknown) => {
      throw unreadable(error, limits);
    });
  if (pages > 1) throw portraitError('portrait_animated', `The picture is animated: it has ${pages} frames`);
  if (width * height > limits.maxPixels) {
    throw portraitError(
      'portrait_too_large',
      `The picture has ${width} x ${height} pixels; at most ${limits.maxPixels / 1e6} million are read`,
    );
  }
  if (Math.min(width, height) < MIN_SIDE_PX) {
    throw portraitError('portrait_too_small', `The picture has ${width} x ${height} pixels; its shorter side needs ${MIN_SIDE_PX}`);
  }
  try {
    if (hasAlpha) await refuseInvisible(open());
    const { data, info } = await open()
      .autoOrient()
      .flatten({ background: BACKDROP })
      .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // Orientations from 5 on lie on their side (EXIF 2.32, tag 0x0112).
    const [fullWidth, fullHeight] = orientation >= 5 ? [height, width] : [width, height];
    return { width: info.width, height: info.height, data: threeChannels(data, info.channels), fullWidth, fullHeight };
  } catch (error) {
    throw unreadable(error, limits);
  }
}

async function refuseInvisible(image: Sharp): Promise<void> {
  const { data } = await image
    .extractChannel('alpha')
    .resize(64, 64, { fit: 'fill' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const visible = data.reduce((sum, alpha) => sum + alpha, 0) / (255 * data.length);
  if (visible < MIN_VISIBLE_SHARE) {
    throw portraitError('portrait_empty', `Only ${Math.round(visible * 100)} % of the picture can be seen; the rest is transparent`);
  }
}

/** Grey pictures come with one channel. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data);
  const pixels = data.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) out.fill(data[i * channels]!, i * 3, i * 3 + 3);
  return out;
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

function unreadable(error: unknown, limits: Pick<ImportLimits, 'maxPixels'>): Error {
  const known = toVisavisError(error, 'portrait');
  if (known.code !== 'internal') return known;
  if (/pixel limit/i.test(known.message)) {
    return portraitError('portrait_too_large', `The picture has more than ${limits.maxPixels / 1e6} million pixels`, { cause: error });
  }
  if (/unsupported image format/i.test(known.message)) {
    return portraitError('portrait_not_picture', 'The file is no picture that can be read', { cause: error });
  }
  return portraitError('portrait_broken', `The picture cannot be read: ${known.message.split('\n')[0]}`, { cause: error });
}
