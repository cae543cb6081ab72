import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, startTestServer } from './visitor.ts';

/** The page /studio against the real server, whose processes draw. */
const SHIPPED = path.resolve(import.meta.dirname, '../../avatars/mia');
const stack = new AsyncDisposableStack();
let url: string;
let browser: Awaited<ReturnType<typeof launchBrowser>>;

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'visavis-studio-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  cpSync(SHIPPED, path.join(folder, 'avatars/mia'), { recursive: true });
  const server = await startTestServer({
    face: { avatarsDir: path.join(folder, 'avatars') },
    avatars: { workDir: path.join(folder, 'work'), niceness: 0 },
  });
  stack.defer(() => server.close());
  ({ url } = server);
  browser = await launchBrowser();
  stack.defer(() => browser.close());
});
afterAll(() => stack.disposeAsync());

test('somebody is described, drawn, named, found in the gallery and removed', async () => {
  // What moves on the page would take the processor from who draws.
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${url}/studio`);
  await page.getByLabel('Who is it?').fill('An old man with a white beard');
  await page.keyboard.press('Enter');
  await page.getByText('sex man').waitFor();
  await page.getByRole('radio', { name: /^Person 1:/ }).check();
  await page.getByLabel('What is the face called?').fill('Captain Nemo');
  // The others are still being drawn; the first one can be kept when they are.
  await page.getByRole('button', { name: 'Keep this face' }).click();
  const talk = page.getByRole('link', { name: 'Talk to Captain Nemo' });
  await talk.waitFor();
  expect(await talk.getAttribute('href')).toBe('/?avatar=captain-nemo');

  await page.getByRole('tab', { name: 'Gallery' }).click();
  await page.getByRole('button', { name: /Captain Nemo.*From words/s }).click();
  const dialog = page.getByRole('dialog', { name: 'Captain Nemo' });
  await dialog.getByRole('button', { name: 'About' }).click();
  await dialog.getByText('An old man with a white beard').waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByRole('button', { name: 'Yes, remove it' }).click();
  await page.getByRole('button', { name: /Captain Nemo/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Mia/ }).waitFor();
  expect(complaints).toEqual([]);
});
