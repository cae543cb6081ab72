import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncodedFrame } from '../core/video.ts';
import { FacePerformer } from '../face/performer.ts';
import { testAtlas, testRig } from '../face/test-rig.ts';
import type { FaceRenderer, FaceSession, FaceSessionOptions, Rendering } from './contract.ts';
import { readNature } from './avatar-folder.ts';
import { startRendering } from './rendering.ts';
import { findGpu } from './software-gpu.fixture.ts';

const FRAME = 1920;
const OPTIONS: FaceSessionOptions = {
  callId: 'c',
  avatar: 'test',
  widthPx: 192,
  heightPx: 192,
  framesPerS: 25,
  codec: 'vp8',
  bitrateBps: 400_000,
};

const software = await findGpu();
software?.device.destroy();
let folder: string;
let rendering: Rendering;
const incidents: { process?: string; avatar?: string; problem: string }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-rendering-'));
  const atlas = testAtlas();
  const png = await sharp(atlas.data, { raw: { width: atlas.width, height: atlas.height, channels: 4 } })
    .png()
    .toBuffer();
  const add = async (name: string, json: string, picture: Buffer) => {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'avatar.json'), json);
    await writeFile(join(folder, name, 'atlas.png'), picture);
  };
  await add('test', JSON.stringify(testRig()), png);
  await add('other', JSON.stringify({ ...testRig(), name: 'other', title: 'Other' }), png);
  await add('broken', '{"format":"visavis-rig"}', png);
  await add('no-picture', JSON.stringify(testRig()), Buffer.from('not a picture'));
  await add(
    'small-picture',
    JSON.stringify(testRig()),
    await sharp({ create: { width: 9, height: 9, channels: 4, background: 'red' } })
      .png()
      .toBuffer(),
  );
  await add('linked', JSON.stringify(testRig()), png);
  await rm(join(folder, 'linked', 'atlas.png'));
  await writeFile(join(folder, 'outside.png'), png);
  await symlink(join(folder, 'outside.png'), join(folder, 'linked', 'atlas.png'));
  rendering = await startRendering({
    avatarsDir: folder,
    avatar: 'test',
    widthPx: 192,
    heightPx: 192,
    workers: 2,
    encoder: 'auto',
    stallTimeoutMs: 2_000,
    renderer: 'wasm',
    gpuTimeoutMs: 250,
    onIncident: (incident) => incidents.push(incident),
  });
}, 60_000);

