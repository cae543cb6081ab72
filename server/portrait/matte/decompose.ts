import type { Frame } from '../frame.ts';
import { clamp, mix, randomNumbers, smoothstep } from '../numeric/mathematics.ts';
import { blur, type Colours, createPlane, mapPlanes, type Plane, planeOf } from '../numeric/plane.ts';
import { pullPush } from '../numeric/pull-push.ts';
import { erode, type Region, regionOf } from '../numeric/regions.ts';

/** Grain of the picture asks for as much. */
const NEGLIGIBLE_ALPHA = 0.012;

export interface Decomposed {
  readonly alpha: Plane;
  readonly foreground: Colours;
  readonly background: Colours;
  /** Pixels that are surely background. */
  readonly clear: Region;
}

/** Colours of person and background under the matte, whose sum is the picture; `outside`: pixels to the person's mask. */
export function decompose(frame: Pick<Frame, 'colours' | 'width' | 'height' | 'unit'>, matte: Plane, outside: Plane): Decomposed {
  const { colours, width, height, unit } = frame;
  const k = unit / 128;
  const solid = erode(
    regionOf(matte, (a) => a > 0.97),
    2 * k,
  );
  const clear = erode(
    regionOf(matte, (a) => a < 0.02),
    3 * k,
  );
  const extended = pullPush(colours, weightOf(solid)) as unknown as Colours;
  const filled = pullPush(colours, weightOf(clear));
  const seam = blur(weightOf(clear), 2.5 * k);
  const random = randomNumbers(2);
  const grain = planeOf(width, height, () => (random() + random() + random() - 1.5) * 2.4);
  const background = colours.map((plane, c) => {
    const soft = blur(filled[c]!, 3 * k);
    return mapPlanes([plane, soft, seam, grain], (I, b, s, g, i) => {
      const own = clear.data[i] ? clamp(s * 2 - 1, 0, 1) : 0;
      return clamp(I * own + (b + g) * (1 - own), 0, 255);
    });
  }) as unknown as Colours;
  const alpha = createPlane(width, height);
  const foreground = colours.map(() => createPlane(width, height)) as unknown as Colours;
  const pixel = new PixelColours();
  for (let i = 0; i < alpha.data.length; i++) {
    for (let c = 0; c < 3; c++) {
      pixel.seen[c] = colours[c]!.data[i]!;
      pixel.front[c] = extended[c]!.data[i]!;
      pixel.back[c] = background[c]!.data[i]!;
    }
    // On the outline itself the background stays, or the head would leave a line behind when it moves.
    alpha.data[i] = pixel.split(matte.data[i]!, smoothstep(2 * k, 5 * k, outside.data[i]!));
    for (let c = 0; c < 3; c++) {
      foreground[c]!.data[i] = pixel.front[c]!;
      background[c]!.data[i] = pixel.back[c]!;
    }
  }
  return { alpha, foreground, background, clear };
}

/** One pixel taken apart; 0..255. */
class PixelColours {
  readonly seen = new Float64Array(3);
  /** As they are expected here, and as they came out. */
  readonly front = new Float64Array(3);
  readonly back = new Float64Array(3);

  /**
   * Chooses alpha, at least `matte`, and both colours so that their sum is what was seen; returns alpha. `give`, 0..1: how
   * far the background's colour may give way.
   */
  split(matte: number, give: number): number {
    const { seen, front, back } = this;
    if (matte > 0.97) {
      front.set(seen);
      return matte;
    }
    let alpha = matte;
    if (this.#leastAlpha() > alpha) {
      alpha = Math.max(alpha, this.#likeness());
      // A hair beyond the matte has the person's colours; what has others is the background's, which was guessed wrong.
      for (let c = 0; alpha < 1 && c < 3; c++)
        back[c] = mix(back[c]!, clamp(back[c]!, (seen[c]! - 255 * alpha) / (1 - alpha), seen[c]! / (1 - alpha)), give);
      // Alpha rises until the foreground's colour is a possible one.
      alpha = clamp(Math.max(alpha, this.#leastAlpha()), 0, 1);
    }
    if (alpha > 0.004) for (let c = 0; c < 3; c++) front[c] = clamp(back[c]! + (seen[c]! - back[c]!) / alpha, 0, 255);
    return alpha;
  }

  /** How far what was seen lies on the way from the background's colour to the person's. */
  #likeness(): number {
    let along = 0;
    let span = 0;
    for (let c = 0; c < 3; c++) {
      along += (this.seen[c]! - this.back[c]!) * (this.front[c]! - this.back[c]!);
      span += (this.front[c]! - this.back[c]!) ** 2;
    }
    return clamp(along / Math.max(span, 1), 0, 1);
  }

  /** The least share of a possible colour that makes of the background what was seen; 0 for what is not worth it. */
  #leastAlpha(): number {
    let least = 0;
    for (let c = 0; c < 3; c++) {
      const difference = this.seen[c]! - this.back[c]!;
      least = Math.max(least, difference > 0 ? difference / Math.max(255 - this.back[c]!, 1) : -difference / Math.max(this.back[c]!, 1));
    }
    return least < NEGLIGIBLE_ALPHA ? 0 : least;
  }
}

const weightOf = ({ width, height, data }: Region): Plane => ({ width, height, data: Float32Array.from(data) });
