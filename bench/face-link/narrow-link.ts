import type { Page } from 'playwright-core';
import { launchBrowser, Visitor, VisitorVoice } from '../../server/e2e/visitor.ts';
import { ServerProcess } from '../server-process.ts';
import { type Kind, KINDS, type LineFigures, UdpRelay } from './udp-relay.ts';
import { type WatchedAnswer, watchAnswer } from './watched-answer.ts';

export interface NarrowLink {
  /** Of the sound that was played while the avatar spoke. */
  readonly concealedShare: number;
  /** Face frames that left the server in a second. */
  readonly facesPerS: number;
  readonly answer: WatchedAnswer;
  /** What the link carried to the visitor while the avatar spoke, and back. */
  readonly down: LineUse;
  readonly up: LineUse;
  /** What it carried from the visitor while he spoke. */
  readonly upWhileAsking: LineUse;
  readonly roundTripMs: number;
}

/** What one direction carried in a while, with every header. */
export interface LineUse {
  readonly kbits: Readonly<Record<Kind, number>>;
  readonly packetsPerS: Readonly<Record<Kind, number>>;
  /** How long packets waited for those before them. */
  readonly waitedMs: readonly number[];
  readonly dropped: number;
}

const DELAY_MS = 20;
/** Answered with what is known best about it. */
const SPOKEN = 'I would like to know how you can hear me, how you find your answers, and what happens when I interrupt you.';
const TYPED = 'How do your lips move?';
/** The greeting and the answer to what was spoken come before it. */
const WATCHED_ANSWER = 2;

export interface NarrowLinkOrder {
  readonly downKbits: number;
  readonly upKbits: number;
  readonly avatar: string;
  /** The browser knows that its link is narrow (Network Information API); otherwise either side has to find out. */
  readonly isKnown: boolean;
}

/** A call of a real browser through a link of so many kbit/s; files come by another way, as from a cache. */
export async function measureNarrowLink({ downKbits, upKbits, avatar, isKnown }: NarrowLinkOrder): Promise<NarrowLink> {
  await using stack = new AsyncDisposableStack();
  const voice = stack.use(await VisitorVoice.open());
  const question = await voice.of(SPOKEN);
  const server = stack.use(await ServerProcess.start([`face.avatar=${avatar}`]));
  const browser = await launchBrowser();
  stack.defer(() => browser.close());
  const relays: UdpRelay[] = [];
  const visitor = stack.use(
    await Visitor.arrive(browser, server.url, {
      query: `?autostart&avatar=${avatar}&rendering=client`,
      prepare: async (page) => {
        if (isKnown) await page.addInitScript(pretendNarrow);
        await onlyThroughRelay(page, async (port) => {
          const relay = stack.use(await UdpRelay.open(port, { downKbits, upKbits, delayMs: DELAY_MS }));
          relays.push(relay);
          return relay.port;
        });
      },
    }),
  );
  const { page } = visitor;
  await visitor.answer(0);
  const relay = relays[0]!;
  const asking = begin(() => relay.up);
  await visitor.say(question);
  const upWhileAsking = asking();
  await visitor.answer(1);
  await visitor.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: TYPED }] },
  });
  await visitor.send({ type: 'response.create' });
  await visitor.event('output_audio_buffer.started', WATCHED_ANSWER);
  const before = await soundOf(page);
  const sentBefore = await server.metric('visavis_face_frames_sent_total');
  const [down, up] = [begin(() => relay.down), begin(() => relay.up)];
  const answer = await page.evaluate(watchAnswer, WATCHED_ANSWER);
  const [downUse, upUse] = [down(), up()];
  const sent = (await server.metric('visavis_face_frames_sent_total')) - sentBefore;
  const after = await soundOf(page);
  return {
    concealedShare: (after.concealed - before.concealed) / Math.max(1, after.samples - before.samples),
    facesPerS: sent / answer.seconds,
    answer,
    down: downUse,
    up: upUse,
    upWhileAsking,
    roundTripMs: after.roundTripMs,
  };
}

/** Notes where a direction stands; the result says what it has carried since. */
function begin(line: () => LineFigures): () => LineUse {
  const before = line();
  const beganMs = performance.now();
  return () => {
    const after = line();
    const seconds = (performance.now() - beganMs) / 1_000;
    const each = (of: (kind: Kind) => number) => Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Record<Kind, number>;
    return {
      kbits: each((kind) => ((after.bytes[kind] - before.bytes[kind]) * 8) / 1_000 / seconds),
      packetsPerS: each((kind) => (after.packets[kind] - before.packets[kind]) / seconds),
      waitedMs: after.waitedMs.slice(before.waitedMs.length),
      dropped: after.dropped - before.dropped,
    };
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
