/**
 * BT.601 matrix, limited range, for both codecs. VP8 knows no other (RFC 6386, 9.2), Chromium takes 601 for WebRTC
 * video that signals nothing, and the H.264 encoders write it into the stream. Primaries and transfer stay those of the
 * sRGB pictures that the atlas holds. Coefficients are those of ITU-R BT.601-7 for 8-bit code values.
 */
export const lumaOf = (r: number, g: number, b: number): number => 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255;
export const blueOf = (r: number, g: number, b: number): number => 128 + (-37.797 * r - 74.203 * g + 112 * b) / 255;
export const redOf = (r: number, g: number, b: number): number => 128 + (112 * r - 93.786 * g - 18.214 * b) / 255;

/** A black picture. */
export const BLACK = { y: 16, u: 128, v: 128 } as const;

/** RGBA of an I420 picture, for looking at frames in tests, posters and tools. */
export function i420ToRgba(frame: Uint8Array, width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  const chromaWidth = width >> 1;
  const uAt = width * height;
  const vAt = uAt + chromaWidth * (height >> 1);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 4) {
      const chroma = (y >> 1) * chromaWidth + (x >> 1);
      const luma = 1.164384 * ((frame[y * width + x] as number) - 16);
      const u = (frame[uAt + chroma] as number) - 128;
      const v = (frame[vAt + chroma] as number) - 128;
      rgba[out] = byte(luma + 1.596027 * v);
      rgba[out + 1] = byte(luma - 0.391762 * u - 0.812968 * v);
      rgba[out + 2] = byte(luma + 2.017232 * u);
      rgba[out + 3] = 255;
    }
  }
  return rgba;
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
