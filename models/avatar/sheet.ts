/**
 * Contact sheet of an avatar for the eye: `node models/avatar/sheet.ts FOLDER OUT.png [--size 320] [--crop face|mouth|eyes]
 * [--only aa,PP,…]` draws visemes, emotions, blinks, gaze and poses with the server's own rasteriser.
 */
import { parseArgs } from 'node:util';
import sharp, { type OverlayOptions } from 'sharp';
import { EMOTIONS } from '../../server/core/speech.ts';
import { VISEMES } from '../../server/face/parameters.ts';
import { openStage, type Weights } from './stills.ts';

/** What part of the canvas a crop shows: x, y, width, height as shares. */
const CROPS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  full: [0, 0, 1, 1],
  face: [0.24, 0.16, 0.52, 0.62],
  mouth: [0.36, 0.5, 0.28, 0.26],
  eyes: [0.28, 0.28, 0.44, 0.22],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '512' },
    crop: { type: 'string', default: 'face' },
    only: { type: 'string' },
    columns: { type: 'string', default: '7' },
  },
});
const [folder, out] = positionals;
const crop = CROPS[values.crop];
if (!folder || !out || !crop) {
  console.error('usage: node models/avatar/sheet.ts FOLDER OUT.png [--size PX] [--crop full|face|mouth|eyes] [--only A,B]');
  process.exit(2);
}

const sizePx = Number(values.size);
using stage = await openStage(folder, sizePx);
const { rig } = stage;

const blink = (weight: number): Weights => ({ eyeBlinkLeft: weight, eyeBlinkRight: weight });
const cells: [string, Weights][] = [
  ...VISEMES.map((v): [string, Weights] => [v, { [`viseme_${v}`]: 1 }]),
  ...EMOTIONS.map((e): [string, Weights] => [e, rig.emotions[e]]),
  ['happy+aa', { ...rig.emotions.happy, viseme_aa: 0.8 }],
  ['blink 40', blink(0.4)],
  ['blink 75', blink(0.75)],
  ['blink', blink(1)],
  ['gaze left', { gazeX: 1 }],
  ['gaze right', { gazeX: -1 }],
  ['gaze up', { gazeY: 1 }],
  ['gaze down', { gazeY: -1 }],
  ['yaw +', { headYaw: 1 }],
  ['yaw -', { headYaw: -1 }],
  ['pitch +', { headPitch: 1 }],
  ['pitch -', { headPitch: -1 }],
  ['roll', { headRoll: 1 }],
  ['yaw+aa', { headYaw: 0.8, headPitch: 0.4, viseme_aa: 1 }],
  ['jawOpen', { jawOpen: 1 }],
  ['smile', { mouthSmileLeft: 1, mouthSmileRight: 1 }],
  ['puff', { cheekPuff: 1 }],
  ['tongue', { jawOpen: 0.4, tongueOut: 1 }],
];
const wanted = values.only?.split(',');
const shown = wanted ? wanted.map((name): [string, Weights] => cells.find(([n]) => n === name) ?? [name, { [name]: 1 }]) : cells;

const cellW = Math.round(crop[2] * sizePx);
const cellH = Math.round(crop[3] * sizePx);
const columns = Math.min(Number(values.columns), shown.length);
const rows = Math.ceil(shown.length / columns);
const pieces: OverlayOptions[] = [];
for (const [index, [label, weights]] of shown.entries()) {
  const text = `<svg width="${cellW}" height="20"><rect width="${8 + label.length * 8}" height="18" fill="#000" fill-opacity=".5"/><text x="4" y="14" font-family="sans-serif" font-size="13" fill="#fff">${label}</text></svg>`;
  const input = await sharp(stage.draw(weights), { raw: { width: sizePx, height: sizePx, channels: 4 } })
    .extract({ left: Math.round(crop[0] * sizePx), top: Math.round(crop[1] * sizePx), width: cellW, height: cellH })
    .composite([{ input: Buffer.from(text), left: 0, top: 0 }])
    .png()
    .toBuffer();
  pieces.push({ input, left: (index % columns) * (cellW + 4), top: Math.floor(index / columns) * (cellH + 4) });
}
await sharp({ create: { width: columns * (cellW + 4), height: rows * (cellH + 4), channels: 3, background: '#222' } })
  .composite(pieces)
  .png()
  .toFile(out);
