import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clip, ClipEngine } from './clip.ts';
import { writeClip } from './clip-file.ts';

const SIDE = 128;
const FRAMES = 20;
const RATE_HZ = 24_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-clip-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const has = { 'node-av': await import('node-av/lib').then(Boolean, () => false), ffmpeg: spawnSync('ffmpeg', ['-version']).status === 0 };
const hasProbe = spawnSync('ffprobe', ['-version']).status === 0;

function* frames(): Generator<Uint8Array> {
  const frame = new Uint8Array((SIDE * SIDE * 3) / 2).fill(128);
  for (let i = 0; i < FRAMES; i++) {
    frame.fill(16 + i * 8, 0, SIDE * SIDE);
    yield frame;
  }
}

const clip = (name: string, over: Partial<Clip> = {}): Clip => ({
  path: join(folder, name),
  widthPx: SIDE,
  heightPx: SIDE,
  framesPerS: 25,
  frames: frames(),
  pcm: Int16Array.from({ length: (FRAMES * RATE_HZ) / 25 }, (_, i) => 8_000 * Math.sin(i / 8)),
  sampleRateHz: RATE_HZ,
  title: 'Ana',
  comment: 'Synthetic face and voice',
  ...over,
});

it.runIf(has['node-av'])('a picture that nobody else keeps is there until it is encoded', () => {
  const fixture = join(import.meta.dirname, 'garbage-test-child.ts');
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fixture, join(folder, 'ana.mp4')],
    {
      // Memory that is free is gone at once (glibc).
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', MALLOC_MMAP_THRESHOLD_: '131072' },
      encoding: 'utf8',
    },
  );
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
});

describe.each<ClipEngine>(['node-av', 'ffmpeg'])('a clip by %s', (engine) => {
  describe.runIf(has[engine])('where it is installed', () => {
    it('is an MP4 of H.264 and AAC that says what it is', async () => {
      const made = clip('ana.mp4');
      expect(await writeClip(made, engine)).toBe(engine);
      const bytes = readFileSync(made.path).toString('latin1');
      for (const word of ['ftyp', 'avc1', 'mp4a', 'Synthetic face and voice']) expect(bytes).toContain(word);
      // The index comes first, so that a page can play it while it loads.
      expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
      expect(existsSync(`${made.path}.part`)).toBe(false);
    });

    it.runIf(hasProbe)('holds every frame, and sound as long as the picture', async () => {
      const made = clip('ana.mp4');
      await writeClip(made, engine);
      const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', made.path], {
        encoding: 'utf8',
      });
      const { streams } = JSON.parse(stdout) as { streams: Record<string, string>[] };
      expect(streams).toMatchObject([
        { codec_name: 'h264', nb_read_frames: String(FRAMES), color_space: 'smpte170m', color_range: 'tv', r_frame_rate: '25/1' },
        { codec_name: 'aac', sample_rate: String(RATE_HZ), channels: 1 },
      ]);
      for (const { duration } of streams) expect(Math.abs(Number(duration) - FRAMES / 25)).toBeLessThan(0.1);
    });

    it('leaves nothing behind when it fails', async () => {
      writeFileSync(join(folder, 'file'), '');
      const made = clip('file/ana.mp4');
      await expect(writeClip(made, engine)).rejects.toMatchObject({ code: 'encoder_failed' });
      const odd = clip('odd.mp4', {
        frames: (function* () {
          yield* frames();
          throw new Error('the face is gone');
        })(),
      });
      await expect(writeClip(odd, engine)).rejects.toThrow(/the face is gone/);
      expect(existsSync(odd.path) || existsSync(`${odd.path}.part`)).toBe(false);
    });
  });
});
