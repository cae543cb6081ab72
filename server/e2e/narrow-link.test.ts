import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFLATED_EVENTS_PROTOCOL } from '../core/deflated-events.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { RunningServer } from '../main.ts';
import { launchBrowser, startTestServer, Visitor } from './visitor.ts';

/** A real browser that knows its link is narrow: what it agrees on with the server, and what then leaves either side. */
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer({ persona: { greeting: 'Very little is needed to hear me.' } }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

interface Sound {
  readonly ms: number;
  readonly packets: number;
}

/** What was heard and what was said so far, and in how many packets. */
const soundOf = (page: Page): Promise<{ heard: Sound; said: Sound }> =>
  page.evaluate(async () => {
    const found = { heard: { ms: 0, packets: 0 }, said: { ms: 0, packets: 0 } };
    for (const report of (await window.visitor.connection!.getStats()).values()) {
      if (report.kind !== 'audio') continue;
      if (report.type === 'inbound-rtp') found.heard = { ms: report.totalSamplesDuration * 1_000, packets: report.packetsReceived };
      else if (report.type === 'media-source') found.said.ms = report.totalSamplesDuration * 1_000;
      else if (report.type === 'outbound-rtp') found.said.packets = report.packetsSent;
    }
    return found;
  });

const msPerPacket = (before: Sound, after: Sound) => (after.ms - before.ms) / (after.packets - before.packets);

it('hears and is heard in long frames, and reads events that come deflated', async () => {
  await using visitor = await Visitor.arrive(browser, server.url, {
    query: '?autostart',
    prepare: async (page) => {
      await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: false, downlink: 0.06 } }));
    },
  });
  const { page } = visitor;
  await visitor.event('output_audio_buffer.started');
  const atFirst = await soundOf(page);
  expect(await visitor.answer(0)).toContain('Very little is needed');
  const greeted = await soundOf(page);
  expect(msPerPacket(atFirst.heard, greeted.heard)).toBeGreaterThan(35);
  expect(await page.evaluate(() => window.visitor.channel?.protocol)).toBe(DEFLATED_EVENTS_PROTOCOL);

  const hum = Int16Array.from({ length: SPEECH_RATE_HZ }, (_, i) => Math.round(8_000 * Math.sin(i / (20 + 5 * Math.sin(i / 4_000)))));
  await visitor.say(hum);
  expect(msPerPacket(greeted.said, (await soundOf(page)).said)).toBeGreaterThan(35);
});
