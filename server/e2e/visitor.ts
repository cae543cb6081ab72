import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { buildClient } from '../cli/build-client.ts';
import { type Config, type ConfigInput, configSchema } from '../core/config-schema.ts';
import { type Log, silentLog } from '../core/log.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import { type RunningServer, startServer } from '../main.ts';
import type { ServerEventOf, ServerEventType } from '../protocol/server-events.ts';
import { createSpeaking, type VoiceService } from '../speaking/speaking.ts';

/** A real server and real visitors: what the end-to-end tests are made of. */
const ROOT = path.resolve(import.meta.dirname, '../..');

export async function startTestServer(overrides: ConfigInput = {}, log: Log = silentLog()): Promise<RunningServer & { config: Config }> {
  await buildClient(ROOT);
  const config = configSchema.parse({
    ...overrides,
    server: { port: 0, requestsPerMinute: 10_000, callsPerMinute: 1_000, ...overrides.server },
    session: { silencePromptMs: 0, ...overrides.session },
  });
  return { ...(await startServer(config, { log, shutdownGraceMs: 0 })), config };
}

const FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

const GRAPHICS_FLAGS = {
  none: ['--disable-gpu'],
  /** WebGPU, computed on the processor; its pictures can only be shown by the same driver. */
  software: ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader'],
};

export const launchBrowser = (graphics: keyof typeof GRAPHICS_FLAGS = 'none'): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: [...FLAGS, ...GRAPHICS_FLAGS[graphics]] });

