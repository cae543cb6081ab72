import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRig } from '../face/load-rig.ts';
import type { ImportProgress } from './contract.ts';
import { importPortrait, inspectPortrait } from './import.ts';
import { drawTestFace, TEST_FACE_POINTS } from './test-face.ts';

/** Seconds of work for both cores, in a suite that shares them. */
const IMPORT_TIMEOUT_MS = 180_000;

let outDir: string;
let face: Buffer;
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'visavis-portrait-'));
  face = await drawTestFace();
});
afterAll(() => rm(outDir, { recursive: true, force: true }));

describe('importing a photograph', () => {
  it(
    'writes an avatar that loads and looks like the photograph',
    async () => {
      const path = join(outDir, 'ana photo.jpg');
      await writeFile(path, face);
      const progress: ImportProgress[] = [];
      const report = await importPortrait(path, {
        name: 'ana',
        outDir,
        points: TEST_FACE_POINTS,
        consent: 'drawn for this test',
        onProgress: (p) => progress.push(p),
      });
      expect(report).toMatchObject({ name: 'ana', title: 'Ana', cutOut: true, mouthOpen: false, folder: join(outDir, 'ana') });
      expect(report.psnrDb).toBeGreaterThan(38);
      expect((await readdir(report.folder)).sort()).toEqual(['atlas.png', 'avatar.json', 'poster.jpg', 'preview.png', 'provenance.json']);
      const rig = loadRig(JSON.parse(await readFile(join(report.folder, 'avatar.json'), 'utf8')));
      expect(rig).toMatchObject({ name: 'ana', title: 'Ana', consent: 'drawn for this test', provenance: { kind: 'photograph' } });
      expect(rig.origin).toContain('ana photo.jpg');
      expect(rig.origin).toContain('synthetic');
      expect(JSON.parse(await readFile(join(report.folder, 'provenance.json'), 'utf8'))).toMatchObject({
        source: 'ana photo.jpg',
        consent: 'drawn for this test',
      });
      const atlas = await sharp(join(report.folder, rig.atlas.file)).metadata();
      expect([atlas.width, atlas.height]).toEqual([rig.atlas.width, rig.atlas.height]);
      expect((await sharp(join(report.folder, 'poster.jpg')).metadata()).exif?.toString('latin1')).toContain('Synthetic avatar');
      progress.reduce((before, { fraction }) => {
        expect(fraction).toBeGreaterThanOrEqual(before);
        return fraction;
      }, 0);
      // Something to look at while it goes on.
      const pictures = progress.filter(({ preview }) => preview !== undefined);
      expect(pictures.map(({ stage }) => stage)).toEqual(['landmarks', 'contours', 'matte']);
      for (const { preview } of pictures)
        expect(await sharp(preview).metadata()).toMatchObject({ format: 'jpeg', width: 384, height: 384 });
      expect(progress.at(-1)).toEqual({ stage: 'writing', fraction: 1 });

      // The name is taken now, and no photograph is looked at.
      await expect(importPortrait(Buffer.from('nothing'), { name: 'ana', outDir })).rejects.toMatchObject({ code: 'avatar_exists' });
      // What replaces it must be an avatar: the old one stays when it is not.
      await expect(importPortrait(Buffer.from('nothing'), { name: 'ana', outDir, replace: true })).rejects.toMatchObject({
        code: 'portrait_not_picture',
      });
      expect(await readdir(outDir)).toEqual(['ana', 'ana photo.jpg']);
    },
    IMPORT_TIMEOUT_MS,
  );

  it('says what is wrong before anything is written', async () => {
    const options = { name: 'nobody', outDir };
    await expect(importPortrait(face, { ...options, name: '../up' })).rejects.toMatchObject({ code: 'avatar_name_invalid' });
    await expect(importPortrait(join(outDir, 'missing.jpg'), options)).rejects.toMatchObject({
      code: 'portrait_not_picture',
      message: /no file/,
    });
    await expect(importPortrait(face, { ...options, engine: 'off' })).rejects.toMatchObject({ code: 'landmarks_missing' });
    await expect(importPortrait(face, { ...options, engine: 'unheard-of' })).rejects.toMatchObject({ code: 'landmarks_missing' });
    await expect(importPortrait(face, { ...options, points: { chin: { x: 1, y: 1 } } })).rejects.toMatchObject({ code: 'points_invalid' });
    expect(await readdir(outDir)).not.toContain('nobody');
  });

  it('ends within its limits of time and memory, and when it is told to', async () => {
    const options = { name: 'late', outDir, points: TEST_FACE_POINTS };
    await expect(importPortrait(face, { ...options, limits: { timeoutMs: 400 } })).rejects.toMatchObject({ code: 'import_timed_out' });
    await expect(importPortrait(face, { ...options, limits: { maxMemoryMb: 40 } })).rejects.toMatchObject({ code: 'import_failed' });
    const abort = new AbortController();
    const cancelled = importPortrait(face, {
      ...options,
      signal: abort.signal,
      onProgress: ({ stage }) => stage === 'matte' && abort.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
    await expect(importPortrait(face, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    expect((await readdir(outDir)).filter((name) => name.includes('late'))).toEqual([]);
  });
});

describe('looking at a photograph', () => {
  const states = (checks: readonly { id: string; state: string }[]) => Object.fromEntries(checks.map(({ id, state }) => [id, state]));

  it('with points placed by hand: everything is judged, in pixels of the picture as it was sent', async () => {
    const large = await sharp(face).resize(2880).jpeg({ quality: 95 }).toBuffer();
    const points = Object.fromEntries(Object.entries(TEST_FACE_POINTS).map(([name, { x, y }]) => [name, { x: x * 4, y: y * 4 }]));
    const found = await inspectPortrait(large, { engine: 'off', points });
    expect(found).toMatchObject({ width: 2880, height: 2880, engine: undefined, usable: true, points });
    expect(Object.values(states(found.checks))).not.toContain('unknown');
    expect(await sharp(found.picture).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
  });

  it('without an engine: the picture, and that the face must be placed', async () => {
    const found = await inspectPortrait(face, { engine: 'off' });
    expect(found).toMatchObject({ usable: false, points: {} });
    expect(found.checks.find(({ id }) => id === 'face')).toMatchObject({ state: 'unknown', code: 'landmarks_missing' });
    expect(states(found.checks)).toMatchObject({ picture: 'good', sharpness: 'unknown' });
  });

  it('names what is bad, and what to do', async () => {
    const blurred = await inspectPortrait(await drawTestFace({ blurPx: 9 }), { engine: 'off', points: TEST_FACE_POINTS });
    expect(blurred.usable).toBe(false);
    expect(blurred.checks.find(({ id }) => id === 'sharpness')).toMatchObject({
      state: 'bad',
      code: 'portrait_blurred',
      hint: expect.stringMatching(/sharper/),
    });
    const tiny = Object.fromEntries(Object.entries(TEST_FACE_POINTS).map(([name, { x, y }]) => [name, { x: x / 4, y: y / 4 }]));
    const small = await inspectPortrait(face, { engine: 'off', points: tiny });
    expect(states(small.checks)).toMatchObject({ face: 'good', size: 'bad', pose: 'unknown' });
    await expect(inspectPortrait(Buffer.from('nothing'))).rejects.toMatchObject({ code: 'portrait_not_picture' });
  });
});
