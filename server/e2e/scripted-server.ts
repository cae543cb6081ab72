import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { MediaStream, MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from 'werift';
import type { ServerEventBody, ServerEventType } from '../protocol/index.ts';
import { serverEvent } from '../protocol/index.ts';

/**
 * A server whose every move the test decides, on real sockets: it serves the built page, answers (or refuses) calls
 * over WebRTC, and says what it is told to say on the data channel. For states that the real server reaches rarely.
 */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
};

const EMBED_EXAMPLE = join(import.meta.dirname, '../../client/embed-example.html');

/** As strict as the real server's. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; connect-src 'self'";

/** One 20 ms Opus frame (CELT, full band) that decodes to silence. */
const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS?: number;
}

export class ScriptedCall {
  readonly id: string;
  readonly pc: RTCPeerConnection;
  readonly audio = new MediaStreamTrack({ kind: 'audio' });
  readonly video = new MediaStreamTrack({ kind: 'video' });
  readonly received: { readonly type: string; readonly [key: string]: unknown }[] = [];
  /** The `session` part of the request. */
  session: unknown;
  readonly open = Promise.withResolvers<RTCDataChannel>();
  readonly hungUp = Promise.withResolvers<void>();
  readonly #waiting: { readonly type: string; readonly resolve: () => void }[] = [];

  constructor(id: string) {
    this.id = id;
    this.pc = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: [useOPUS()], video: [useVP8()] },
    });
    this.pc.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((data) => this.#onMessage(String(data)));
      this.open.resolve(channel);
    });
  }

  async answer(offerSdp: string): Promise<string> {
    await this.pc.setRemoteDescription({ type: 'offer', sdp: offerSdp });
    const stream = new MediaStream([this.audio, this.video]);
    for (const transceiver of this.pc.getTransceivers()) {
      transceiver.setDirection(transceiver.kind === 'video' ? 'sendonly' : 'sendrecv');
      await transceiver.sender.replaceTrack(transceiver.kind === 'video' ? this.video : this.audio);
      transceiver.sender.setStreams([stream]);
    }
    await this.pc.setLocalDescription(await this.pc.createAnswer());
    return this.pc.localDescription?.sdp ?? '';
  }

  async say<Type extends ServerEventType>(type: Type, body: ServerEventBody<Type>): Promise<void> {
    (await this.open.promise).send(JSON.stringify(serverEvent(type, body)));
  }

  /** Sends silence that counts media time from 0: as fast as it is written, the page plays it at its own pace. */
  playSilence(durationMs: number): void {
    for (let frame = 0; frame < durationMs / 20; frame++) {
      const header = new RtpHeader({ payloadType: 111, sequenceNumber: frame, timestamp: frame * 960, marker: frame === 0 });
      this.audio.writeRtp(new RtpPacket(header, OPUS_SILENCE));
    }
  }

  /** Resolves when the page has sent an event of this type (it may have already). */
  async heard(type: string): Promise<Record<string, unknown>> {
    if (!this.received.some((event) => event.type === type)) {
      await new Promise<void>((resolve) => this.#waiting.push({ type, resolve }));
    }
    return this.received.find((event) => event.type === type)!;
  }

  async close(): Promise<void> {
    this.hungUp.resolve();
    await this.pc.close();
  }

  #onMessage(text: string): void {
    const event = JSON.parse(text) as { type: string };
    this.received.push(event);
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.type === event.type) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }
}

export class ScriptedServer {
  readonly calls: ScriptedCall[] = [];
  /** What the next calls get instead of an answer. */
  refusal: Refusal | undefined;
  /** Calls are answered when it resolves. */
  answerAfter: Promise<void> | undefined;
  /** The same as `refusal`, for `GET /api/v1/join`. */
  joinRefusal: Refusal | undefined;
  readonly catalogue: Record<string, unknown[]> = { avatars: [], voices: [], engines: [] };
  readonly #clientDir: string;
  readonly #server: Server;
  readonly #posterFile: string | undefined;
  #nextCall: PromiseWithResolvers<ScriptedCall> = Promise.withResolvers();

  private constructor(clientDir: string, posterFile: string | undefined) {
    this.#clientDir = clientDir;
    this.#posterFile = posterFile;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((thrown: unknown) => {
        response.writeHead(500).end(String(thrown));
      });
    });
  }

  static async listen(clientDir: string, posterFile?: string): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(clientDir, posterFile);
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The next call that begins. Ask before the page starts it. */
  nextCall(): Promise<ScriptedCall> {
    return this.#nextCall.promise;
  }

  async close(): Promise<void> {
    await Promise.all(this.calls.map((call) => call.close()));
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const { method } = request;
    if (method === 'POST' && pathname === '/v1/realtime/calls') return this.#createCall(request, response);
    const call = this.calls.find(({ id }) => pathname === `/v1/realtime/calls/${id}`);
    if (call && method === 'DELETE') {
      await call.close();
      response.writeHead(200).end();
      return;
    }
    if (call && method === 'PATCH') {
      const candidates = (await bodyOf(request)).toString().match(/^a=candidate:.*$/gm) ?? [];
      for (const line of candidates) {
        // Not awaited: a name that only the local network resolves would hold up the answer.
        if (!line.includes('.local'))
          void call.pc.addIceCandidate({ candidate: line.slice(2), sdpMid: '0', sdpMLineIndex: 0 }).catch(() => {});
      }
      response.writeHead(204).end();
      return;
    }
    if (pathname === '/api/v1/join') {
      this.#join(response);
      return;
    }
    const list = pathname.startsWith('/api/v1/') ? this.catalogue[pathname.slice('/api/v1/'.length)] : undefined;
    if (list) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: list }));
      return;
    }
    await this.#file(pathname, response);
  }

  #join(response: ServerResponse): void {
    if (this.joinRefusal) {
      refuse(response, this.joinRefusal);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        client_secret: { value: 'scripted', expires_at: 4_102_444_800 },
        ice_servers: [],
        permissions: [],
        avatar: 'mia',
        persona: 'Mia',
        language: 'en',
        max_typed_chars: 2_000,
      }),
    );
  }

  async #createCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (this.refusal) return refuse(response, this.refusal);
    await this.answerAfter;
    const call = new ScriptedCall(`call_${this.calls.length + 1}`);
    let sdp = body.toString();
    if (request.headers['content-type']?.startsWith('multipart/form-data')) {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': request.headers['content-type'] } }).formData();
      sdp = String(form.get('sdp'));
      call.session = JSON.parse(String(form.get('session')));
    }
    const answer = await call.answer(sdp);
    this.calls.push(call);
    response.writeHead(201, { 'content-type': 'application/sdp', location: `/v1/realtime/calls/${call.id}` }).end(answer);
    this.#nextCall.resolve(call);
    this.#nextCall = Promise.withResolvers();
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    const poster = pathname.endsWith('/poster.jpg');
    const example = pathname === '/embed-example.html';
    const file = poster
      ? this.#posterFile
      : example
        ? EMBED_EXAMPLE
        : join(this.#clientDir, normalize(pathname === '/' ? '/index.html' : pathname));
    const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file ?? '')] ?? 'application/octet-stream',
      // The example stands for somebody else's page, with its own script and style inside.
      ...(!example && { 'content-security-policy': CONTENT_SECURITY_POLICY }),
    });
    response.end(bytes);
  }
}

function refuse(response: ServerResponse, { status, code, retryAfterS }: Refusal): void {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS);
  response.writeHead(status, headers).end(JSON.stringify({ title: code, status, detail: code, code }));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