export interface VisitorOptions {
  /** Query of the page, e.g. `?autostart`. */
  readonly query?: string;
  /** What the browser answers when the page asks for the microphone. */
  readonly microphone?: 'granted' | 'denied' | 'none';
  readonly viewport?: { width: number; height: number };
  /** Lets the browser use relayed addresses only, as behind a firewall that lets nothing else out. */
  readonly relayOnly?: boolean;
  /** Before the page is opened. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Somebody in front of a browser, whose voice is a recording that is played when the test says so. */
export class Visitor implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
  }

  static async arrive(browser: Browser, url: string, options: VisitorOptions = {}): Promise<Visitor> {
    const { query = '', microphone = 'granted', viewport = { width: 1280, height: 860 }, relayOnly = false, prepare } = options;
    const context = await browser.newContext({ viewport, permissions: microphone === 'granted' ? ['microphone'] : [] });
    const page = await context.newPage();
    await page.addInitScript(installVisitor, { microphone, relayOnly });
    await prepare?.(page);
    await page.goto(`${url}/${query}`);
    return new Visitor(context, page);
  }

  /** Speaks into the microphone; resolves when the last sample was spoken. */
  async say(pcm: Int16Array): Promise<void> {
    const base64 = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
    await this.page.evaluate(({ sound, rateHz }) => window.visitor.say(sound, rateHz), { sound: base64, rateHz: SPEECH_RATE_HZ });
  }

  /** Asks by typing, as the page's own client would. */
  async type(text: string): Promise<void> {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    await this.send({ type: 'conversation.item.create', item });
    await this.send({ type: 'response.create' });
  }

  /** All events of a type so far. */
  async events<Type extends ServerEventType>(type: Type): Promise<ServerEventOf<Type>[]> {
    return this.page.evaluate((wanted) => window.visitor.events.filter((event) => event.type === wanted), type) as Promise<
      ServerEventOf<Type>[]
    >;
  }

  async count(type: ServerEventType): Promise<number> {
    return (await this.events(type)).length;
  }

  /** The `index`-th event of a type (from 0), as soon as it is there. */
  async event<Type extends ServerEventType>(type: Type, index = 0): Promise<ServerEventOf<Type>> {
    await this.#until(
      `the ${type} number ${index}`,
      ({ wanted, at }) => window.visitor.events.filter((event) => event.type === wanted).length > at,
      { wanted: type as string, at: index },
    );
    return (await this.events(type))[index] as ServerEventOf<Type>;
  }

  /** The text of the `index`-th answer, when its sound has ended. */
  async answer(index: number): Promise<string> {
    await this.event('output_audio_buffer.stopped', index);
    return (await this.event('response.output_audio_transcript.done', index)).transcript;
  }

  /** As soon as the text of the `index`-th answer holds the words, however much of it is still to be heard. */
  async answerWith(index: number, words: string): Promise<void> {
    await this.#until(
      `the words "${words}" in answer ${index}`,
      ({ at, wanted }) => {
        const created = window.visitor.events.filter(({ type }) => type === 'response.created') as ServerEventOf<'response.created'>[];
        const deltas = window.visitor.events.filter(
          ({ type }) => type === 'response.output_audio_transcript.delta',
        ) as ServerEventOf<'response.output_audio_transcript.delta'>[];
        const said = deltas.filter(({ response_id }) => response_id === created[at]?.response.id).map(({ delta }) => delta);
        return said.join('').includes(wanted);
      },
      { at: index, wanted: words },
    );
  }

  /** Waits for what the page comes to hold; what was said instead is part of the error. */
  async #until<Argument extends object>(what: string, holds: (argument: Argument) => boolean, argument: Argument): Promise<void> {
    // The types of page functions and their arguments are one to one; the library's take handles apart, too.
    const waited = this.page.waitForFunction(holds as (argument: unknown) => boolean, argument, { timeout: 60_000 });
    await waited.catch(async (cause) => {
      throw new Error(`${what} did not come; the call so far:\n${await this.told()}`, { cause });
    });
  }

  /** The call so far, a line for each event, streamed text in one. */
  async told(): Promise<string> {
    return this.page.evaluate(() => {
      const lines: string[] = [];
      for (const event of window.visitor.events as { type: string; delta?: string; transcript?: string; text?: string }[]) {
        const { type, delta, transcript, text } = event;
        const said = delta ?? transcript ?? text;
        const continued = delta !== undefined && lines.at(-1)?.startsWith(`${type}: `);
        if (continued) lines.push(`${lines.pop()}${delta}`);
        else lines.push(said === undefined ? type : `${type}: ${said}`);
      }
      return lines.join('\n');
    });
  }

  /** Sends an event as the page's own client would. */
  async send(event: object | string): Promise<void> {
    await this.page.evaluate((text) => window.visitor.channel?.send(text), typeof event === 'string' ? event : JSON.stringify(event));
  }

  async sendBytes(bytes: readonly number[]): Promise<void> {
    await this.page.evaluate((list) => window.visitor.channel?.send(new Uint8Array(list)), bytes);
  }

  /** Energy of the avatar's sound so far, and pictures decoded. */
  async media(): Promise<{ audioEnergy: number; framesDecoded: number; state: string }> {
    return this.page.evaluate(async () => {
      let audioEnergy = 0;
      let framesDecoded = 0;
      const connection = window.visitor.connection;
      for (const report of (await connection?.getStats())?.values() ?? []) {
        if (report.type !== 'inbound-rtp') continue;
        if (report.kind === 'audio') audioEnergy = report.totalAudioEnergy ?? 0;
        else framesDecoded = report.framesDecoded ?? 0;
      }
      return { audioEnergy, framesDecoded, state: connection?.connectionState ?? 'none' };
    });
  }

  /** Waits until more pictures were decoded than now. */
  async seesMovingPictures(more = 10): Promise<void> {
    const { framesDecoded } = await this.media();
    await this.page.waitForFunction(
      async (target) => {
        for (const report of (await window.visitor.connection?.getStats())?.values() ?? []) {
          if (report.type === 'inbound-rtp' && report.kind === 'video') return (report.framesDecoded ?? 0) >= target;
        }
        return false;
      },
      framesDecoded + more,
      { timeout: 30_000 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

interface VisitorWindow {
  events: { type: string }[];
  connection: RTCPeerConnection | undefined;
  channel: RTCDataChannel | undefined;
  say(base64: string, rateHz: number): Promise<void>;
}

declare global {
  interface Window {
    visitor: VisitorWindow;
  }
}

/** Runs in the page before its own scripts: a microphone that plays recordings, and ears for the event channel. */
function installVisitor({ microphone, relayOnly }: { microphone: 'granted' | 'denied' | 'none'; relayOnly: boolean }): void {
  const visitor: VisitorWindow = { events: [], connection: undefined, channel: undefined, say: async () => undefined };
  window.visitor = visitor;

  const policy: RTCConfiguration = relayOnly ? { iceTransportPolicy: 'relay' } : {};
  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, ...policy });
      visitor.connection = this;
    }
    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration({ ...configuration, ...policy });
    }
    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, init);
      if (label !== 'events') return channel;
      visitor.channel = channel;
      const inflater = new DecompressionStream('deflate-raw');
      const writer = inflater.writable.getWriter();
      void readLines(inflater.readable, (line) => visitor.events.push(JSON.parse(line)));
      channel.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
        if (typeof data === 'string') visitor.events.push(JSON.parse(data));
        else void writer.write(data);
      });
      return channel;
    }
  };

  /** Events of a call on a narrow link come deflated. */
  async function readLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onLine: (line: string) => void): Promise<void> {
    let unfinished = '';
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  }

  navigator.mediaDevices.getUserMedia = async () => {
    if (microphone === 'denied') throw new DOMException('Permission denied', 'NotAllowedError');
    if (microphone === 'none') throw new DOMException('Requested device not found', 'NotFoundError');
    const context = new AudioContext({ sampleRate: 48_000 });
    const out = context.createMediaStreamDestination();
    // A real microphone is never digitally silent.
    const hiss = context.createBuffer(1, 48_000, 48_000);
    const samples = hiss.getChannelData(0);
    for (let i = 0; i < samples.length; i++) samples[i] = (((i * 7919) % 1000) / 1000 - 0.5) * 0.0004;
    const noise = new AudioBufferSourceNode(context, { buffer: hiss, loop: true });
    noise.connect(out);
    noise.start();
    visitor.say = (base64, rateHz) =>
      new Promise((resolve) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const pcm = new Int16Array(bytes.buffer);
        const buffer = context.createBuffer(1, pcm.length, rateHz);
        buffer.getChannelData(0).set(Float32Array.from(pcm, (value) => value / 32_768));
        const source = new AudioBufferSourceNode(context, { buffer });
        source.connect(out);
        source.onended = () => resolve();
        source.start();
      });
    return out.stream;
  };
}

