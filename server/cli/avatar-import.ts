import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { FACE_POINTS, type FacePoints } from '../portrait/contract.ts';
import { importPortrait } from '../portrait/import.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { progressLine } from './progress-line.ts';

const point = z.object({ x: z.number(), y: z.number() });
const pointsFile = z.partialRecord(z.enum(FACE_POINTS), point);

export const command: Command = {
  name: 'avatar import',
  operands: 'PHOTO',
  summary: 'make an avatar of a photograph',
  flags: [
    { name: 'name', value: 'NAME', summary: 'the avatar’s folder: lower-case letters, digits, hyphens' },
    { name: 'title', value: 'TEXT', summary: 'what people see instead of the name' },
    { name: 'consent', value: 'TEXT', summary: 'who agreed to what; kept with the avatar' },
    { name: 'licence', value: 'TEXT', summary: 'the photograph’s licence' },
    { name: 'points', value: 'FILE', summary: 'points of the face placed by hand (JSON), instead of the landmark engine' },
    { name: 'engine', value: 'ID', summary: 'landmark engine: auto, off, face-api' },
    { name: 'out', value: 'FOLDER', summary: 'folder that gets the avatar (avatars)' },
    { name: 'replace', summary: 'overwrite an avatar of that name' },
    { name: 'json', summary: 'print the report as JSON' },
  ],
  details: `
  ./visavis avatar import photo.jpg --name ana --consent "Ana Sol, 3 May, for the reception desk"
  ./visavis avatar import photo.jpg --name ana --points points.json --replace

points.json holds pixels of the upright picture, right and left being the person's own:
  {"irisRight": {"x": 210, "y": 240}, "irisLeft": {"x": 322, "y": 238}, "mouthRight": {"x": 226, "y": 371}, …}
Names: ${FACE_POINTS.join(' ')}.
Mouth corners, chin, and both irises or all corners of the eyes are needed.`,
  run: importAvatar,
};

async function importAvatar({ rootDir, workingDir, operands, has, valuesOf }: Invocation): Promise<number> {
  const [photo, ...rest] = operands;
  const name = valuesOf('name').at(-1);
  if (!photo || rest.length > 0)
    throw usageError('usage', 'visavis avatar import needs one picture: ./visavis avatar import photo.jpg --name ana');
  if (!name) throw usageError('usage', 'The avatar needs a name: --name ana');
  const path = resolve(workingDir, photo);
  const pointsPath = valuesOf('points').at(-1);
  const optional = <Key extends string>(key: Key, value: string | undefined) =>
    value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
  const abort = new AbortController();
  const cancel = () => abort.abort();
  process.once('SIGINT', cancel);
  const out = valuesOf('out').at(-1);
  const show = progressLine(process.stderr);
  try {
    const report = await importPortrait(path, {
      name,
      outDir: out === undefined ? resolve(rootDir, 'avatars') : resolve(workingDir, out),
      source: basename(path),
      replace: has('replace'),
      signal: abort.signal,
      onProgress: show,
      ...optional('title', valuesOf('title').at(-1)),
      ...optional('consent', valuesOf('consent').at(-1)),
      ...optional('licence', valuesOf('licence').at(-1)),
      ...optional('engine', valuesOf('engine').at(-1)),
      ...(pointsPath === undefined ? {} : { points: await readPoints(resolve(workingDir, pointsPath)) }),
    });
    show(undefined);
    if (has('json')) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else {
      const seconds = (report.elapsedMs / 1000).toFixed(1);
      process.stdout.write(
        `${report.folder}\n${report.triangles} triangles in ${report.layers} layers; the face at rest equals the photograph at ${report.psnrDb.toFixed(1)} dB; ${seconds} s\n`,
      );
      for (const { message } of report.warnings) process.stdout.write(`! ${message}\n`);
    }
    return 0;
  } finally {
    show(undefined);
    process.off('SIGINT', cancel);
  }
}

async function readPoints(path: string): Promise<FacePoints> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw usageError('usage', `${path} cannot be read: ${cause.code}`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw usageError('usage', `${path} is not JSON`, { cause });
  }
  const parsed = pointsFile.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw usageError('usage', `${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  return parsed.data as FacePoints;
}
