import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testAtlas, testRig } from '../face/test-rig.ts';
import { command as avatar } from './avatar.ts';
import { parseInvocation } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
let folder: string;
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-avatars-'));
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  await add('ana', JSON.stringify({ ...testRig(), name: 'ana', title: 'Ana Sol' }));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function add(name: string, json: string): Promise<void> {
  const { width, height, data } = testAtlas();
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'avatar.json'), json);
  await sharp(data, { raw: { width, height, channels: 4 } }).toFile(join(folder, name, 'atlas.png'));
}

const run = (...args: string[]) => avatar.run(parseInvocation(avatar, [...args, '--avatars', folder], ROOT, folder));
const help = (...args: string[]) => avatar.run(parseInvocation(avatar, args, ROOT, folder));

describe('visavis avatar', () => {
  it('tells what each subcommand does', async () => {
    expect(await help()).toBe(0);
    for (const name of ['list', 'preview', 'sheet', 'clip', 'gallery', 'validate', 'remove', 'create', 'import'])
      expect(said).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(['list', 'preview', 'sheet', 'clip', 'gallery', 'validate', 'remove'])('explains %s', async (name) => {
    expect(await help(name, '--help')).toBe(0);
    expect(said).toContain(`Usage: ./visavis avatar ${name}`);
  });

  it.each([
    [['preview', 'ana'], /NAME and OUT.png/],
    [['preview', 'ana', 'a.png', 'b.png'], /not also "b.png"/],
    [['preview', 'ana', 'a.bmp'], /should end in .png/],
    [['preview', 'ana', 'no/such/a.png'], /There is no folder/],
    [['preview', 'ana', 'a.png', '--size', '9'], /--size takes a whole number from 64/],
    [['preview', 'ana', 'a.png', '--emotion', 'hungry'], /no emotion "hungry"/],
    [['sheet', 'ana', 'a.png', '--crop', 'ear'], /no part "ear"/],
    [['clip', 'ana', 'a.avi'], /should end in .mp4/],
    [['clip', 'ana', 'a.mp4', '--text', ' '], /1 to 2000/],
    [['clip', 'ana', 'a.mp4', '--seconds', '0'], /--seconds/],
    [['clip', 'ana', 'a.mp4', '--audio', 'no.wav'], /no.wav cannot be read \(ENOENT\)/],
    [['clip', 'ana', 'a.mp4', '--audio', 'ana/avatar.json'], /is no 16-bit WAVE file/],
    [['prevew', 'ana'], /did you mean preview/],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });

  it.each([
    ['preview', 'anna', 'a.png'],
    ['sheet', './anna', 'a.png'],
    ['clip', 'anna', 'a.mp4'],
    ['validate', 'anna'],
    ['remove', 'anna'],
  ])('%s says which avatar may be meant', async (...args) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 'avatar_unknown', message: expect.stringContaining('did you mean ana?') });
  });
});

describe('list', () => {
  it('shows who is there, and what is wrong with the others', async () => {
    await add('mia', JSON.stringify({ ...testRig(), name: 'mia', title: 'Mia' }));
    await add('torn', '{"format":');
    expect(await run('list')).toBe(0);
    expect(said).toMatch(/^ {2}ana +Ana Sol +\d+ +\S/m);
    expect(said).toMatch(/^\* mia /m);
    expect(said).toMatch(/^ {2}torn +broken: .*not JSON/m);
  });

  it('gives the same to programs', async () => {
    await run('list', '--json');
    expect(JSON.parse(said)).toEqual([
      expect.objectContaining({ name: 'ana', title: 'Ana Sol', triangles: expect.any(Number), isDefault: false }),
    ]);
  });
});

