import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildClient } from '../cli/build-client.ts';
import { type ScriptedCall, ScriptedServer } from './scripted-server.ts';
import type {} from '../../client/element/visavis-avatar.ts';
import { launchBrowser } from './visitor.ts';

/** The page in a real browser, against a server whose every move is scripted. */
const ROOT = path.resolve(import.meta.dirname, '../..');

let clientDir: string;
let browser: Browser;
let server: ScriptedServer;
let context: BrowserContext | undefined;
const complaints: string[] = [];

beforeAll(async () => {
  ({ outDir: clientDir } = await buildClient(ROOT));
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  complaints.length = 0;
  server = await ScriptedServer.listen(clientDir);
  server.catalogue['avatars'] = [{ name: 'mia', title: 'Mia', default: true }];
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  await server.close();
  // Nothing on the page may depend on what the content security policy forbids, and nothing may throw unseen.
  expect(complaints).toEqual([]);
});

interface Visit {
  readonly query?: string;
  readonly microphone?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly browser?: Browser;
}

async function visit({
  query = '',
  microphone = true,
  viewport = { width: 1280, height: 800 },
  browser: other,
}: Visit = {}): Promise<Page> {
  context = await (other ?? browser).newContext({ viewport, permissions: microphone ? ['microphone'] : [] });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${server.url}${query}`);
  await page.getByRole('button', { name: /^(Start talking|ابدأ الحديث)$/ }).waitFor();
  return page;
}

async function startCall(page: Page): Promise<ScriptedCall> {
  const next = server.nextCall();
  await page.keyboard.press('Space');
  const call = await next;
  await call.heard('visavis.hello');
  await call.say('visavis.state', { state: 'listening', who: 'nobody' });
  await page.getByRole('status').getByText('Listening').waitFor();
  return call;
}

const alertOf = (page: Page) => page.getByRole('alert');

describe('a call by keyboard', () => {
  test('Space begins, M mutes, / types, Escape stops the answer, the button ends', async () => {
    const page = await visit();
    const call = await startCall(page);

    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
    await page.keyboard.press('M');
    await page.getByRole('button', { name: 'Mute microphone' }).waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('Where is the museum?');
    await page.keyboard.press('Enter');
    const created = await call.heard('conversation.item.create');
    expect(created).toMatchObject({ item: { role: 'user', content: [{ type: 'input_text', text: 'Where is the museum?' }] } });
    await call.heard('response.create');
    expect(await page.getByRole('textbox').inputValue()).toBe('');

    await call.say('visavis.state', { state: 'answering', who: 'avatar' });
    await page.getByRole('status').getByText('Speaking').waitFor();
    await page.keyboard.press('Escape');
    await call.heard('response.cancel');
    await call.heard('output_audio_buffer.clear');

    await call.say('visavis.state', { state: 'listening', who: 'nobody' });
    await page.getByRole('status').getByText('Listening').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'End the call' }).click();
    await call.hungUp.promise;
    await page.getByRole('heading', { name: 'Call ended' }).waitFor();
  });

  test('letters in the text field are text, not commands', async () => {
    const page = await visit();
    await startCall(page);
    await page.keyboard.press('/');
    await page.keyboard.type('mmc / m');
    expect(await page.getByRole('textbox').inputValue()).toBe('mmc / m');
    await page.getByRole('button', { name: 'Mute microphone' }).waitFor();
  });

  test('a second call follows in the same page', async () => {
    const page = await visit();
    const first = await startCall(page);
    await first.say('visavis.ended', { reason: 'silence' });
    await page.getByText('It was quiet for a long time').waitFor();
    const next = server.nextCall();
    await page.getByRole('button', { name: 'Talk again' }).click();
    expect((await next).id).not.toBe(first.id);
  });

  test('whoever hangs up before the server has answered leaves no call behind', async () => {
    const page = await visit();
    const answer = Promise.withResolvers<void>();
    server.answerAfter = answer.promise;
    const next = server.nextCall();
    const asked = page.waitForRequest((request) => request.method() === 'POST');
    await page.keyboard.press('Space');
    await asked;
    await page.getByRole('button', { name: 'End the call' }).click();
    await page.getByRole('heading', { name: 'Call ended' }).waitFor();
    answer.resolve();
    await (await next).hungUp.promise;
  });
});

test('another face, before the call and in the middle of it, by keyboard alone', async () => {
  server.catalogue['avatars'] = ['kofi', 'mia', 'samir'].map((name) => ({
    name,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    default: name === 'mia',
  }));
  const page = await visit();
  const faces = page.getByRole('listbox', { name: 'Choose a face' });
  const chosen = faces.getByRole('option', { selected: true });
  const opener = (title: string) => page.getByRole('button', { name: `Choose a face (${title})` });

  await opener('Mia').press('Enter');
  expect(await chosen.textContent()).toContain('Mia');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await faces.waitFor({ state: 'hidden' });
  await opener('Kofi').waitFor();
  await page.getByRole('heading', { name: 'Kofi' }).waitFor();

  const next = server.nextCall();
  await page.getByRole('button', { name: 'Start talking' }).click();
  const call = await next;
  expect(call.session).toMatchObject({ visavis: { avatar: 'kofi' } });
  await call.heard('visavis.hello');
  await call.say('visavis.state', { state: 'answering', who: 'avatar' });
  await page.getByRole('status').getByText('Speaking').waitFor();
  // Neither a letter nor Escape reaches the call's commands: nothing is muted, the answer goes on.
  await opener('Kofi').press('Enter');
  await page.keyboard.press('m');
  expect(await page.evaluate(() => document.querySelector('visavis-app')?.shadowRoot?.querySelector('visavis-avatar')?.muted)).toBe(false);
  await page.keyboard.press('Escape');
  await faces.waitFor({ state: 'hidden' });
  await opener('Kofi').press('Enter');
  await page.keyboard.press('s');
  await page.keyboard.press('Enter');
  expect(await call.heard('session.update')).toMatchObject({ session: { visavis: { avatar: 'samir' } } });
  expect(call.received.map(({ type }) => type)).not.toContain('response.cancel');
  await opener('Samir').waitFor();
  await call.say('visavis.notice', { code: 'avatar_unknown', severity: 'warning', message: 'There is no avatar "samir"' });
  await opener('Kofi').waitFor();
  await page.getByRole('button', { name: 'End the call' }).click();
  await call.hungUp.promise;
  expect(server.calls).toHaveLength(1);
});

describe('captions', () => {
  test('of both sides, announced with their names when they are complete', async () => {
    const page = await visit();
    const call = await startCall(page);
    const shown = page.locator('.captions');
    await call.say('visavis.partial', { item_id: 'v1', text: 'where is' });
    await shown.locator('.visitor[data-partial]').getByText('where is').waitFor();
    const log = page.getByRole('log');
    expect((await log.textContent())?.trim()).toBe('');
    await call.say('visavis.caption', { item_id: 'v1', role: 'user', text: 'Where is it?', words: [], final: true });
    await call.say('visavis.caption', { item_id: 'a1', role: 'assistant', text: 'Over there.', words: [], final: true });
    await log.getByText('You: Where is it?').waitFor();
    await log.getByText('Mia: Over there.').waitFor();
  });

  test("the avatar's words come when they are heard, and end where it was interrupted", async () => {
    const page = await visit();
    const call = await startCall(page);
    const words = [
      { text: 'Hello', start_ms: 40, end_ms: 300 },
      { text: 'later', start_ms: 3_600_000, end_ms: 3_600_400 },
    ];
    call.playSilence(2_000);
    const played = (await call.heard('visavis.playout')) as { played_media_ms: number };
    expect(played.played_media_ms).toBeGreaterThanOrEqual(0);
    expect(played.played_media_ms).toBeLessThan(10_000);
    await call.say('visavis.caption', { item_id: 'a1', role: 'assistant', text: 'Hello, much later', words, final: true });
    const line = page.locator('visavis-transcript li.avatar .text');
    await line.getByText('Hello,', { exact: true }).waitFor();
    await call.say('visavis.heard', { item_id: 'a1', response_id: 'r1', text: 'Hello,', audio_end_ms: 300 });
    await page.locator('visavis-transcript').getByText('interrupted').waitFor();
    expect(await line.textContent()).toBe('Hello, …');
  });

  test('where the time of the answer went', async () => {
    const page = await visit();
    const call = await startCall(page);
    await call.say('visavis.latency', {
      response_id: 'r1',
      kind: 'spoken',
      prepared: true,
      endpoint_ms: 250,
      asr_ms: 12,
      llm_first_token_ms: 40,
      tts_first_piece_ms: 60,
      first_frame_ms: 370,
      network_ms: 20,
      total_ms: 382,
    });
    const waterfall = page.locator('visavis-waterfall');
    await waterfall.getByText('382 ms').waitFor();
    expect(await waterfall.locator('li').allInnerTexts()).toHaveLength(6);
  });
});

describe('what keeps a call from beginning', () => {
  const begin = (page: Page) => page.getByRole('button', { name: 'Start talking' }).click();

  test('a full server: a countdown, then another try', async () => {
    const page = await visit();
    server.refusal = { status: 503, code: 'server_full', retryAfterS: 2 };
    await begin(page);
    await alertOf(page).getByText('All seats are taken').waitFor();
    const retry = page.getByRole('button', { name: /Try again/ });
    expect(await retry.isDisabled()).toBe(true);
    server.refusal = undefined;
    const next = server.nextCall();
    await retry.click();
    await next;
  });

  test.each([
    [{ status: 401, code: 'token_expired' }, 'This invitation is not valid'],
    [{ status: 403, code: 'origin_not_allowed' }, 'Calls from this address are not allowed'],
    [{ status: 404, code: 'avatar_unknown' }, 'There is no such avatar'],
    [{ status: 429, code: 'rate_limited', retryAfterS: 30 }, 'One moment, please'],
    [{ status: 500, code: 'internal' }, 'Something went wrong on the server'],
  ])('%o', async (refusal, title) => {
    const page = await visit();
    server.refusal = refusal;
    await begin(page);
    await alertOf(page).getByText(title).waitFor();
  });

  test('a page that gives no tokens', async () => {
    const page = await visit();
    server.joinRefusal = { status: 401, code: 'pages_private' };
    await begin(page);
    await alertOf(page).getByText('This page needs an invitation').waitFor();
  });

  test('a token from the address is used and leaves the address', async () => {
    server.joinRefusal = { status: 500, code: 'internal' };
    const page = await visit({ query: '?token=abc&avatar=mia' });
    expect(page.url()).not.toContain('token');
    const next = server.nextCall();
    await begin(page);
    expect((await next).session).toMatchObject({ visavis: { avatar: 'mia' } });
  });

  test('a server that is gone', async () => {
    const page = await visit();
    await page.context().setOffline(true);
    await begin(page);
    await alertOf(page).getByText('The server does not answer').waitFor();
  });

  test('the microphone is refused: the conversation goes on by typing', async () => {
    const page = await visit({ microphone: false });
    await begin(page);
    await alertOf(page).getByText('The microphone is blocked').waitFor();
    const next = server.nextCall();
    await page.getByRole('button', { name: 'Continue by typing' }).click();
    const call = await next;
    await call.heard('visavis.hello');
    await page.getByRole('textbox').waitFor();
    expect(await page.getByRole('button', { name: /Microphone is off/ }).isDisabled()).toBe(true);
    await page.keyboard.type('Hello');
    await page.keyboard.press('Enter');
    await call.heard('conversation.item.create');
  });

  test('a machine without a microphone', async () => {
    // A browser of its own, without the invented devices.
    const bare = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    try {
      const page = await visit({ browser: bare });
      await begin(page);
      await alertOf(page)
        .getByText(/No microphone found|The microphone is blocked/)
        .waitFor();
      await page.getByRole('button', { name: 'Continue by typing' }).waitFor();
    } finally {
      await context?.close();
      context = undefined;
      await bare.close();
    }
  });

  test('a browser without WebRTC', async () => {
    const page = await visit();
    await page.evaluate(() => Reflect.deleteProperty(globalThis, 'RTCPeerConnection'));
    await begin(page);
    await alertOf(page).getByText('This browser cannot hold a call').waitFor();
  });
});

test('a microphone that is pulled out and put in again is heard again', async () => {
  const page = await visit();
  const devices = await page.evaluateHandle(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    const found: { track?: MediaStreamTrack | undefined; arePresent: boolean } = { arePresent: true };
    mediaDevices.getUserMedia = async (constraints) => {
      if (!found.arePresent) throw new DOMException('Requested device not found', 'NotFoundError');
      const stream = await ask(constraints);
      found.track = stream.getAudioTracks()[0];
      return stream;
    };
    return found;
  });
  await startCall(page);
  await devices.evaluate((found) => {
    found.arePresent = false;
    found.track?.dispatchEvent(new Event('ended'));
  });
  await page.getByRole('status').getByText('The microphone was disconnected').waitFor();
  await devices.evaluate((found) => {
    found.arePresent = true;
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await page.getByRole('status').getByText('Listening').waitFor();
  expect(await devices.evaluate((found) => found.track?.readyState)).toBe('live');
});

test('a server that does not understand the language asks for typing, in the words of the page', async () => {
  const page = await visit({ query: '?language=ar' });
  const next = server.nextCall();
  await page.keyboard.press('Space');
  const call = await next;
  await call.heard('visavis.hello');
  await call.say('visavis.notice', { code: 'recognition_unavailable', severity: 'warning', message: 'Please type.' });
  await page.getByRole('textbox').waitFor();
  await page.getByRole('status').getByText('لا أستطيع فهم الكلام هنا').waitFor();
});

test('a server that leaves ends the call with words', async () => {
  const page = await visit();
  const call = await startCall(page);
  await call.pc.close();
  await page.getByRole('heading', { name: /Call ended|The connection was lost/ }).waitFor();
});

describe('small screens', () => {
  /** Everything that can be pressed lies inside the window, and nothing scrolls sideways. */
  const misplaced = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const found: string[] = [];
      if (document.documentElement.scrollWidth > innerWidth) found.push(`page is ${document.documentElement.scrollWidth} wide`);
      const look = (root: ParentNode): void => {
        for (const element of root.querySelectorAll<HTMLElement>('*')) {
          if (element.shadowRoot) look(element.shadowRoot);
          if (!element.matches('button, input, select') || !element.checkVisibility()) continue;
          const { left, right, top, bottom } = element.getBoundingClientRect();
          if (left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) {
            found.push(`${element.ariaLabel ?? element.textContent?.trim()} at ${[left, top, right, bottom].map(Math.round).join(' ')}`);
          }
        }
      };
      look(document);
      return found;
    });

  test.each([
    [390, 844],
    [320, 568],
    [844, 390],
    [820, 1180],
  ])('%i x %i: every button can be reached', async (width, height) => {
    const page = await visit({ viewport: { width, height } });
    expect(await misplaced(page)).toEqual([]);
    const call = await startCall(page);
    await page.keyboard.press('/');
    await page.getByRole('textbox').waitFor();
    await call.say('visavis.caption', {
      item_id: 'a',
      role: 'assistant',
      text: 'A long answer. '.repeat(40).trim(),
      words: [],
      final: true,
    });
    await page.locator('.captions .avatar').waitFor();
    expect(await misplaced(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show transcript' }).click();
    await page.getByRole('button', { name: 'Copy' }).waitFor();
    expect(await misplaced(page)).toEqual([]);
  });
});

test('Arabic turns the page around', async () => {
  const page = await visit({ query: '?language=ar' });
  expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual(['ar', 'rtl']);
});

test('light and dark by choice, kept for the next visit', async () => {
  const page = await visit();
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await ground();
  await page.getByRole('button', { name: 'Use dark colours' }).click();
  expect(await ground()).not.toBe(before);
  const chosen = await ground();
  await page.reload();
  await page.getByRole('button', { name: 'Use light colours' }).waitFor();
  expect(await ground()).toBe(chosen);
});

test('a page that cannot draw the face asks the server to', async () => {
  const page = await visit({ query: '?rendering=client&avatar=mia' });
  const call = await startCall(page);
  const update = await call.heard('session.update');
  expect(update).toMatchObject({ session: { visavis: { rendering: 'server' } } });
});

describe('the element on a page of another kind', () => {
  const open = async (): Promise<Page> => {
    context = await browser.newContext({ permissions: ['microphone'] });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${server.url}embed-example.html`);
    await page.waitForFunction(() => customElements.get('visavis-avatar') !== undefined);
    return page;
  };

  test('the example holds a call', async () => {
    const page = await open();
    const next = server.nextCall();
    await page.getByRole('button', { name: 'Start' }).click();
    const call = await next;
    await call.heard('visavis.hello');
    await call.say('visavis.state', { state: 'hearing', who: 'visitor' });
    await page.locator('#state').getByText('hearing').waitFor();
    await call.say('visavis.caption', { item_id: 'a', role: 'assistant', text: 'Good day.', words: [], final: true });
    await page.locator('visavis-avatar').getByText('Good day.').first().waitFor();
    await page.getByLabel('Or type:').fill('Hello');
    await page.keyboard.press('Enter');
    await call.heard('conversation.item.create');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await call.hungUp.promise;
  });

  test('taking the element away hangs up', async () => {
    const page = await open();
    const next = server.nextCall();
    await page.getByRole('button', { name: 'Start' }).click();
    const call = await next;
    await call.heard('visavis.hello');
    await page.evaluate(() => document.querySelector('visavis-avatar')?.remove());
    await call.hungUp.promise;
  });

  test('taken away while it starts, it starts no call; put back, it can', async () => {
    const page = await open();
    const next = server.nextCall();
    const phases = await page.evaluate(() => {
      const element = document.querySelector('visavis-avatar')!;
      void element.start();
      const before = element.state.phase;
      element.remove();
      const after = element.state.phase;
      document.body.prepend(element);
      void element.start();
      return [before, after, element.state.phase];
    });
    expect(phases).toEqual(['starting', 'ended', 'starting']);
    await (await next).heard('visavis.hello');
    expect(server.calls).toHaveLength(1);
  });

  test('says with a code what it cannot do yet', async () => {
    const page = await open();
    const codes = await page.evaluate(async () => {
      const element = document.querySelector('visavis-avatar')!;
      const seen: string[] = [];
      element.addEventListener('error', (event) => seen.push((event as unknown as CustomEvent<{ code: string }>).detail.code));
      element.carrier = 'websocket';
      await element.start();
      return seen;
    });
    expect(codes).toEqual(['carrier_unsupported']);
  });
});
