import path from 'node:path';
import { launchBrowser, startTestServer, Visitor, VisitorVoice } from './visitor.ts';

/** Makes the picture of a call on the README's first page: `npm run screenshot`. */
const FILE = path.resolve(import.meta.dirname, '../../client/screenshot.jpg');
const QUESTIONS = ['Do I need a graphics card?', 'What is Visavis?'];

await using tools = new AsyncDisposableStack();
const server = await startTestServer();
tools.defer(() => server.close());
const browser = await launchBrowser();
tools.defer(() => browser.close());
const voice = tools.use(await VisitorVoice.open());
const visitor = tools.use(await Visitor.arrive(browser, server.url, { query: '?autostart', viewport: { width: 1280, height: 860 } }));
await visitor.answer(0);
for (const [i, question] of QUESTIONS.entries()) {
  await visitor.say(await voice.of(question));
  if (i < QUESTIONS.length - 1) await visitor.answer(i + 1);
}
// In the middle of the last answer, with its figures.
await visitor.event('visavis.latency', QUESTIONS.length);
await visitor.page.getByText('You speak').first().waitFor();
await visitor.page.screenshot({ path: FILE, type: 'jpeg', quality: 88 });
process.stdout.write(`${FILE}\n`);
