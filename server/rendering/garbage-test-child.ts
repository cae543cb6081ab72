import { pbkdf2 } from 'node:crypto';
import { collectStartupGarbage } from '../core/startup-garbage.ts';
import { writeClip } from './clip-file.ts';

/**
 * Writes a film of pictures that nobody else keeps. To be run with one thread in libuv's pool: it has always something to
 * do before it encodes a picture, and garbage is collected in the meantime.
 */
const SIDE_PX = 512;

function* frames(): Generator<Uint8Array> {
  for (let i = 0; i < 8; i++) yield new Uint8Array((SIDE_PX * SIDE_PX * 3) / 2).fill(16 + i * 8);
}

let isBusy = true;
const occupy = () => pbkdf2('', '', 10_000, 64, 'sha512', () => isBusy && occupy());
occupy();
const collecting = setInterval(collectStartupGarbage, 1);
await writeClip(
  {
    path: process.argv[2] as string,
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    framesPerS: 25,
    frames: frames(),
    pcm: new Int16Array(8_000),
    sampleRateHz: 24_000,
    title: 'Ana',
    comment: 'Synthetic face and voice',
  },
  'node-av',
);
isBusy = false;
clearInterval(collecting);
