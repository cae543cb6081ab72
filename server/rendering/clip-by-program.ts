import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AUDIO_BPS, type Clip, COLOUR, keyFrameEvery, QUALITY_CRF } from './clip.ts';
import { renderingError } from './rendering-error.ts';

/** By the program ffmpeg. @throws VisavisError `encoder_missing`, `encoder_failed` */
export async function writeByProgram(clip: Clip, path: string): Promise<void> {
  const { widthPx, heightPx, framesPerS, pcm, sampleRateHz, title, comment } = clip;
  const colour = Object.entries(COLOUR).flatMap(([name, value]) => [`-${name}`, value]);
  const input = [
    ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${widthPx}x${heightPx}`, '-framerate', String(framesPerS), '-i', 'pipe:0'],
    ['-f', 's16le', '-ar', String(sampleRateHz), '-ac', '1', '-i', 'pipe:3'],
  ].flat();
  const output = [
    ['-c:v', 'libx264', '-preset', 'medium', '-crf', QUALITY_CRF, '-g', String(keyFrameEvery(clip)), ...colour],
    ['-c:a', 'aac', '-b:a', String(AUDIO_BPS)],
    ['-metadata', `title=${title}`, '-metadata', `comment=${comment}`, '-movflags', '+faststart', '-f', 'mp4', path],
  ].flat();
  const program = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...output], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  program.stderr?.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-500);
  });
  const ended = new Promise<void>((resolve, reject) => {
    program.on('error', (cause) =>
      reject(renderingError('encoder_missing', 'A clip needs the package node-av or the program ffmpeg; neither is there', { cause })),
    );
    program.on('close', (code) =>
      code === 0 ? resolve() : reject(renderingError('encoder_failed', `ffmpeg could not write the clip: ${complaint.trim() || code}`)),
    );
  });
  // It reads both at once and waits for whichever it lacks.
  const picture = writeAll(program.stdin as Writable, clip.frames);
  const sound = writeAll(program.stdio[3] as Writable, [new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)]);
  const fed = Promise.all([picture, sound]).catch((error: unknown) => {
    program.kill('SIGKILL');
    throw error;
  });
  const [result, feeding] = await Promise.allSettled([ended, fed]);
  if (feeding.status === 'rejected') throw feeding.reason;
  if (result.status === 'rejected') throw result.reason;
}

/** Ends early when the reader is gone; why it went, its exit says. */
async function writeAll(stream: Writable, parts: Iterable<Uint8Array>): Promise<void> {
  const gone = Promise.withResolvers<void>();
  stream.on('error', () => gone.resolve());
  stream.on('close', () => gone.resolve());
  for (const part of parts) {
    if (stream.destroyed) return;
    if (!stream.write(Buffer.from(part))) await Promise.race([once(stream, 'drain').catch(() => undefined), gone.promise]);
  }
  stream.end();
}
