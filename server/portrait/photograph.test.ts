import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { IMPORT_LIMITS } from './contract.ts';
import { readPhotograph } from './photograph.ts';

const SIZE = 240;

/** Red, green, blue and grey quarters: shows which way is up. */
const quarters = () => {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++)
      data.set(
        y < SIZE / 2 ? (x < SIZE / 2 ? [220, 30, 30] : [30, 220, 30]) : x < SIZE / 2 ? [30, 30, 220] : [128, 128, 128],
        (y * SIZE + x) * 3,
      );
  return sharp(data, { raw: { width: SIZE, height: SIZE, channels: 3 } });
};

const read = (bytes: Uint8Array, limits = {}) => readPhotograph(bytes, { ...IMPORT_LIMITS, ...limits });
const at = (picture: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3),
];
const isNear = (colour: number[], expected: number[], tolerance = 14) => colour.every((v, c) => Math.abs(v - expected[c]!) <= tolerance);

describe('a photograph', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const)('is read from %s', async (format) => {
    const picture = await read(await quarters().toFormat(format).toBuffer());
    expect([picture.width, picture.height]).toEqual([SIZE, SIZE]);
    expect(isNear(at(picture, 60, 60), [220, 30, 30], 30)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('stands upright whatever its EXIF orientation (%d)', async (orientation) => {
    const upright = quarters();
    // What a camera that holds the picture so would have written.
    const turned: Record<number, () => Sharp> = {
      1: () => upright,
      2: () => upright.flop(),
      3: () => upright.rotate(180),
      4: () => upright.flip(),
      5: () => upright.rotate(270).flop(),
      6: () => upright.rotate(270),
      7: () => upright.rotate(90).flop(),
      8: () => upright.rotate(90),
    };
    const raw = await turned[orientation]!().png().toBuffer();
    const picture = await read(await sharp(raw).withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer());
    expect(isNear(at(picture, 40, 40), [220, 30, 30])).toBe(true);
    expect(isNear(at(picture, 200, 40), [30, 220, 30])).toBe(true);
    expect(isNear(at(picture, 40, 200), [30, 30, 220])).toBe(true);
  });

  it('becomes 8 bit sRGB from CMYK, 16 bit, grey and transparency', async () => {
    const cmyk = await read(await quarters().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer());
    expect(at(cmyk, 40, 40)[0]).toBeGreaterThan(at(cmyk, 40, 40)[1]! + 80);
    const deep = await read(await quarters().toColourspace('rgb16').png().toBuffer());
    expect(isNear(at(deep, 200, 40), [30, 220, 30])).toBe(true);
    const grey = await read(await quarters().greyscale().jpeg().toBuffer());
    const [r, g, b] = at(grey, 200, 200) as [number, number, number];
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(4);
    const alpha = await read(await quarters().ensureAlpha(0.6).png().toBuffer());
    expect(alpha.data.length).toBe(SIZE * SIZE * 3);
  });

  it('is made smaller when it is huge', async () => {
    const picture = await read(
      await sharp({ create: { width: 5000, height: 3000, channels: 3, background: '#456' } })
        .jpeg()
        .toBuffer(),
    );
    expect([picture.width, picture.height]).toEqual([2400, 1440]);
  });

  const hostile: Record<string, [string, () => Promise<Uint8Array>, object?]> = {
    'nothing at all': ['portrait_not_picture', async () => new Uint8Array()],
    'a text': ['portrait_not_picture', async () => Buffer.from('this is no picture, whatever it is called')],
    'a drawing with a programme in it': [
      'portrait_not_picture',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>'),
    ],
    'half a file': [
      'portrait_broken',
      async () => {
        const whole = await quarters().jpeg().toBuffer();
        return whole.subarray(0, whole.length * 0.7);
      },
    ],
    'a file of rubbish with a good beginning': [
      'portrait_broken',
      async () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(900, 7)]),
    ],
    'a film': [
      'portrait_animated',
      () =>
        sharp(Buffer.alloc(SIZE * SIZE * 2 * 3, 90).fill(200, 0, SIZE * SIZE * 3), {
          raw: { width: SIZE, height: SIZE * 2, channels: 3, pageHeight: SIZE },
        })
          .gif()
          .toBuffer(),
    ],
    'a bomb': [
      'portrait_too_large',
      () =>
        sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#fff' } })
          .png()
          .toBuffer(),
      { maxPixels: 1e6 },
    ],
    'too many bytes': ['portrait_too_large', async () => quarters().png().toBuffer(), { maxBytes: 100 }],
    'a stamp': ['portrait_too_small', () => quarters().resize(32, 32).png().toBuffer()],
    'a ribbon': ['portrait_too_small', () => quarters().resize(1600, 60, { fit: 'fill' }).png().toBuffer()],
    'a clear picture': ['portrait_empty', () => quarters().ensureAlpha(0).png().toBuffer()],
  };
  it.each(Object.entries(hostile))('is refused: %s', async (_, [code, make, limits]) => {
    await expect(read(await make(), limits)).rejects.toMatchObject({ code, stage: 'portrait' });
  });
});