describe('pictures', () => {
  it('preview draws the face at the size asked for, and an emotion is another picture', async () => {
    expect(await run('preview', 'ana', 'calm.png', '--size', '128')).toBe(0);
    await run('preview', './ana', 'aghast.webp', '--size', '128', '--emotion', 'surprised', '--viseme', 'aa');
    const calm = sharp(join(folder, 'calm.png'));
    expect(await calm.metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
    expect((await sharp(join(folder, 'aghast.webp')).metadata()).format).toBe('webp');
    const pixels = (file: string) => sharp(join(folder, file)).raw().toBuffer();
    expect((await pixels('calm.png')).equals(await pixels('aghast.webp'))).toBe(false);
  });

  it('sheet shows all of them in one', async () => {
    expect(await run('sheet', 'ana', 'sheet.png', '--size', '128', '--crop', 'full')).toBe(0);
    const { width = 0, height = 0 } = await sharp(join(folder, 'sheet.png')).metadata();
    expect(width).toBeGreaterThan(7 * 128);
    expect(height).toBeGreaterThan(5 * 128);
  });

  it('gallery shows each of them, or says why not', async () => {
    await add('torn', JSON.stringify({ ...testRig(), layers: [] }));
    await mkdir(join(folder, 'Photographs'));
    await writeFile(join(folder, 'Photographs', 'no <face>.jpg'), 'not a picture');
    const sizes = ['--size', '128', '--sheet-size', '128', '--seconds', '1'];
    expect(await run('gallery', 'out', '--portraits', 'Photographs', ...sizes)).toBe(1);
    expect(said).toContain('1 of 3 shown');
    const page = readFileSync(join(folder, 'out', 'index.html'), 'utf8');
    for (const file of ['ana.png', 'ana.mp4']) {
      expect(page).toContain(`src="${file}"`);
      expect(existsSync(join(folder, 'out', file))).toBe(true);
    }
    expect(page).toMatch(/refused"><h2>torn/);
    expect(page).toContain('no &#60;face&#62;.jpg');
  }, 30_000);

  it('a broken avatar is an error before anything is drawn', async () => {
    await add('torn', JSON.stringify({ ...testRig(), layers: [] }));
    for (const [name, out] of [
      ['preview', 'torn.png'],
      ['sheet', 'torn.png'],
      ['clip', 'torn.mp4'],
    ] as const)
      await expect(run(name, 'torn', out)).rejects.toMatchObject({ code: 'avatar_invalid' });
    expect(existsSync(join(folder, 'torn.png'))).toBe(false);
  });
});

describe('validate', () => {
  it('an avatar that can be used, with notes on what is missing', async () => {
    expect(await run('validate', 'ana')).toBe(0);
    expect(said).toContain('note: there is no poster.jpg');
    expect(said).toContain('can be used');
  });

  it.each([
    ['{"format":', /error: .*not JSON/],
    [JSON.stringify({ ...testRig(), version: 2 }), /error: .*version/],
    [JSON.stringify({ ...testRig(), atlas: { file: '../../secret', width: 512, height: 512 } }), /error: .*atlas.file/],
    [JSON.stringify({ ...testRig(), atlas: { file: 'atlas.png', width: 600, height: 512 } }), /error: .*512x512/],
    [JSON.stringify({ ...testRig(), canvas: { width: 1e9, height: 64 } }), /error: .*canvas.width/],
  ])('%#: says what is wrong', async (json, message) => {
    await add('torn', json);
    expect(await run('validate', './torn')).toBe(1);
    expect(said).toMatch(message);
    expect(said).toContain('cannot be used');
  });

  it('a still that is no picture, and a name that no call could ask for', async () => {
    await writeFile(join(folder, 'ana', 'poster.jpg'), 'not a picture');
    await run('validate', 'ana');
    expect(said).toContain('note: poster.jpg is not a picture');
    await add('My Face', JSON.stringify(testRig()));
    expect(await run('validate', './My Face')).toBe(1);
    expect(said).toContain('lower-case');
  });
});

describe('remove', () => {
  it('asks where it can, and needs --yes where it cannot', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: false } as typeof process.stdin);
    await expect(run('remove', 'ana')).rejects.toThrow(/--yes/);
    expect(existsSync(join(folder, 'ana'))).toBe(true);
    expect(await run('remove', 'ana', '--yes')).toBe(0);
    expect(existsSync(join(folder, 'ana'))).toBe(false);
  });

  it('keeps the avatar of the configuration, and folders that are no avatars', async () => {
    await add('mia', JSON.stringify({ ...testRig(), name: 'mia' }));
    await mkdir(join(folder, 'papers'));
    await expect(run('remove', 'mia', '--yes')).rejects.toThrow(/configuration/);
    await expect(run('remove', 'papers', '--yes')).rejects.toThrow(/no avatar.json/);
    await expect(run('remove', '../papers', '--yes')).rejects.toThrow(/no avatar's name/);
    await expect(run('remove', '.', '--yes')).rejects.toThrow(/no avatar's name/);
    expect(existsSync(join(folder, 'mia')) && existsSync(join(folder, 'papers'))).toBe(true);
  });

  it('takes a link away, not what it points to', async () => {
    await symlink(join(folder, 'ana'), join(folder, 'twin'));
    expect(await run('remove', 'twin', '--yes')).toBe(0);
    expect(existsSync(join(folder, 'twin'))).toBe(false);
    expect(readFileSync(join(folder, 'ana', 'avatar.json'), 'utf8')).toContain('Ana Sol');
  });
});
