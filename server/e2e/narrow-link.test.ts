import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFLATED_EVENTS_PROTOCOL } from '../core/deflated-events.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { RunningServer } from '../main.ts';
import { launchBrowser, startTestServer, Visitor, VisitorVoice } from './visitor.ts';

/** A real browser on a narrow link, known or found out: what it agrees on with the server, and what then leaves either side. */
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startTestServer({
      persona: { greeting: 'Very little is needed to hear me.' },
      // Nobody listens there.
      transport: { stunUrls: ['stun:127.0.0.1:9'] },
    }),
    launchBrowser(),
  ]);
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

/** What a server of one's own would hand to the page. */
async function clientSecret(): Promise<string> {
  const response = await fetch(`${server.url}/v1/realtime/client_secrets`, { method: 'POST' });
  return ((await response.json()) as { value: string }).value;
}

/** Where it does, the browser's next offer is an ICE restart, whatever it is for, and the server has to know of it. */
it.each([false, true])(
  'is heard in long frames as soon as its link is known to be narrow; only the answer names ICE servers: %s',
  async (isRestart) => {
    await using stack = new AsyncDisposableStack();
    const voice = stack.use(await VisitorVoice.open());
    const visitor = stack.use(
      await Visitor.arrive(browser, server.url, { query: isRestart ? `?autostart&token=${await clientSecret()}` : '?autostart' }),
    );
    const { page } = visitor;
    await visitor.answer(0);
    const ufragOf = () => page.evaluate(() => /a=ice-ufrag:(.*)/.exec(window.visitor.connection?.remoteDescription?.sdp ?? '')?.[1]);
    const ufrag = await ufragOf();
    await page.evaluate(() => {
      const unknown = { round_trip_ms: null, loss_share: null, available_bps: null, video_bps: null, frames_per_s: null };
      const event = { type: 'visavis.quality', event_id: 'event_narrow', level: 'poor', ...unknown, narrow: true };
      window.visitor.channel?.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(event) }));
    });
    await page.waitForFunction(() => window.visitor.connection?.currentRemoteDescription?.sdp.includes('a=ptime:60'));
    const before = await soundOf(page);
    await visitor.say(await voice.of('What is Visavis?'));
    expect(msPerPacket(before.said, (await soundOf(page)).said)).toBeGreaterThan(35);
    // It is heard there; how well it is understood is the recogniser's business.
    expect((await visitor.event('conversation.item.input_audio_transcription.completed')).transcript).not.toBe('');
    expect((await ufragOf()) !== ufrag).toBe(isRestart);
  },
);
