/**
 * Takes needless vertices out of an avatar that was made before: `node models/avatar/simplify.ts mia`. `generate.ts` does so
 * by itself.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRig } from '../../server/face/load-rig.ts';
import type { Rig } from '../../server/face/rig.ts';
import { simplifyRig } from './bake/simplify.ts';

const [name] = process.argv.slice(2);
if (!name) {
  console.error('usage: node models/avatar/simplify.ts NAME');
  process.exit(2);
}
const file = path.join(fileURLToPath(new URL('../../avatars/', import.meta.url)), name, 'avatar.json');
const rig = JSON.parse(await readFile(file, 'utf8')) as Rig;
const before = loadRig(rig);
const simpler = simplifyRig(rig);
const after = loadRig(JSON.parse(JSON.stringify(simpler)));
await writeFile(file, `${JSON.stringify(simpler)}\n`);
console.log(`${file}: ${before.vertexCount} vertices, ${before.triangleCount} triangles -> ${after.vertexCount}, ${after.triangleCount}`);
