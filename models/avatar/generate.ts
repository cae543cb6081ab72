/**
 * Makes a shipped avatar from its parameter file: `node models/avatar/generate.ts mia` writes avatars/mia/ (avatar.json,
 * atlas.png, and the stills poster.jpg and preview.png). `--fine` shades four samples per texel; `--out DIR` writes elsewhere.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { bake } from './bake/bake.ts';
import { simplifyRig } from './bake/simplify.ts';
import { loadPerson } from './person.ts';
import { writeStills } from './stills.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fine: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const name = positionals[0];
if (!name) {
  console.error('usage: node models/avatar/generate.ts NAME [--fine] [--out DIR]');
  process.exit(2);
}
const person = loadPerson(name);
const folder = values.out ?? path.join(fileURLToPath(new URL('../../avatars/', import.meta.url)), person.name);
const startedAt = performance.now();
let lastLine = '';
const { rig: dense, atlas } = await bake(person, {
  quality: values.fine ? 2 : 1,
  scale: 1,
  onProgress: (what, share) => {
    const line = `${what} ${Math.round(share * 10) * 10} %`;
    if (line !== lastLine) console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${line}`);
    lastLine = line;
  },
});
const rig = simplifyRig(dense);
await mkdir(folder, { recursive: true });
const image = sharp(Buffer.from(atlas.rgba.buffer), { raw: { width: atlas.width, height: atlas.height, channels: 4 } });
// No `effort` here: it would make sharp reduce the picture to a palette.
await image.png({ compressionLevel: 9, adaptiveFiltering: true }).toFile(path.join(folder, 'atlas.png'));
await writeFile(path.join(folder, 'avatar.json'), `${JSON.stringify(rig)}\n`);
await writeStills(folder);
const vertices = rig.layers.reduce((sum, layer) => sum + Buffer.from(layer.mesh.follow, 'base64').length / 4, 0);
const triangles = rig.layers.reduce((sum, layer) => sum + Buffer.from(layer.mesh.indices, 'base64').length / 6, 0);
console.log(`${folder}: ${rig.layers.length} layers, ${vertices} vertices, ${triangles} triangles, atlas ${atlas.width}x${atlas.height}`);
