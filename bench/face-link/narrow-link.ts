import type { Page } from 'playwright-core';
import { launchBrowser, Visitor } from '../../server/e2e/visitor.ts';
import { ServerProcess } from '../server-process.ts';
import { UdpRelay } from './udp-relay.ts';

export interface NarrowLink {
  /** Of the sound that was played while the avatar spoke. */
  readonly concealedShare: number;
  /** Face frames that left the server, and packets of them (two in each) that reached the browser. */
  readonly sentPerS: number;
  readonly packetsPerS: number;
  readonly picturesPerS: number;
  readonly sidePx: number;
  /** Media time of the picture that is shown against that of the sound that is played: positive when the picture is early. */
  readonly skewMs: readonly number[];
  readonly downKbits: number;
  readonly upKbits: number;
  readonly roundTripMs: number;
}

const DELAY_MS = 20;
const QUESTION = 'How do your lips move?';

/** A call of a real browser through a link of so many kbit/s in either direction; files come by another way, as from a cache. */
export async function measureNarrowLink({ kbits, avatar }: { kbits: number; avatar: string }): Promise<NarrowLink> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await ServerProcess.start([`face.avatar=${avatar}`]));
  const browser = await launchBrowser();
  stack.defer(() => browser.close());
  let relay: UdpRelay | undefined;
  const visitor = stack.use(
    await Visitor.arrive(browser, server.url, {
      query: `?autostart&avatar=${avatar}`,
      prepare: async (page) => {
        await page.addInitScript(pretendNarrow);
        await onlyThroughRelay(page, async (port) => {
          relay = stack.use(await UdpRelay.open(port, kbits, DELAY_MS));
          return relay.port;
        });
      },
    }),
  );
  const { page } = visitor;
  await visitor.answer(0);
  await visitor.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: QUESTION }] },
  });
  await visitor.send({ type: 'response.create' });
  await visitor.event('output_audio_buffer.started', 1);
  const before = await soundOf(page);
  const [downBefore, upBefore] = [relay?.down.bytes ?? 0, relay?.up.bytes ?? 0];
  const beganMs = performance.now();
  const sentBefore = await server.metric('visavis_face_frames_sent_total');
  const watched = await page.evaluate(watchCanvas);
  const sent = (await server.metric('visavis_face_frames_sent_total')) - sentBefore;
  const seconds = (performance.now() - beganMs) / 1_000;
  const after = await soundOf(page);
  return {
    concealedShare: (after.concealed - before.concealed) / Math.max(1, after.samples - before.samples),
    sentPerS: sent / seconds,
    packetsPerS: watched.packets / seconds,
    picturesPerS: watched.pictures / seconds,
    sidePx: watched.sidePx,
    skewMs: watched.skewMs,
    downKbits: (((relay?.down.bytes ?? 0) - downBefore) * 8) / 1_000 / seconds,
    upKbits: (((relay?.up.bytes ?? 0) - upBefore) * 8) / 1_000 / seconds,
    roundTripMs: after.roundTripMs,
  };
}

/** What the page asks before it decides who draws. */
function pretendNarrow(): void {
  Object.defineProperty(navigator, 'connection', { value: { saveData: false, downlink: 0.06 } });
}

/** Neither side learns the other's own addresses: every packet takes the way through the relay. */
async function onlyThroughRelay(page: Page, open: (serverPort: number) => Promise<number>): Promise<void> {
  const candidates = /^a=candidate:.*\r\n/gm;
  await page.route('**/v1/realtime/calls', async (route) => {
    const response = await route.fetch({ postData: (route.request().postData() ?? '').replace(candidates, '') });
    const answer = await response.text();
    const direct = answer.match(candidates)?.find((line) => / udp \d+ 127\.0\.0\.1 \d+ typ host/i.test(line)) ?? '';
    const serverPort = Number(/127\.0\.0\.1 (\d+) typ/.exec(direct)?.[1]);
    const port = await open(serverPort);
    let isFirst = true;
    const body = answer.replace(candidates, () => {
      const line = isFirst ? direct.replace(/ 127\.0\.0\.1 \d+ typ/, ` 127.0.0.1 ${port} typ`) : '';
      isFirst = false;
      return line;
    });
    await route.fulfill({ response, body });
  });
  await page.route('**/v1/realtime/calls/*', (route) =>
    route.request().method() === 'PATCH' ? route.fulfill({ status: 204 }) : route.continue(),
  );
}

async function soundOf(page: Page): Promise<{ samples: number; concealed: number; roundTripMs: number }> {
  return page.evaluate(async () => {
    const found = { samples: 0, concealed: 0, roundTripMs: 0 };
    for (const report of (await window.visitor.connection?.getStats())?.values() ?? []) {
      if (report.type === 'inbound-rtp' && report.kind === 'audio') {
        found.samples = report.totalSamplesReceived ?? 0;
        found.concealed = (report.concealedSamples ?? 0) - (report.silentConcealedSamples ?? 0);
      }
      if (report.type === 'candidate-pair' && report.nominated) found.roundTripMs = (report.currentRoundTripTime ?? 0) * 1_000;
    }
    return found;
  });
}

/** Notes every new picture until the answer ends: which time it shows, and which time is heard then. */
async function watchCanvas(): Promise<{ packets: number; pictures: number; sidePx: number; skewMs: number[] }> {
  const avatar = document.querySelector('visavis-app')!.shadowRoot!.querySelector('visavis-avatar')!;
  const canvas = avatar.shadowRoot!.querySelector('canvas')!;
  const connection = window.visitor.connection!;
  const receiver = connection.getReceivers().find(({ track }) => track.kind === 'audio')!;
  const packetsSoFar = async () => {
    for (const report of (await connection.getStats()).values())
      if (report.type === 'data-channel' && report.label === 'visavis.face') return report.messagesReceived as number;
    return 0;
  };
  const packetsBefore = await packetsSoFar();
  const skewMs: number[] = [];
  let shownMs: number | undefined;
  let pictures = 0;
  const answersEnded = () => window.visitor.events.filter(({ type }) => type === 'output_audio_buffer.stopped').length;
  while (answersEnded() < 2) {
    await new Promise(requestAnimationFrame);
    if (avatar.shownMediaMs === undefined || avatar.shownMediaMs === shownMs) continue;
    shownMs = avatar.shownMediaMs;
    pictures++;
    const heard = receiver.getSynchronizationSources()[0];
    const elapsedMs = heard ? performance.now() - (heard.timestamp - performance.timeOrigin) : Number.POSITIVE_INFINITY;
    if (heard && elapsedMs < 60) skewMs.push(shownMs - heard.rtpTimestamp / 48 - elapsedMs);
  }
  return { packets: (await packetsSoFar()) - packetsBefore, pictures, sidePx: canvas.width, skewMs };
}
