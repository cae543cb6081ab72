import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { fetchAvatar } from '../../client/element/drawn-face/avatar-assets.ts';
import type { DrawnFace } from '../../client/element/drawn-face/drawn-face.ts';
import type { FaceRenderer } from '../../client/element/drawn-face/face-renderer.ts';
import type { rasterProgram } from '../../client/element/drawn-face/raster-program.ts';
import { FacePerformer } from '../face/performer.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import type { lumaOf } from '../face/raster/colour.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import { psnrDb } from '../face/raster/reference.ts';
import type { RunningServer } from '../main.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { launchBrowser, startTestServer, Visitor } from './visitor.ts';

declare global {
  interface Window {
    sources: {
      fetchAvatar: typeof fetchAvatar;
      rasterProgram: typeof rasterProgram;
      FaceRenderer: typeof FaceRenderer;
      DrawnFace: typeof DrawnFace;
      lumaOf: typeof lumaOf;
      psnrDb: typeof psnrDb;
      FaceRaster: typeof FaceRaster;
    };
  }
}

/** The face drawn by a real browser: the same picture as the server's, and a whole call with it. */
const ROOT = path.resolve(import.meta.dirname, '../..');

/** A browser with a graphics card, if only a computed one; undefined where this machine's has none. */
async function launchBrowserWithGpu(): Promise<Browser | undefined> {
  const candidate = await launchBrowser('software');
  const page = await candidate.newPage();
  const address = 'http://localhost/probe.html';
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(address);
  const found = await page.evaluate(async () => Boolean(await (navigator.gpu as GPU | undefined)?.requestAdapter()));
  await page.close();
  if (found) return candidate;
  await candidate.close();
  return undefined;
}

const browserWithGpu = await launchBrowserWithGpu();
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startTestServer({ persona: { greeting: 'Hello there. I am Mia, and I am drawn right here in your own browser.' } }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await browserWithGpu?.close();
  await server?.close();
});

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

const SIDE = 512;
/** A blink, a turned head, vowels and closed lips are among them. */
const TIMES = [0, 60_000, 110_000];

/** Faces of somebody who speaks. */
function faces(): number[][] {
  const performer = new FacePerformer({ seed: 3 });
  performer.setMode('speaking', 0);
  const phones = ['m', 'ɑ', 'f', 'i', 'b', 'oʊ', 'θ', 'u', 'p', 'ɛ'].map((symbol, i) => ({
    symbol,
    startMs: i * 240,
    endMs: (i + 1) * 240,
  }));
  performer.speak('turn', 0, phones);
  return TIMES.map((time) => [...performer.frameAt(time)]);
}

