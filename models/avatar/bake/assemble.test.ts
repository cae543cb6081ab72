import { expect, it } from 'vitest';
import { loadRig } from '../../../server/face/load-rig.ts';
import { CANVAS_PX } from '../camera.ts';
import { personSchema } from '../person.ts';
import { assemble } from './assemble.ts';
import { exposeHair, hairLayer } from './hair-layers.ts';
import { backdropLayer } from './scenery.ts';

it('leaves out the hair that a bald head does not have: the rig is a valid one', () => {
  const bald = personSchema.parse({ name: 'bald', title: 'Bald', hair: { style: 'bald' } });
  const region = { x: 0, y: 0, width: CANVAS_PX, height: CANVAS_PX };
  const hair = hairLayer('hairFront', exposeHair([], region, 0.1), region);
  expect(hair.triangles.length).toBeGreaterThan(0);
  const { rig, atlas } = assemble(bald, [backdropLayer(bald), hair]);
  expect(loadRig(JSON.parse(JSON.stringify(rig))).layers.map(({ id }) => id)).toEqual(['background']);
  expect(atlas).toMatchObject({ width: rig.atlas.width, height: rig.atlas.height });
});
