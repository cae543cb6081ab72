import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { serveParent } from '../core/child.ts';
import { toVisavisError } from '../core/errors.ts';
import type { Rig } from '../face/rig.ts';
import { writeFolder } from '../portrait/avatar-folder.ts';
import { readFacts } from '../rendering/avatar-folder.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { writeSpeakingClip } from '../rendering/speaking-clip.ts';
import { complaintsAbout } from './complaints.ts';
import { drawBrief } from './draw-brief.ts';
import type { DrawingAnswers, DrawingPart, DrawingRequest, FoundFacts } from './drawing-messages.ts';

/** The process that reads, draws and films avatars, so that the one that holds the calls does not. It lives for one request. */
serveParent<null>({
  start() {
    sharp.cache(false);
  },
  ask: (body, { part }) => answer(body as unknown as DrawingRequest, part),
});

async function answer(request: DrawingRequest, part: (value: DrawingPart) => void): Promise<DrawingAnswers[DrawingRequest['kind']]> {
  switch (request.kind) {
    case 'draw':
      for (const [index, drawing] of request.drawings.entries()) {
        await drawBrief(drawing, (what, share) => part({ index, what, share }));
        part({ index, what: 'done', share: 1 });
      }
      return undefined;
    case 'facts':
      return Promise.all(request.names.map((name) => factsOf(request.avatarsDir, name)));
    case 'complaints':
      return complaintsAbout(request.avatarsDir, request.name);
    case 'keep':
      return keep(request);
    case 'clip': {
      const { avatarsDir, name, clip } = request;
      const { durationMs } = await writeSpeakingClip({ ...clip, avatar: await readAvatar(avatarsDir, name) });
      return durationMs;
    }
  }
}

async function factsOf(avatarsDir: string, name: string): Promise<FoundFacts> {
  try {
    return { name, facts: await readFacts(avatarsDir, name) };
  } catch (error) {
    return { name, problem: toVisavisError(error, 'rendering').toJSON() };
  }
}

/** Copies an avatar under another name. */
async function keep({ folder, outDir, name, title }: Extract<DrawingRequest, { kind: 'keep' }>): Promise<string> {
  const rig = JSON.parse(await readFile(join(folder, 'avatar.json'), 'utf8')) as Rig;
  const files: Record<string, string | Uint8Array> = {};
  for (const file of [rig.atlas.file, 'poster.jpg', 'preview.png']) files[file] = await readFile(join(folder, file));
  const provenance = await readFile(join(folder, 'provenance.json'), 'utf8').catch(() => undefined);
  if (provenance !== undefined) files['provenance.json'] = `${JSON.stringify({ ...JSON.parse(provenance), name }, null, 2)}\n`;
  files['avatar.json'] = `${JSON.stringify({ ...rig, name, title: title ?? rig.title })}\n`;
  return writeFolder(outDir, name, false, files);
}