afterAll(async () => {
  await rendering?.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

/** The next frame that is not dropped, and its time; media time goes on. */
async function nextFrame(session: FaceSession, performer: FacePerformer, from: number) {
  let time = from;
  let frame: EncodedFrame | undefined;
  const ask = async () => {
    time += FRAME;
    frame = await session.render(performer.frameAt(time), time);
    return frame;
  };
  await expect.poll(ask, { timeout: 15_000 }).toBeDefined();
  return { frame, time };
}

describe('startRendering', () => {
  it('lists the avatars that load and tells of those that do not', () => {
    expect(rendering.avatars().map(({ name, title }) => [name, title])).toContainEqual(['other', 'Other']);
    expect(rendering.avatars().map(({ name }) => name)).not.toContain('broken');
    expect(incidents).toContainEqual({ avatar: 'broken', problem: expect.stringContaining('version') });
    expect(rendering.encoders().length).toBeGreaterThan(0);
  });

  it('reads the feelings and the character of an avatar once', async () => {
    const nature = await readNature(folder, 'test');
    expect(nature.emotions.happy.mouthSmileLeft).toBeGreaterThan(0);
    expect(await readNature(folder, 'test')).toBe(nature);
    expect(nature.character).toEqual({ name: nature.character.name });
    await expect(readNature(folder, 'nobody')).rejects.toMatchObject({ code: 'avatar_unknown' });
  });

  it('draws and encodes; the parameters may be reused at once', async () => {
    const session = await rendering.open(OPTIONS);
    const performer = new FacePerformer({ seed: 1 });
    const first = await session.render(performer.frameAt(0), 0);
    expect(first).toMatchObject({ keyFrame: true, mediaTime: 0 });
    const pending = session.render(performer.frameAt(FRAME), FRAME);
    performer.frameAt(2 * FRAME).fill(Number.NaN);
    expect(await pending).toMatchObject({ keyFrame: false, mediaTime: FRAME });
    session.requestKeyFrame();
    expect(await session.render(performer.frameAt(3 * FRAME), 3 * FRAME)).toMatchObject({ keyFrame: true });
    await session.setAvatar('other');
    expect(await session.render(performer.frameAt(4 * FRAME), 4 * FRAME)).toMatchObject({ keyFrame: true });
    session.setSize(128, 128);
    expect(await session.render(performer.frameAt(5 * FRAME), 5 * FRAME)).toMatchObject({ keyFrame: true });
    await session.close();
    await session.close();
    expect(await session.render(performer.frameAt(6 * FRAME), 6 * FRAME)).toBeUndefined();
  });

  it('drops frames instead of queueing them', async () => {
    const session = await rendering.open(OPTIONS);
    const performer = new FacePerformer({ seed: 1 });
    const frames = await Promise.all(Array.from({ length: 6 }, (_, i) => session.render(performer.frameAt(i * FRAME), i * FRAME)));
    expect(frames.map((frame) => frame?.mediaTime)).toEqual([0, FRAME, undefined, undefined, undefined, undefined]);
    await session.close();
  });

  it('puts calls on the process with the fewest', async () => {
    const sessions = await Promise.all(Array.from({ length: 4 }, () => rendering.open(OPTIONS)));
    const pids = sessions.map((session) => (session as unknown as { child: { pid: number } }).child.pid);
    expect(pids.filter((pid) => pid === pids[0])).toHaveLength(2);
    await Promise.all(sessions.map((session) => session.close()));
  });

  it('gives frames again, beginning with a key frame, after its process was killed', async () => {
    const session = await rendering.open({ ...OPTIONS, callId: 'killed' });
    const performer = new FacePerformer({ seed: 1 });
    await session.render(performer.frameAt(0), 0);
    session.setBitrate(300_000);
    const lost = incidents.filter(({ process: name }) => name).length;
    const { child } = session as unknown as { child: { pid: number } };
    process.kill(child.pid, 'SIGKILL');
    await expect.poll(() => incidents.filter(({ process: name }) => name).length).toBe(lost + 1);
    const first = await nextFrame(session, performer, FRAME);
    expect(first.frame).toMatchObject({ keyFrame: true, mediaTime: first.time });
    const second = await nextFrame(session, performer, first.time);
    expect(second.frame).toMatchObject({ keyFrame: false, mediaTime: second.time });
    await session.close();
  }, 30_000);

  it.each([
    ['nobody', 'avatar_unknown'],
    ['../test', 'avatar_unknown'],
    ['broken', 'avatar_invalid'],
    ['no-picture', 'avatar_invalid'],
    ['small-picture', 'avatar_invalid'],
    ['linked', 'avatar_invalid'],
  ])('refuses the avatar %s with %s', async (avatar, code) => {
    await expect(rendering.open({ ...OPTIONS, avatar })).rejects.toMatchObject({ code });
  });

  it.each([
    [63, 64],
    [64, 63],
    [4000, 64],
    [Number.NaN, 64],
  ])('refuses a picture of %d x %d', async (widthPx, heightPx) => {
    await expect(rendering.open({ ...OPTIONS, widthPx, heightPx })).rejects.toMatchObject({ code: 'size_invalid' });
  });

  it('says which codec it lacks an encoder for', async () => {
    await using none = await startRendering({
      avatarsDir: folder,
      avatar: 'test',
      widthPx: 128,
      heightPx: 128,
      workers: 1,
      encoder: 'webcodecs',
      stallTimeoutMs: 500,
      renderer: 'auto',
      gpuTimeoutMs: 250,
    });
    await expect(none.open(OPTIONS)).rejects.toMatchObject({ code: 'encoder_missing' });
  }, 30_000);
});

describe.runIf(software)('startRendering with a graphics card', () => {
  it('goes over to the card while calls go on, and leaves it when processes are lost with it', async () => {
    const told: FaceRenderer[] = [];
    await using drawn = await startRendering({
      avatarsDir: folder,
      avatar: 'test',
      widthPx: 192,
      heightPx: 192,
      workers: 1,
      encoder: 'auto',
      stallTimeoutMs: 2_000,
      renderer: 'webgpu',
      // A computed card on a busy machine.
      gpuTimeoutMs: 5_000,
      onRenderer: (renderer) => told.push(renderer),
    });
    expect(drawn.renderer().id).toBe('wasm');
    const session = await drawn.open(OPTIONS);
    const performer = new FacePerformer({ seed: 1 });
    const { time } = await nextFrame(session, performer, 0);
    await expect.poll(() => drawn.renderer(), { timeout: 20_000 }).toEqual({ id: 'webgpu', adapter: software?.name });
    const { frame } = await nextFrame(session, performer, time);
    expect(frame?.data.length).toBeGreaterThan(0);
    const { child } = session as unknown as { child: { pid: number } };
    process.kill(child.pid, 'SIGKILL');
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
    process.kill(child.pid, 'SIGKILL');
    await expect.poll(() => drawn.renderer(), { timeout: 20_000 }).toEqual({ id: 'wasm', reason: expect.stringContaining('lost') });
    expect(told.map(({ id }) => id)).toEqual(['webgpu', 'webgpu', 'wasm']);
  });
});
