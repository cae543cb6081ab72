/**
 * Makes a shipped avatar from its parameter file: `node models/avatar/generate.ts mia` reads people/mia.json and writes
 * avatars/mia/ (avatar.json, atlas.png, and the stills poster.jpg and preview.png). `--draft` marches a quarter of the
 * rays, `--fine` four times as many; `--out DIR` writes elsewhere.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadRig } from '../../server/face/load-rig.ts';
import { writeAvatar } from './avatar.ts';
import { loadParameters, makeAvatar } from './make.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { draft: { type: 'boolean', default: false }, fine: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const name = positionals[0];
if (!name) {
  console.error('usage: node models/avatar/generate.ts NAME [--draft | --fine] [--out DIR]');
  process.exit(2);
}
const folder = values.out ?? path.join(fileURLToPath(new URL('../../avatars/', import.meta.url)), name);
const startedAt = performance.now();
let lastLine = '';
const drawn = await makeAvatar(loadParameters(name), {
  quality: values.fine ? 'fine' : values.draft ? 'draft' : 'shipped',
  onProgress: (what, share) => {
    const line = `${what} ${Math.round(share * 10) * 10} %`;
    if (line !== lastLine) console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${line}`);
    lastLine = line;
  },
});
await writeAvatar(folder, drawn);
const { layers, vertexCount, triangleCount } = loadRig(drawn.rig);
console.log(
  `${folder}: ${layers.length} layers, ${vertexCount} vertices, ${triangleCount} triangles, atlas ${drawn.atlas.width}x${drawn.atlas.height}`,
);
