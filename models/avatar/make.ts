import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { briefSchema } from '../../server/casting/brief.ts';
import { characterSchema } from '../../server/face/load-rig.ts';
import type { Drawn } from './avatar.ts';
import { bake } from './bake/bake.ts';
import { cullHidden } from './bake/cull.ts';
import { simplifyRig } from './bake/simplify.ts';
import { illustrate } from './illustrated/illustrate.ts';
import { personSchema } from './person.ts';
import { bakeRobot } from './robot/bake.ts';
import { robotSchema } from './robot/robot.ts';

const NAME = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);

const character = characterSchema.optional();

/** A parameter file: which style, and that style's parameters. */
export const parametersSchema = z.discriminatedUnion('style', [
  z.strictObject({ style: z.literal('sculpted'), character, person: personSchema }),
  z.strictObject({ style: z.literal('robot'), character, robot: robotSchema }),
  z.strictObject({ style: z.literal('illustrated'), character, name: NAME, brief: briefSchema }),
]);

export type Parameters = z.infer<typeof parametersSchema>;

/** Reads `people/<name>.json`. */
export function loadParameters(name: string): Parameters {
  const json: unknown = JSON.parse(readFileSync(new URL(`people/${NAME.parse(name)}.json`, import.meta.url), 'utf8'));
  const parameters = parametersSchema.parse(json);
  const own = nameOf(parameters);
  if (own !== name) throw new Error(`people/${name}.json is named ${own}`);
  return parameters;
}

export function nameOf(parameters: Parameters): string {
  if (parameters.style === 'sculpted') return parameters.person.name;
  return parameters.style === 'robot' ? parameters.robot.name : parameters.name;
}

export interface MakeOptions {
  /** Sculpted only. `draft` marches a quarter of the rays of `shipped`, `fine` four times as many. */
  readonly quality: 'draft' | 'shipped' | 'fine';
  readonly onProgress: (what: string, share: number) => void;
}

export async function makeAvatar(parameters: Parameters, options: MakeOptions): Promise<Drawn> {
  const drawn = cullHidden(await draw(parameters, options));
  const rig = simplifyRig(drawn.rig);
  const { character } = parameters;
  return { rig: character ? { ...rig, character } : rig, atlas: drawn.atlas };
}

async function draw(parameters: Parameters, { quality, onProgress }: MakeOptions): Promise<Drawn> {
  if (parameters.style === 'illustrated') return await illustrate(parameters.brief, parameters.name);
  if (parameters.style === 'robot') return await bakeRobot(parameters.robot, quality === 'draft' ? 0.5 : 1, onProgress);
  const { rig, atlas } = await bake(parameters.person, {
    quality: quality === 'fine' ? 2 : 1,
    scale: quality === 'draft' ? 0.5 : 1,
    onProgress,
  });
  return {
    rig,
    atlas: {
      width: atlas.width,
      height: atlas.height,
      data: new Uint8Array(atlas.rgba.buffer, atlas.rgba.byteOffset, atlas.rgba.byteLength),
    },
  };
}
