import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workshop } from '../avatars/workshop.ts';
import { type ConfigInput, configSchema } from '../core/config-schema.ts';
import { silentLog } from '../core/log.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import { ImageGeneration } from '../image-generation/image-generation.ts';
import { ImageServer } from '../image-generation/image-server.fixture.ts';
import { faceApi } from '../portrait/landmarks/face-api.ts';
import { drawTestFace, TEST_FACE_POINTS } from '../portrait/test-face.ts';
import type { AvatarDescription, AvatarJobDescription, Inspection } from '../protocol/avatars.ts';
import type { Speaking } from '../speaking/contract.ts';
import { avatarJobRoutes } from './avatar-jobs.ts';
import { makingRoutes } from './avatar-making.ts';
import { avatarRoutes } from './avatars.ts';

/** The real workshop with its real processes; only the voice hums. */
const SHIPPED = fileURLToPath(new URL('../../avatars/layla', import.meta.url));
const hum: Pick<Speaking, 'speak' | 'voices' | 'defaultVoice'> = {
  async *speak(text) {
    let whole = '';
    for await (const part of text) whole += part;
    const pcm = Int16Array.from({ length: SPEECH_RATE_HZ / 2 }, (_, i) => 8_000 * Math.sin(i / 20));
    yield { text: whole, pcm, phones: [{ symbol: 'ɑ', startMs: 0, endMs: 500 }], words: [], engine: 'hum' };
  },
  voices: () => [{ id: 'hum', title: 'Hum', language: 'en', engine: 'hum', available: true }],
  defaultVoice: () => 'hum',
};

let folder: string;
let avatarsDir: string;
let url: string;
let face: Buffer;
let imageServer: ImageServer;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-avatars-'));
  stack.defer(() => rm(folder, { recursive: true }));
  avatarsDir = join(folder, 'avatars');
  await cp(SHIPPED, join(avatarsDir, 'layla'), { recursive: true });
  await cp(SHIPPED, join(avatarsDir, 'usual'), { recursive: true });
  face = await drawTestFace();
  imageServer = stack.use(await ImageServer.start());
  imageServer.picture = face;
  url = await listening({ sdWebuiUrl: imageServer.url });
});
afterAll(() => stack.disposeAsync());

async function listening(avatars: ConfigInput['avatars']): Promise<string> {
  const config = configSchema.parse({ avatars: { workDir: join(folder, 'work'), niceness: 0, ...avatars } }).avatars;
  const workshop = stack.use(
    await Workshop.open({
      config,
      avatarsDir,
      defaultAvatar: 'usual',
      language: 'en',
      speaking: hum,
      model: undefined,
      images: await ImageGeneration.open(config),
      log: silentLog(),
      indexDir: join(folder, 'index'),
    }),
  );
  const app = Fastify();
  stack.defer(() => app.close());
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Who is who, is signalling's business.
  app.decorateRequest('isOperator', {
    getter() {
      return (this as FastifyRequest).headers['x-visitor'] === undefined;
    },
  });
  await app.register(fastifyStatic, { root: folder, serve: false });
  await app.register(avatarRoutes(workshop));
  await app.register(makingRoutes(workshop, config));
  await app.register(avatarJobRoutes(workshop));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const get = (path: string, init?: RequestInit) => fetch(new URL(path, url), init);
const json = async <Answer>(path: string, init?: RequestInit): Promise<Answer> => (await (await get(path, init)).json()) as Answer;
const post = (path: string, body: unknown) =>
  get(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const names = async () => (await json<{ data: AvatarDescription[] }>('/api/v1/avatars')).data.map(({ name }) => name);

function form(fields: Readonly<Record<string, string>>, photo: Uint8Array = face): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  data.set('photo', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'me at home.jpg');
  return data;
}

/** Every state of a job, as its event stream tells them. */
async function* states(id: string): AsyncGenerator<AvatarJobDescription> {
  const { body, headers } = await get(`/api/v1/avatar-jobs/${id}/events`);
  expect(headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) yield JSON.parse(event.slice(event.indexOf('data: ') + 6)) as AvatarJobDescription;
  }
}

async function ended(answer: Response): Promise<AvatarJobDescription> {
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as AvatarJobDescription;
  expect(answer.headers.get('location')).toBe(`/api/v1/avatar-jobs/${id}`);
  let last: AvatarJobDescription | undefined;
  for await (const state of states(id)) last = state;
  expect(await json(`/api/v1/avatar-jobs/${id}`)).toEqual(last);
  return last!;
}

