import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testRig } from '../face/test-rig.ts';
import { listAvatars } from './avatar-folder.ts';
import { AvatarIndex } from './avatar-index.ts';

let folder: string;
const avatars = () => join(folder, 'avatars');
const index = () => join(folder, 'index');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-avatar-index-'));
  for (const name of ['ana', 'ben']) await add(name, JSON.stringify({ ...testRig(), name, title: `The ${name}` }));
});
afterEach(() => rm(folder, { recursive: true }));

async function add(name: string, json: string): Promise<void> {
  await mkdir(join(avatars(), name), { recursive: true });
  await writeFile(join(avatars(), name, 'avatar.json'), json);
}

async function list(): Promise<{ titles: string[]; broken: string[] }> {
  const broken: string[] = [];
  const found = await listAvatars(avatars(), (name) => broken.push(name), index());
  return { titles: found.map(({ title }) => title), broken };
}

/** Names that have to be loaded to be listed. */
async function unknown(): Promise<string[]> {
  const asked: string[] = [];
  const known = await AvatarIndex.open(avatars(), index());
  for (const name of ['ana', 'ben']) {
    const load = async () => {
      asked.push(name);
      return { title: name, origin: '', licence: '', triangles: 1, layers: 1 };
    };
    await known.facts(name, join(avatars(), name, 'avatar.json'), load);
  }
  return asked;
}

it('knows avatars that have loaded before, until they change', async () => {
  expect(await unknown()).toEqual(['ana', 'ben']);
  expect(await list()).toEqual({ titles: ['The ana', 'The ben'], broken: [] });
  expect(await unknown()).toEqual([]);
  expect(await list()).toEqual({ titles: ['The ana', 'The ben'], broken: [] });
  await add('ben', JSON.stringify({ ...testRig(), name: 'ben', title: 'Benjamin, changed' }));
  expect(await unknown()).toEqual(['ben']);
  expect((await list()).titles).toEqual(['The ana', 'Benjamin, changed']);
});

it('judges a broken avatar again at every start', async () => {
  await list();
  await add('ben', '{"format":"visavis-rig"}');
  expect(await list()).toEqual({ titles: ['The ana'], broken: ['ben'] });
  expect(await list()).toEqual({ titles: ['The ana'], broken: ['ben'] });
});

it('is empty when its file is damaged', async () => {
  await list();
  const [file] = await readdir(index());
  await writeFile(join(index(), file as string), '{"avatars":');
  expect(await unknown()).toEqual(['ana', 'ben']);
  expect((await list()).titles).toEqual(['The ana', 'The ben']);
});
