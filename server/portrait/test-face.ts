import sharp from 'sharp';
import type { FacePoints } from './contract.ts';

/**
 * A drawn face for tests, whose points are known to the pixel: skin, eyes, brows, nose, lips with a seam, hair and
 * shoulders before a plain wall, with the grain of a camera.
 */
export const TEST_FACE_PX = 720;

export const TEST_FACE_POINTS = {
  eyeRightOuter: { x: 258, y: 302 },
  eyeRightInner: { x: 328, y: 304 },
  eyeLeftInner: { x: 392, y: 304 },
  eyeLeftOuter: { x: 462, y: 302 },
  irisRight: { x: 293, y: 299 },
  irisLeft: { x: 427, y: 299 },
  browRight: { x: 288, y: 254 },
  browLeft: { x: 432, y: 254 },
  noseTip: { x: 360, y: 378 },
  mouthRight: { x: 304, y: 444 },
  mouthLeft: { x: 416, y: 444 },
  lipTop: { x: 360, y: 430 },
  lipBottom: { x: 360, y: 466 },
  chin: { x: 360, y: 536 },
  faceRight: { x: 212, y: 330 },
  faceLeft: { x: 508, y: 330 },
} as const satisfies FacePoints;

export const TEST_IRIS_RADIUS = 13;

const eye = (x: number): string => `
  <path d="M${x - 36} 303 Q${x - 4} 272 ${x + 36} 303 Q${x} 322 ${x - 36} 303Z" fill="#efe9e4"/>
  <clipPath id="c${x}"><path d="M${x - 36} 303 Q${x - 4} 272 ${x + 36} 303 Q${x} 322 ${x - 36} 303Z"/></clipPath>
  <g clip-path="url(#c${x})"><circle cx="${x}" cy="299" r="${TEST_IRIS_RADIUS}" fill="#4b3a2a"/><circle cx="${x}" cy="299" r="5.5" fill="#0c0a09"/>
  <circle cx="${x + 4}" cy="294" r="2.6" fill="#fff"/></g>
  <path d="M${x - 37} 303 Q${x - 4} 271 ${x + 37} 303" fill="none" stroke="#2a1c18" stroke-width="3.4"/>
  <path d="M${x - 36} 296 Q${x - 4} 262 ${x + 36} 294" fill="none" stroke="#a8765f" stroke-width="2"/>
  <path d="M${x - 36} 304 Q${x} 323 ${x + 36} 304" fill="none" stroke="#a8715c" stroke-width="1.6"/>`;

const svg = (background: string): string => `<svg xmlns="http://www.w3.org/2000/svg" width="${TEST_FACE_PX}" height="${TEST_FACE_PX}">
  <defs>
    <radialGradient id="skin" cx="46%" cy="40%" r="65%"><stop offset="0" stop-color="#e9bda2"/><stop offset="1" stop-color="#bd8468"/></radialGradient>
    <linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${background}"/><stop offset="1" stop-color="#8fa0ab"/></linearGradient>
  </defs>
  <rect width="100%" height="100%" fill="url(#wall)"/>
  <ellipse cx="360" cy="280" rx="178" ry="208" fill="#2b1d17"/>
  <path d="M60 720 Q90 610 270 590 L450 590 Q630 610 660 720Z" fill="#35507a"/>
  <path d="M296 480 L296 606 Q360 640 424 606 L424 480Z" fill="#b57c61"/>
  <path d="M212 300 Q208 150 360 142 Q512 150 508 300 Q512 420 452 492 Q402 536 360 536 Q318 536 268 492 Q208 420 212 300Z" fill="url(#skin)"/>
  <path d="M206 300 Q206 150 360 138 Q514 150 514 300 Q498 196 430 188 Q330 196 280 190 Q222 210 206 300Z" fill="#2b1d17"/>
  ${eye(293)}${eye(427)}
  <path d="M250 262 Q286 240 328 256 L326 264 Q286 250 252 268Z" fill="#3a271f"/>
  <path d="M470 262 Q434 240 392 256 L394 264 Q434 250 468 268Z" fill="#3a271f"/>
  <path d="M352 300 Q342 360 332 384 Q346 398 360 396 Q374 398 388 384" fill="none" stroke="#a9745c" stroke-width="3"/>
  <ellipse cx="346" cy="391" rx="6" ry="3.4" fill="#6b4335"/><ellipse cx="374" cy="391" rx="6" ry="3.4" fill="#6b4335"/>
  <path d="M304 444 Q340 426 352 430 Q360 434 368 430 Q380 426 416 444 Q380 448 360 447 Q340 448 304 444Z" fill="#b0524c"/>
  <path d="M304 444 Q340 448 360 447 Q380 448 416 444 Q390 466 360 466 Q330 466 304 444Z" fill="#c2645c"/>
  <path d="M303 444 Q340 449 360 447.5 Q380 449 417 444" fill="none" stroke="#54231f" stroke-width="2.6"/>
</svg>`;

/** The face as an encoded picture. */
export async function drawTestFace(options: { readonly background?: string; readonly blurPx?: number } = {}): Promise<Buffer> {
  const drawn = sharp(Buffer.from(svg(options.background ?? '#c9d2d6'))).removeAlpha();
  const { data, info } = await (options.blurPx ? drawn.blur(options.blurPx) : drawn.blur(0.7)).raw().toBuffer({ resolveWithObject: true });
  if (!options.blurPx) {
    let state = 12345;
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      data[i] = Math.min(255, Math.max(0, data[i]! + ((state >>> 16) % 7) - 3));
    }
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}
