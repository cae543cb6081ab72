import { resolve } from 'node:path';
import { readAvatar } from '../../server/rendering/read-avatar.ts';
import { drawLoad } from './load.ts';

/** A process of its own that draws: avatar and Load are its arguments, a DrawnLoad is its only message. */
const [name = '', load = '{}'] = process.argv.slice(2);
const drawn = await drawLoad(await readAvatar(resolve('avatars'), name), JSON.parse(load));
process.send?.(drawn, () => process.exit(0));
