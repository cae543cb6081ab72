import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testRig } from '../face/test-rig.ts';
import { listAvatars, readPoster } from './avatar-folder.ts';

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

let folder: string;
const avatars = () => join(folder, 'avatars');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-poster-'));
  for (const name of ['ana', 'ben', 'eve']) {
    await mkdir(join(avatars(), name), { recursive: true });
    await writeFile(join(avatars(), name, 'avatar.json'), JSON.stringify({ ...testRig(), name }));
  }
  await writeFile(join(avatars(), 'ana', 'poster.jpg'), JPEG);
  await writeFile(join(folder, 'secret'), 'never');
  await symlink(join(folder, 'secret'), join(avatars(), 'eve', 'poster.jpg'));
});
afterEach(() => rm(folder, { recursive: true }));

it('is read, and listed where there is one', async () => {
  expect((await readPoster(avatars(), 'ana')).data).toEqual(JPEG);
  const listed = await listAvatars(avatars(), () => undefined, join(folder, 'index'));
  expect(listed.map(({ name, hasPoster }) => [name, hasPoster])).toContainEqual(['ana', true]);
  expect(listed.map(({ name, hasPoster }) => [name, hasPoster])).toContainEqual(['ben', false]);
});

it.each([
  ['ben', 'poster_missing'],
  ['nobody', 'avatar_unknown'],
  ['..', 'avatar_unknown'],
  ['../avatars/ana', 'avatar_unknown'],
  ['ana/../../secret', 'avatar_unknown'],
  ['', 'avatar_unknown'],
])('of %j has the code %s', async (name, code) => {
  await expect(readPoster(avatars(), name)).rejects.toMatchObject({ code, status: 404 });
});

it('is never read through a link that leads out of the folder', async () => {
  await expect(readPoster(avatars(), 'eve')).rejects.toMatchObject({ status: 404 });
});
