import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, startTestServer, Visitor } from './visitor.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const QUIET = { session: { greet: false } };

describe('when a call cannot begin as usual', () => {
  it('goes on by typing when the microphone is refused', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await startTestServer(QUIET);
    stack.defer(() => server.close());
    await using visitor = await Visitor.arrive(browser, server.url, { query: '?autostart', microphone: 'denied' });
    const { page } = visitor;
    await page.getByRole('button', { name: 'Continue by typing' }).click();
    await visitor.event('session.created');
    await page.keyboard.press('/');
    await page.keyboard.type('Is Visavis free?');
    await page.keyboard.press('Enter');
    await visitor.answerWith(0, 'Apache');
  });

  it('says that there is no microphone', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await startTestServer(QUIET);
    stack.defer(() => server.close());
    await using visitor = await Visitor.arrive(browser, server.url, { query: '?autostart', microphone: 'none' });
    await visitor.page
      .getByRole('alert')
      .getByText(/no microphone/i)
      .waitFor();
    await visitor.page.getByRole('button', { name: 'Continue by typing' }).waitFor();
  });

  it('tells that the server is full, and takes the visitor when a place is free', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await startTestServer({ ...QUIET, server: { maxCalls: 1, fullRetryAfterS: 3 } });
    stack.defer(() => server.close());
    const first = await Visitor.arrive(browser, server.url, { query: '?autostart' });
    await first.event('session.created');
    await using second = await Visitor.arrive(browser, server.url, { query: '?autostart' });
    await second.page.getByRole('alert').waitFor();
    expect(await second.page.getByRole('alert').textContent()).toMatch(/full|busy|places|taken/i);
    await first.page.getByRole('button', { name: 'End the call' }).click();
    await first.page.getByRole('button', { name: 'Talk again' }).waitFor();
    await second.page.getByRole('button', { name: /^Try again/ }).click({ timeout: 60_000 });
    await second.event('session.created');
    await first[Symbol.asyncDispose]();
  });

  it('refuses a wrong token and says so', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await startTestServer({ ...QUIET, server: { apiKeys: ['a-key-of-at-least-sixteen'] } });
    stack.defer(() => server.close());
    await using visitor = await Visitor.arrive(browser, server.url, { query: '?autostart&token=forged' });
    await visitor.page.getByRole('alert').waitFor();
    expect(await visitor.page.getByRole('alert').textContent()).toMatch(/token|link|invitation|expired|allowed/i);
    expect(await visitor.count('session.created')).toBe(0);
  });
});