/** A page of the server's origin that runs the modules as they stand in the repository. */
async function openSources(page: Page): Promise<void> {
  const program = Buffer.from((await buildRaster()).bytes).toString('base64');
  const body = `<script>__FACE_RASTER__ = '${program}'</script>
    <script type="importmap">{"imports": {"zod": "/source/node_modules/zod/index.js"}}</script>
    <script type="module">
      import { fetchAvatar } from '/source/client/element/drawn-face/avatar-assets.ts';
      import { DrawnFace } from '/source/client/element/drawn-face/drawn-face.ts';
      import { FaceRenderer } from '/source/client/element/drawn-face/face-renderer.ts';
      import { rasterProgram } from '/source/client/element/drawn-face/raster-program.ts';
      import { lumaOf } from '/source/server/face/raster/colour.ts';
      import { FaceRaster } from '/source/server/face/raster/raster.ts';
      import { psnrDb } from '/source/server/face/raster/reference.ts';
      window.sources = { fetchAvatar, rasterProgram, FaceRaster, FaceRenderer, DrawnFace, lumaOf, psnrDb };
    </script>`;
  await page.route(`${server.url}/golden.html`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.route(`${server.url}/source/**`, async (route) => {
    const file = path.join(ROOT, decodeURIComponent(new URL(route.request().url()).pathname).slice('/source/'.length));
    const source = await readFile(file, 'utf8');
    await route.fulfill({ contentType: 'text/javascript', body: file.endsWith('.ts') ? stripTypeScriptTypes(source) : source });
  });
  await page.goto(`${server.url}/golden.html`);
  await page.waitForFunction(() => 'sources' in window);
}

describe('the same frames in the browser and on the server', () => {
  it('are the same pictures (L5)', async () => {
    const frames = faces();
    const { rig, atlas } = await readAvatar(path.join(ROOT, 'avatars'), 'mia');
    const program = await WebAssembly.compile((await buildRaster()).bytes);
    using raster = await FaceRaster.create({ program, rig, atlas, widthPx: SIDE, heightPx: SIDE });
    using canvas = raster.openCanvas();
    const drawnHere = frames.map((frame) => {
      canvas.paint(Float32Array.from(frame));
      return canvas.frame.slice();
    });

    await using stack = new AsyncDisposableStack();
    const page = await browser.newPage();
    stack.defer(() => page.close());
    await openSources(page);
    const drawnThere = await page.evaluate(
      async ({ parameters, side }) => {
        const { fetchAvatar, rasterProgram, FaceRaster: Raster } = window.sources;
        const assets = await fetchAvatar(new URL('/', location.href), 'mia', { light: false, signal: new AbortController().signal });
        const drawn = await Raster.create({ program: await rasterProgram(), ...assets, widthPx: side, heightPx: side });
        const face = drawn.openCanvas();
        return parameters.map((frame) => {
          face.paint(Float32Array.from(frame));
          let bytes = '';
          for (const byte of face.frame) bytes += String.fromCharCode(byte);
          return btoa(bytes);
        });
      },
      { parameters: frames, side: SIDE },
    );

    const luma = SIDE * SIDE;
    for (const [i, picture] of drawnHere.entries()) {
      const there = Buffer.from(drawnThere[i] as string, 'base64');
      expect(there.length).toBe(picture.length);
      expect(psnrDb(picture.subarray(0, luma), there.subarray(0, luma))).toBeGreaterThanOrEqual(50);
      expect(psnrDb(picture.subarray(luma), there.subarray(luma))).toBeGreaterThanOrEqual(48);
    }
  });
});

describe.runIf(browserWithGpu)('a browser with a graphics card', () => {
  let page: Page;

  beforeAll(async () => {
    page = await browserWithGpu!.newPage();
    await openSources(page);
  });

  it('draws the same pictures by WebGPU and in WebAssembly (L5)', async () => {
    const { drawnBy, psnrsDb } = await page.evaluate(
      async ({ parameters, side }) => {
        const { fetchAvatar, FaceRenderer: Renderer, lumaOf: codeOf, psnrDb: compare } = window.sources;
        const assets = await fetchAvatar(new URL('/', location.href), 'mia', { light: false, signal: new AbortController().signal });
        const drawBy = async (wish: 'webgpu' | 'wasm') => {
          const canvas = document.createElement('canvas');
          const renderer = new Renderer(canvas, wish);
          const drawing = await renderer.open(assets, { width: side, height: side });
          const pictures = parameters.map((frame) => {
            drawing.draw(Float32Array.from(frame));
            const { data } = canvas.getContext('2d')!.getImageData(0, 0, side, side);
            return Uint8Array.from({ length: side * side }, (_, i) =>
              Math.round(codeOf(data[4 * i] as number, data[4 * i + 1] as number, data[4 * i + 2] as number)),
            );
          });
          drawing[Symbol.dispose]();
          renderer[Symbol.dispose]();
          return { drawnBy: drawing.renderer, pictures };
        };
        const [byGpu, byWasm] = [await drawBy('webgpu'), await drawBy('wasm')];
        return {
          drawnBy: [byGpu.drawnBy, byWasm.drawnBy],
          psnrsDb: byGpu.pictures.map((luma, i) => compare(luma, byWasm.pictures[i] as Uint8Array)),
        };
      },
      { parameters: faces(), side: SIDE },
    );
    expect(drawnBy).toEqual(['webgpu', 'wasm']);
    for (const psnr of psnrsDb) expect(psnr).toBeGreaterThanOrEqual(50);
  });

  it('does not take a card that the processor computes, unless it is told to', async () => {
    const drawnBy = await page.evaluate(async () => {
      const { fetchAvatar, FaceRenderer: Renderer } = window.sources;
      const assets = await fetchAvatar(new URL('/', location.href), 'mia', { light: true, signal: new AbortController().signal });
      return (await new Renderer(document.createElement('canvas'), 'auto').open(assets, { width: 64, height: 64 })).renderer;
    });
    expect(drawnBy).toBe('wasm');
  });

  it('goes on in WebAssembly when the card is lost, without a black picture between', async () => {
    const seen = await page.evaluate(async (parameters) => {
      const { DrawnFace: Face } = window.sources;
      const devices: GPUDevice[] = [];
      const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, wanted) {
        const device = await request.call(this, wanted);
        devices.push(device);
        return device;
      };
      const canvas = document.body.appendChild(document.createElement('canvas'));
      canvas.style.cssText = 'inline-size: 256px; block-size: 256px';
      const { promise: painted, resolve, reject } = Promise.withResolvers<string>();
      const face = new Face({
        canvas,
        base: new URL('/', location.href),
        shape: () => ({ width: 1, height: 1 }),
        renderer: 'webgpu',
        light: true,
        soundMs: () => undefined,
        onPainted: resolve,
        onUnable: reject,
      });
      let mediaMs = 0;
      const move = () => face.accept((mediaMs += 40), Float32Array.from(parameters[(mediaMs / 40) % parameters.length] as number[]));
      const probe = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true })!;
      /** Mean of the colours in the picture that the next frame of the screen shows. */
      const nextBrightness = async () => {
        move();
        await new Promise(requestAnimationFrame);
        probe.drawImage(canvas, 0, 0, 8, 8);
        const { data } = probe.getImageData(0, 0, 8, 8);
        return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / 192;
      };
      await face.wear('mia');
      move();
      await painted;
      const drawnBy = [face.renderer];
      const brightness = [await nextBrightness()];
      for (const device of devices) device.destroy();
      while (face.renderer === 'webgpu') brightness.push(await nextBrightness());
      drawnBy.push(face.renderer);
      const lostAtMs = face.shownMs ?? 0;
      while ((face.shownMs ?? 0) < lostAtMs + 200) brightness.push(await nextBrightness());
      face.close();
      GPUAdapter.prototype.requestDevice = request;
      return { drawnBy, darkest: Math.min(...brightness), brightest: Math.max(...brightness) };
    }, faces());
    expect(seen.drawnBy).toEqual(['webgpu', 'wasm']);
    expect(seen.darkest).toBeGreaterThan(seen.brightest * 0.9);
  });
});

