import sharp from 'sharp';
import type { RgbaImage } from '../face/raster/planes.ts';
import { renderingError } from './rendering-error.ts';

// An atlas is decoded once: a cache would only keep memory.
sharp.cache(false);

/**
 * Decodes an atlas to straight RGBA. Only PNG, JPEG and WebP are read, and only at the size that the rig declared
 * (which load-rig.ts has limited), so that a hostile file cannot make this process decode a billion pixels.
 */
export async function decodeAtlas(path: string, expected: { readonly width: number; readonly height: number }): Promise<RgbaImage> {
  try {
    const image = sharp(path, { limitInputPixels: expected.width * expected.height, failOn: 'error', animated: false });
    const { format, width, height } = await image.metadata();
    if (format !== 'png' && format !== 'jpeg' && format !== 'webp') throw new Error(`${format} is not read; use PNG, JPEG or WebP`);
    if (width !== expected.width || height !== expected.height) {
      throw new Error(`it is ${width}x${height}; avatar.json says ${expected.width}x${expected.height}`);
    }
    const { data, info } = await image.toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    throw renderingError('avatar_invalid', `The avatar's atlas cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
