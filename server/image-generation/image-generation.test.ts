import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { type ConfigInput, configSchema } from '../core/config-schema.ts';
import { ImageGeneration } from './image-generation.ts';
import { ImageServer } from './image-server.fixture.ts';

const PICTURE = new Uint8Array([1, 2, 3, 4]);
let server: ImageServer;
beforeEach(async () => {
  server = await ImageServer.start();
  server.picture = PICTURE;
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (avatars: ConfigInput['avatars'], clock?: VirtualClock) =>
  ImageGeneration.open(configSchema.parse({ avatars }).avatars, clock);
const request = () => ({ prompt: 'a face', negativePrompt: 'hats', seed: 7, signal: new AbortController().signal });
const openai = () => ({ openaiImagesBaseUrl: `${server.url}/v1/` });
const webui = () => ({ sdWebuiUrl: server.url });

describe('an OpenAI-compatible image server', () => {
  it('is asked in its protocol, with its key', async () => {
    const images = await open({ ...openai(), openaiImagesModel: 'flux', openaiImagesApiKey: 'k-1', openaiImagesSidePx: 768 });
    expect(images.engines).toEqual(['openai-images']);
    const { bytes, by } = await images.generate(request());
    expect([...bytes]).toEqual([...PICTURE]);
    expect(by).toBe('openai-images flux');
    expect(server.seen).toMatchObject([
      {
        path: '/v1/images/generations',
        headers: { authorization: 'Bearer k-1' },
        body: { model: 'flux', prompt: 'a face', n: 1, size: '768x768', response_format: 'b64_json' },
      },
    ]);
  });

  it('may answer with an address of its own, and with no other', async () => {
    const images = await open(openai());
    const answerWith = (url: string) => {
      server.answer = (seen, response) => {
        if (!seen.path.endsWith('/generations')) return false;
        response.end(JSON.stringify({ data: [{ url }] }));
        return true;
      };
    };
    answerWith('/files/1.png');
    expect([...(await images.generate(request())).bytes]).toEqual([...PICTURE]);
    answerWith('http://127.0.0.1:9/secret.png');
    await expect(images.generate(request())).rejects.toMatchObject({ code: 'image_server_garbled' });
  });
});

describe('a Stable Diffusion WebUI', () => {
  it('is asked in its protocol', async () => {
    const images = await open({ ...webui(), sdWebuiModel: 'portraits.safetensors', sdWebuiSidePx: 512, sdWebuiSteps: 12 });
    const { bytes, by } = await images.generate(request());
    expect([...bytes]).toEqual([...PICTURE]);
    expect(by).toContain('portraits');
    expect(server.seen[0]).toMatchObject({
      path: '/sdapi/v1/txt2img',
      body: {
        prompt: 'a face',
        negative_prompt: 'hats',
        seed: 7,
        width: 512,
        height: 512,
        steps: 12,
        override_settings: { sd_model_checkpoint: 'portraits.safetensors' },
      },
    });
  });

  it('is told to stop when nobody waits any more', async () => {
    server.answer = ({ path }) => path.endsWith('txt2img');
    const images = await open(webui());
    const abort = new AbortController();
    const arrived = server.next();
    const work = images.generate({ ...request(), signal: abort.signal });
    await arrived;
    const stop = server.next();
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect((await stop).path).toBe('/sdapi/v1/interrupt');
  });
});

describe('what can go wrong', () => {
  it.each([
    ['a refusal', 'image_server_refused', (response: ServerResponse) => response.writeHead(500).end('{}')],
    ['no JSON', 'image_server_garbled', (response: ServerResponse) => response.end('<html>')],
    ['another protocol', 'image_server_garbled', (response: ServerResponse) => response.end('{"data":[]}')],
    ['no base64', 'image_server_garbled', (response: ServerResponse) => response.end('{"data":[{"b64_json":"%%%"}]}')],
    ['a redirect', 'image_server_unreachable', (response: ServerResponse) => response.writeHead(307, { location: '/v1/elsewhere' }).end()],
    ['a lost connection', 'image_server_unreachable', (response: ServerResponse) => response.destroy()],
    ['a flood', 'image_too_large', (response: ServerResponse) => response.end(Buffer.alloc(200_000, 0x20))],
  ])('%s', async (_, code, answer) => {
    server.answer = (_seen, response) => {
      answer(response);
      return true;
    };
    await expect((await open({ ...openai(), maxImageBytes: 100_000 })).generate(request())).rejects.toMatchObject({ code });
  });

  it('a server that is silent', async () => {
    server.answer = () => true;
    const clock = new VirtualClock();
    const images = await open({ ...openai(), imageTimeoutMs: 60_000 }, clock);
    const arrived = server.next();
    const work = images.generate(request());
    await arrived;
    clock.advance(60_000);
    await expect(work).rejects.toMatchObject({ code: 'image_server_silent' });
  });

  it('a server that is gone: the next one is asked', async () => {
    const images = await open({ openaiImagesBaseUrl: 'http://127.0.0.1:9/v1', ...webui() });
    expect(images.engines).toEqual(['openai-images', 'stable-diffusion-webui']);
    expect((await images.generate(request())).by).toBe('stable-diffusion-webui');
  });

  it('no server at all', async () => {
    await expect((await open({})).generate(request())).rejects.toMatchObject({ code: 'image_server_missing' });
    expect((await open({ ...openai(), imageServer: 'none' })).engines).toEqual([]);
    await expect(open({ imageServer: 'openai-images' })).rejects.toMatchObject({ code: 'image_server_missing' });
    await expect(open({ imageServer: 'dall-e' })).rejects.toMatchObject({ code: 'engine_unknown' });
  });
});