describe('avatars that are there', () => {
  it('are listed as they are now, whoever put them there', async () => {
    expect(await names()).toEqual(['layla', 'usual']);
    await cp(SHIPPED, join(avatarsDir, 'later'), { recursive: true });
    expect(await names()).toEqual(['later', 'layla', 'usual']);
    await rm(join(avatarsDir, 'later'), { recursive: true });
    expect(await names()).toEqual(['layla', 'usual']);
    const layla = await json<AvatarDescription>('/api/v1/avatars/layla');
    expect(layla).toMatchObject({ title: 'Layla', default: false, removable: false, licence: 'Apache-2.0' });
    expect(JSON.stringify(layla)).not.toContain(folder);
    expect(await json('/api/v1/avatars/usual')).toMatchObject({ default: true });
    expect(await json('/api/v1/avatars/nobody')).toMatchObject({ code: 'avatar_unknown' });
  });

  it('give their pictures, and the poster only once to who keeps it', async () => {
    const { poster_url: path } = await json<AvatarDescription>('/api/v1/avatars/layla');
    const first = await get(path!);
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    const tag = first.headers.get('etag')!;
    for (const known of [tag, `"other", W/${tag}`, '*'])
      expect((await get(path!, { headers: { 'if-none-match': known } })).status).toBe(304);
    expect((await get(path!, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    const [sheet, again] = await Promise.all([get('/api/v1/avatars/layla/sheet'), get('/api/v1/avatars/layla/sheet')]);
    expect(sheet.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await sheet.arrayBuffer()).equals(Buffer.from(await again.arrayBuffer()))).toBe(true);
    expect(await json('/api/v1/avatars/layla/validation')).toEqual({ usable: true, complaints: expect.any(Array) });
    expect((await get('/api/v1/avatars/..%2fwork/sheet')).status).toBe(404);
  });

  it('stay when they come with the project, or are the usual one', async () => {
    expect(await json('/api/v1/avatars/layla', { method: 'DELETE' })).toMatchObject({ code: 'avatar_protected' });
    expect(await json('/api/v1/avatars/usual', { method: 'DELETE' })).toMatchObject({ code: 'avatar_in_use' });
    expect(await names()).toEqual(['layla', 'usual']);
  });
});

describe('people from words', () => {
  it('variants are drawn, one is kept under a name, speaks, and is removed', async () => {
    const text = 'a confident CEO in her fifties, short grey hair, glasses, zorgblat blazer';
    const job = await ended(await post('/api/v1/avatars/creations', { text, variants: 2, seed: 5 }));
    expect(job).toMatchObject({ kind: 'creation', state: 'done', progress: 1 });
    const { reading, variants } = job.result!;
    expect(reading).toMatchObject({ wish: { sex: 'woman', clothes: { kind: 'blazer' } }, unknown: ['zorgblat'], read_by: 'embedded' });
    expect(variants).toHaveLength(2);
    const poster = await get(variants![1]!.poster_url);
    expect(await sharp(await poster.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', width: 768 });

    const keep = (name: string) => post(`/api/v1/avatar-jobs/${job.id}/variants/1`, { name, title: 'The boss' });
    expect(await (await keep('layla')).json()).toMatchObject({ code: 'avatar_exists' });
    const kept = await keep('boss');
    expect(kept.status).toBe(201);
    expect(await kept.json()).toMatchObject({
      name: 'boss',
      title: 'The boss',
      removable: true,
      provenance: { kind: 'words', words: text, seed: 6 },
    });
    expect(await names()).toEqual(['boss', 'layla', 'usual']);
    // What people wrote may name people.
    expect(await (await get('/api/v1/avatars', { headers: { 'x-visitor': '1' } })).text()).not.toContain('zorgblat');

    const spoken = await ended(await post('/api/v1/avatars/clips', { avatar: 'boss', text: 'Ah.', voice: 'hum' }));
    expect(spoken).toMatchObject({ kind: 'clip', state: 'done', progress: 1 });
    const clip = await get(spoken.result!.clip_url!, { headers: { range: 'bytes=4-7' } });
    expect([clip.status, await clip.text()]).toEqual([206, 'ftyp']);
    expect(await (await post('/api/v1/avatars/clips', { avatar: 'boss', voice: 'nobody' })).json()).toMatchObject({
      code: 'voice_unknown',
    });

    expect((await get('/api/v1/avatars/boss', { method: 'DELETE' })).status).toBe(204);
    expect((await readdir(avatarsDir)).sort()).toEqual(['layla', 'usual']);
    expect(await json('/api/v1/avatars/boss')).toMatchObject({ code: 'avatar_unknown' });
  });

  it.runIf(faceApi.isInstalled())('the picture of an image server becomes an avatar that says so', async () => {
    const job = await ended(
      await post('/api/v1/avatars/creations', { text: 'a man with short hair', style: 'photo', name: 'made-up', seed: 3 }),
    );
    expect(job).toMatchObject({ state: 'done', result: { avatar: 'made-up' } });
    expect(imageServer.seen[0]).toMatchObject({
      path: '/sdapi/v1/txt2img',
      body: { seed: 3, prompt: expect.stringMatching(/front view.* man,.*hair/s) },
    });
    expect(await json('/api/v1/avatars/made-up')).toMatchObject({
      origin: expect.stringMatching(/generated by stable-diffusion-webui.*synthetic/),
      provenance: { kind: 'generated', prompt: expect.stringContaining('front view'), words: 'a man with short hair', seed: 3 },
    });
    await get('/api/v1/avatars/made-up', { method: 'DELETE' });
  });

  it.each([
    [{ text: ' ' }, 'description_unusable'],
    [{ text: 'x'.repeat(1_001) }, 'description_unusable'],
    [{ text: 'a man', variants: 9 }, 'description_unusable'],
    [{ text: 'a man', name: 'layla' }, 'avatar_exists'],
    [{ brief: { kind: 'dragon' } }, 'brief_invalid'],
    [{ text: 'a man', name: '../up' }, 'FST_ERR_VALIDATION'],
  ])('%j is refused', async (body, code) => {
    expect(await (await post('/api/v1/avatars/creations', body)).json()).toMatchObject({ code });
  });
});

describe('photographs', () => {
  const upload = (path: string, body: FormData) => get(path, { method: 'POST', body });

  it('are looked at first', async () => {
    const answer = await upload('/api/v1/avatars/inspections', form({ points: JSON.stringify(TEST_FACE_POINTS) }));
    const found = (await answer.json()) as Inspection;
    expect(found).toMatchObject({ usable: true, width: 720, height: 720, points: TEST_FACE_POINTS });
    expect(found.picture).toMatch(/^data:image\/jpeg;base64,/);
    const nothing = await upload('/api/v1/avatars/inspections', form({}, Buffer.from('no picture')));
    expect([nothing.status, await nothing.json()]).toEqual([415, expect.objectContaining({ code: 'portrait_not_picture' })]);
  });

  it('show how far they have come, and leave nothing when they are cancelled', async () => {
    const fields = { name: 'ana', consent: 'drawn for this test', points: JSON.stringify(TEST_FACE_POINTS) };
    const answer = await upload('/api/v1/avatars/imports', form(fields));
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as AvatarJobDescription;
    let last: AvatarJobDescription | undefined;
    for await (const state of states(id)) {
      if (state.preview_url && !last?.preview_url) {
        const preview = await get(state.preview_url);
        expect(preview.headers.get('content-type')).toBe('image/jpeg');
        await get(`/api/v1/avatar-jobs/${id}`, { method: 'DELETE' });
      }
      last = state;
    }
    expect(last).toMatchObject({ kind: 'import', state: 'cancelled' });
    expect(await names()).toEqual(['layla', 'usual']);
  });

  it('that cannot be used fail with their own code', async () => {
    const job = await ended(await upload('/api/v1/avatars/imports', form({ name: 'ana' }, Buffer.from('no picture'))));
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'portrait_not_picture', hint: expect.stringContaining('JPEG') } });
  });

  it.each([
    ['no name', {}, 'form_invalid'],
    ['a name that is taken', { name: 'layla' }, 'avatar_exists'],
    ['points that are no JSON', { name: 'ana', points: '{' }, 'form_invalid'],
    ['a point that no face has', { name: 'ana', points: '{"horn":{"x":1,"y":1}}' }, 'form_invalid'],
  ])('%s', async (_, fields, code) => {
    expect(await (await upload('/api/v1/avatars/imports', form(fields as Record<string, string>))).json()).toMatchObject({ code });
  });

  it('no photograph, no form, and one that is too large', async () => {
    const empty = new FormData();
    empty.set('name', 'ana');
    expect(await (await upload('/api/v1/avatars/imports', empty)).json()).toMatchObject({ code: 'photo_missing' });
    expect(await (await post('/api/v1/avatars/imports', {})).json()).toMatchObject({ code: 'form_expected' });
    url = await listening({ maxPhotoBytes: 10_000 });
    expect(await (await upload('/api/v1/avatars/imports', form({ name: 'ana' }))).json()).toMatchObject({ code: 'body_too_large' });
    expect(await json('/api/v1/avatar-making')).toMatchObject({ styles: ['illustrated', 'sculpted'], max_photo_bytes: 10_000 });
  });
});

it('jobs that nobody has', async () => {
  for (const path of ['', '/events', '/preview', '/clip', '/variants/0/poster'])
    expect(await json(`/api/v1/avatar-jobs/job_0${path}`)).toMatchObject({ code: 'job_unknown' });
});
