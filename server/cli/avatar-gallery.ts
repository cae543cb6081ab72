import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { drawContactSheet } from '../avatars/contact-sheet.ts';
import { sayAloud } from '../avatars/say-aloud.ts';
import { usualSentence } from '../avatars/usual-sentence.ts';
import { toVisavisError } from '../core/errors.ts';
import { importPortrait } from '../portrait/import.ts';
import { avatarNames } from '../rendering/avatar-folder.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { writeSpeakingClip } from '../rendering/speaking-clip.ts';
import { voiceOf } from '../session/character.ts';
import { createSpeaking, type VoiceService } from '../speaking/speaking.ts';
import { type Avatars, avatarsOf, operandsOf, placeFlags, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { type GalleryEntry, galleryPage } from './gallery-page.ts';
import { type Progress, progressLine } from './progress-line.ts';

const USUAL_CLIP_PX = 512;
const USUAL_SHEET_PX = 256;
const USUAL_S = 5;
const PICTURES = ['.jpg', '.jpeg', '.png', '.webp'];

export const command: Command = {
  name: 'avatar gallery',
  operands: 'OUT_DIR',
  summary: 'a sheet and a film of every avatar, and a page that shows them',
  flags: [
    ...placeFlags,
    { name: 'portraits', value: 'DIR', summary: 'folder of photographs that are imported for the gallery, or refused' },
    { name: 'size', value: 'PX', summary: `side of the films, even (${USUAL_CLIP_PX})` },
    { name: 'sheet-size', value: 'PX', summary: `side of each face of the sheets, even (${USUAL_SHEET_PX})` },
    { name: 'seconds', value: 'NUMBER', summary: `films are at least so long (${USUAL_S})` },
  ],
  details: `OUT_DIR gets index.html, NAME.png and NAME.mp4, and imported portraits below portraits/. What is there is written anew.

  ./visavis avatar gallery gallery
  ./visavis avatar gallery gallery --portraits photographs`,
  run: gallery,
};

interface Studio {
  readonly invocation: Invocation;
  readonly avatars: Avatars;
  readonly speaking: VoiceService;
  readonly outDir: string;
}

async function gallery(invocation: Invocation): Promise<number> {
  const [operand] = operandsOf(invocation, 'OUT_DIR') as [string];
  const avatars = avatarsOf(invocation);
  const outDir = resolve(invocation.workingDir, operand);
  const portraitsDir = invocation.valuesOf('portraits').at(-1);
  const photographs = portraitsDir === undefined ? [] : await picturesOf(resolve(invocation.workingDir, portraitsDir));
  const names = (await avatarNames(avatars.dir)).sort();
  await mkdir(outDir, { recursive: true });
  await using speaking = await createSpeaking(avatars.config.speaking);
  const studio: Studio = { invocation, avatars, speaking, outDir };

  const entries: GalleryEntry[] = [];
  const show = progressLine(process.stderr);
  const total = names.length + photographs.length;
  const report = (name: string) => (progress: Progress) =>
    show({ stage: `${name}: ${progress.stage}`, fraction: (entries.length + progress.fraction) / total });
  let failed = 0;
  for (const name of names) {
    const entry = await shown(studio, avatars.dir, name, report(name));
    if ('problem' in entry) failed++;
    entries.push(entry);
  }
  for (const photograph of photographs) entries.push(await showPortrait(studio, photograph, report(basename(photograph))));
  show(undefined);
  for (const entry of entries) if ('problem' in entry) process.stdout.write(`! ${entry.title}: ${entry.problem}\n`);
  const page = join(outDir, 'index.html');
  await writeFile(page, galleryPage(entries));
  process.stdout.write(`${page}  ${entries.filter((entry) => 'clip' in entry).length} of ${total} shown\n`);
  return failed === 0 ? 0 : 1;
}

/** Sheet and film, or why there are none. */
async function shown(studio: Studio, avatarsDir: string, name: string, onProgress: (progress: Progress) => void): Promise<GalleryEntry> {
  const { invocation, avatars, speaking, outDir } = studio;
  const { config } = avatars;
  const even = (flag: string, usual: number) => 2 * Math.round(wholeOf(invocation, flag, usual, 128, 1920) / 2);
  try {
    onProgress({ stage: 'sheet', fraction: 0 });
    const avatar = await readAvatar(avatarsDir, name);
    const { title, origin, licence, character, triangleCount: triangles } = avatar.rig;
    const sheet = `${name}.png`;
    const sheetPx = even('sheet-size', USUAL_SHEET_PX);
    await drawContactSheet({ folder: join(avatarsDir, name), path: join(outDir, sheet), sizePx: sheetPx, crop: 'face' });
    onProgress({ stage: 'film', fraction: 0.5 });
    const { language } = config.persona;
    const voice = voiceOf(config, speaking, name, character, language);
    const pieces = await sayAloud(speaking, { text: usualSentence(language), voice, language });
    const clip = `${name}.mp4`;
    const atLeastMs = wholeOf(invocation, 'seconds', USUAL_S, 1, 120) * 1_000;
    const sizePx = even('size', USUAL_CLIP_PX);
    await writeSpeakingClip({ avatar, pieces, language, path: join(outDir, clip), sizePx, atLeastMs, emotion: 'happy', seed: 1 });
    return { title, origin, licence, triangles, voice, sheet, clip };
  } catch (error) {
    const { code, message } = toVisavisError(error, 'rendering');
    if (code === 'usage') throw error;
    return { title: name, problem: message };
  }
}

/** The same of a photograph; one that is refused stands on the page with the reason. */
async function showPortrait(studio: Studio, photograph: string, onProgress: (progress: Progress) => void): Promise<GalleryEntry> {
  const source = basename(photograph);
  const name = folderName(source);
  const outDir = join(studio.outDir, 'portraits');
  await mkdir(outDir, { recursive: true });
  try {
    await importPortrait(photograph, {
      name,
      outDir,
      source,
      replace: true,
      onProgress: ({ stage, fraction }) => onProgress({ stage, fraction: fraction / 3 }),
    });
  } catch (error) {
    return { title: source, problem: toVisavisError(error, 'portrait').message };
  }
  return shown(studio, outDir, name, ({ stage, fraction }) => onProgress({ stage, fraction: (1 + 2 * fraction) / 3 }));
}

/** `Ana Sol_2.JPG` is `portrait-ana-sol-2`: it must not take a shipped avatar's name. */
const folderName = (file: string): string =>
  `portrait-${basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`.slice(0, 64);

async function picturesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw usageError('usage', `${folder} cannot be read: ${cause.code}`, { cause });
  });
  return files
    .filter((file) => PICTURES.includes(extname(file).toLowerCase()))
    .sort()
    .map((file) => join(folder, file));
}
