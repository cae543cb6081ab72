import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRig } from '../face/load-rig.ts';
import { testAtlas, testRig } from '../face/test-rig.ts';
import { AvatarDownloads } from './avatar-download.ts';

let folder: string;
let downloads: AvatarDownloads;
const writeRig = (title: string) =>
  writeFile(join(folder, 'avatars/tess/avatar.json'), JSON.stringify({ ...testRig(), title, consent: 'Tess signed a paper.' }));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-download-'));
  await mkdir(join(folder, 'avatars/tess'), { recursive: true });
  await writeRig('Tess');
  const { data, width, height } = testAtlas();
  await sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toFile(join(folder, 'avatars/tess/atlas.png'));
  downloads = new AvatarDownloads(join(folder, 'avatars'), join(folder, 'light'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the rig', () => {
  it('comes compressed and loads as it is, without the note of consent', async () => {
    const rigs = await Promise.all((['br', 'gzip'] as const).map((encoding) => downloads.rig('tess', encoding)));
    const texts = [brotliDecompressSync(rigs[0]!.data), gunzipSync(rigs[1]!.data)].map(String);
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toContain('signed');
    expect(loadRig(JSON.parse(texts[0]!)).title).toBe('Tess');
    expect(rigs[0]?.type).toBe('application/json');
    expect(await downloads.rig('tess', 'br')).toBe(rigs[0]);
  });

  it('is read again when the avatar was made again', async () => {
    const before = await downloads.rig('tess', 'br');
    await writeRig('Tess the second');
    await utimes(join(folder, 'avatars/tess/avatar.json'), 2_000_000, 2_000_000);
    const now = await downloads.rig('tess', 'br');
    expect(now.changedMs).not.toBe(before.changedMs);
    expect(JSON.parse(String(brotliDecompressSync(now.data)))).toMatchObject({ title: 'Tess the second' });
  });

  it.each(['nobody', '../avatars/tess', 'tess/..'])('of "%s" is not there', async (name) => {
    await expect(downloads.rig(name, 'br')).rejects.toMatchObject({ code: 'avatar_unknown', status: 404 });
    await expect(downloads.atlas(name, false)).rejects.toMatchObject({ code: 'avatar_unknown' });
  });
});

describe('the atlas', () => {
  it('comes as it is, or as a small WebP picture that is made once', async () => {
    const [full, light] = await Promise.all([downloads.atlas('tess', false), downloads.atlas('tess', true)]);
    expect([full.type, (await sharp(full.data).metadata()).width]).toEqual(['image/png', 512]);
    expect([light.type, (await sharp(light.data).metadata()).width]).toEqual(['image/webp', 256]);
    expect(light.data.length).toBeLessThan(full.data.length / 3);
    expect(await downloads.atlas('tess', true)).toEqual(light);
  });
});
