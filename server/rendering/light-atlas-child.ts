import sharp from 'sharp';
import { type ChildMessage, serveParent } from '../core/child.ts';

/** The process that makes one atlas smaller. */
export interface LightAtlasRequest extends ChildMessage {
  readonly kind: 'lighten';
  readonly atlasPath: string;
}

/** The largest atlas that a rig may have; see load-rig.ts. */
const MAX_PIXELS = 4096 * 4096;
const SHARE = 0.5;

serveParent<null>({
  start() {
    sharp.concurrency(1);
    sharp.cache(false);
  },
  async ask(message) {
    const { atlasPath } = message as LightAtlasRequest;
    const image = sharp(atlasPath, { limitInputPixels: MAX_PIXELS, failOn: 'error', animated: false });
    const { width, height } = await image.metadata();
    const data = await image
      .toColourspace('srgb')
      .resize(Math.max(1, Math.round(width * SHARE)), Math.max(1, Math.round(height * SHARE)), { fit: 'fill' })
      .webp({ quality: 85, alphaQuality: 90, smartSubsample: true })
      .toBuffer();
    return new Uint8Array(data);
  },
});