describe('a call whose visitor draws', () => {
  /** Waits until the page's canvas has shown so many different pictures. */
  const seesDrawnPictures = (visitor: Visitor, count: number): Promise<void> =>
    visitor.page.evaluate(async (wanted) => {
      const canvas = document
        .querySelector('visavis-app')!
        .shadowRoot!.querySelector('visavis-avatar')!
        .shadowRoot!.querySelector('canvas')!;
      const probe = new OffscreenCanvas(64, 64).getContext('2d', { willReadFrequently: true })!;
      const seen = new Set<string>();
      while (seen.size < wanted) {
        await new Promise(requestAnimationFrame);
        probe.drawImage(canvas, 0, 0, 64, 64);
        seen.add(String(probe.getImageData(0, 0, 64, 64).data));
      }
    }, count);

  const drawnBy = (visitor: Visitor, place: 'server' | 'client') =>
    visitor.page.waitForFunction((wanted) => {
      const { state } = document.querySelector('visavis-app')!.shadowRoot!.querySelector('visavis-avatar')!;
      return state.picture && state.drawnBy === wanted;
    }, place);

  const want = (visitor: Visitor, wish: 'server' | 'client') =>
    visitor.page.evaluate((rendering) => {
      document.querySelector('visavis-app')!.shadowRoot!.querySelector('visavis-avatar')!.rendering = rendering;
    }, wish);

  it('is heard and seen while the server draws nothing; the server can take over, and give it back', async () => {
    const encodedBefore = await metric('visavis_frames_encoded_total');
    await using visitor = await Visitor.arrive(browser, server.url, { query: '?autostart&avatar=mia&rendering=client' });
    await visitor.event('output_audio_buffer.started');
    await drawnBy(visitor, 'client');
    await seesDrawnPictures(visitor, 8);
    expect((await visitor.media()).audioEnergy).toBeGreaterThan(0.001);
    expect(await metric('visavis_frames_encoded_total')).toBe(encodedBefore);

    await want(visitor, 'server');
    await drawnBy(visitor, 'server');
    await visitor.seesMovingPictures();
    const sent = await metric('visavis_face_frames_sent_total');

    await want(visitor, 'client');
    await drawnBy(visitor, 'client');
    await seesDrawnPictures(visitor, 3);
    expect(await metric('visavis_face_frames_sent_total')).toBeGreaterThan(sent);
    const encoded = await metric('visavis_frames_encoded_total');
    await visitor.answer(0);
    expect(await metric('visavis_frames_encoded_total')).toBe(encoded);
  });
});
