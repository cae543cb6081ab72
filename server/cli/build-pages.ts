import { fileURLToPath } from 'node:url';
import { buildClient } from './build-client.ts';

/** `npm run build`: builds the pages without starting a server, e.g. into an image. */
const { outDir, built, elapsedMs } = await buildClient(fileURLToPath(new URL('../..', import.meta.url)));
process.stdout.write(built ? `built ${outDir} in ${Math.round(elapsedMs)} ms\n` : `${outDir} is up to date\n`);
