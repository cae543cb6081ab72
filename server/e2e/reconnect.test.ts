import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, startTestServer, Visitor } from './visitor.ts';

declare global {
  interface Window {
    /** Of the call, as the element told them. */
    phases: string[];
  }
}

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

test('the page restarts ICE on a lost connection, and the call goes on', async () => {
  await using stack = new AsyncDisposableStack();
  const server = await startTestServer({ session: { greet: false } });
  stack.defer(() => server.close());
  await using visitor = await Visitor.arrive(browser, server.url, { query: '?autostart' });
  const { page } = visitor;
  await visitor.event('session.created');
  await visitor.seesMovingPictures(5);
  const patches: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'PATCH' && response.status() === 200) patches.push(response.status());
  });
  const before = await page.evaluate(() => window.visitor.connection?.remoteDescription?.sdp.match(/a=ice-ufrag:(.*)/)?.[1]);

  await page.evaluate(() => {
    window.phases = [];
    document.addEventListener('state', (event) => window.phases.push((event as CustomEvent<{ phase: string }>).detail.phase));
  });

  // What the browser reports when no packet has come for long.
  await page.evaluate(() => {
    const connection = window.visitor.connection!;
    Object.defineProperty(connection, 'connectionState', { configurable: true, value: 'failed' });
    connection.dispatchEvent(new Event('connectionstatechange'));
    Reflect.deleteProperty(connection, 'connectionState');
  });
  await page.waitForFunction(() => window.phases.includes('reconnecting'));
  await page.waitForFunction((old) => {
    const ufrag = window.visitor.connection?.remoteDescription?.sdp.match(/a=ice-ufrag:(.*)/)?.[1];
    return ufrag !== undefined && ufrag !== old;
  }, before);
  await page.waitForFunction(() => window.phases.at(-1) === 'live');
  expect(patches).toHaveLength(1);

  await visitor.seesMovingPictures(5);
  await page.keyboard.press('/');
  await page.keyboard.type('What is Visavis?');
  await page.keyboard.press('Enter');
  await visitor.answerWith(0, 'Visavis');
});