/** The visitor's voice: our own engines, spoken once and kept for the whole file. */
export class VisitorVoice implements AsyncDisposable {
  readonly #speaking: VoiceService;
  readonly #voice: string;
  readonly #spoken = new Map<string, Int16Array>();

  private constructor(speaking: VoiceService, voice: string) {
    this.#speaking = speaking;
    this.#voice = voice;
  }

  static async open(): Promise<VisitorVoice> {
    const speaking = await createSpeaking(configSchema.parse({}).speaking);
    return new VisitorVoice(speaking, speaking.defaultVoice('en'));
  }

  async of(text: string): Promise<Int16Array> {
    const known = this.#spoken.get(text);
    if (known) return known;
    const parts: Int16Array[] = [];
    const stream = (async function* () {
      yield text;
    })();
    for await (const piece of this.#speaking.speak(stream, { voice: this.#voice, signal: new AbortController().signal }))
      parts.push(piece.pcm);
    const pcm = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      pcm.set(part, at);
      at += part.length;
    }
    this.#spoken.set(text, pcm);
    return pcm;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#speaking.close();
  }
}

/** Ids of this process's children that run a module, read from /proc (Linux). */
export async function childPidsOf(moduleName: string): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, status] = await Promise.all(
      ['cmdline', 'status'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')),
    );
    if (command?.includes(moduleName) && status?.includes(`PPid:\t${process.pid}\n`)) pids.push(Number(entry));
  }
  return pids;
}
