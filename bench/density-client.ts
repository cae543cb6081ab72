import { setTimeout as wait } from 'node:timers/promises';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  type RTCDataChannel,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  useAbsSendTime,
  useNACK,
  useOPUS,
  usePLI,
  RTP_EXTENSION_URI,
  useTransportWideCC,
  useVP8,
} from 'werift';
import type { RenderingPlace } from '../server/core/video.ts';
import { FaceWeightsDecoder } from '../server/face/weights/decoder.ts';
import { FACE_CHANNEL } from '../server/face/weights/format.ts';
import { ArrivalReports } from './arrival-reports.ts';

/** Callers in a process of their own (forked by callers.ts): WebRTC connections that talk, listen and count, but show nothing. */
export interface SpokenQuestion {
  readonly text: string;
  /** Opus, one packet for each 20 ms; empty where the speaker is silent and nothing is sent. */
  readonly packets: readonly Uint8Array[];
}

export interface CallersOrder {
  readonly url: string;
  readonly calls: number;
  readonly questions: readonly SpokenQuestion[];
  /** Part of the time in which the avatar should be speaking, 0..1. */
  readonly speakingShare: number;
  /** `client`: the callers get face weights, which they read but do not draw. */
  readonly rendering?: RenderingPlace;
}

export interface CallFigures {
  readonly frames: number;
  readonly videoBytes: number;
  readonly audioPackets: number;
  /** Payload of the sound, and of the face weights. */
  readonly audioBytes: number;
  readonly faceBytes: number;
  /** The same while the avatar speaks; a face at rest is shown at half the rate. */
  readonly spokenFrames: number;
  readonly spokenAudioBytes: number;
  readonly spokenFaceBytes: number;
  /** Of the last key frame. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly speakingMs: number;
  readonly answers: number;
  /** Longest time between two frames. */
  readonly largestGapMs: number;
}

export type ToCallers = { kind: 'begin'; order: CallersOrder } | { kind: 'mark' } | { kind: 'read' } | { kind: 'end' };
export type FromCallers = { kind: 'up' } | { kind: 'figures'; calls: readonly CallFigures[] } | { kind: 'failed'; problem: string };

const PACKET_MS = 20;
const OPUS_UNITS = 960;
/** Chromium reports arrivals every 50 to 250 ms. */
const PACKETS_PER_REPORT = 5;
const OPUS_TYPE = 111;
/** A silent browser still says so this often (Opus DTX). */
const KEEP_ALIVE_PACKETS = 20;
const SILENT_PACKET = Uint8Array.of(0xf8, 0xff, 0xfe);
const CONNECT_TIMEOUT_MS = 30_000;

class SimulatedCall {
  readonly #order: CallersOrder;
  readonly #index: number;
  readonly #microphone = new MediaStreamTrack({ kind: 'audio' });
  readonly #peer: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #reports = new ArrivalReports();
  #ticks = 0;
  #figures: { -readonly [Key in keyof CallFigures]: number } = freshFigures();
  #lastFrameMs = 0;
  #speakingSinceMs: number | undefined;
  #answerMs = 0;
  #asked = 0;
  /** Packets that are still to be spoken. */
  #speech: readonly Uint8Array[] = [];
  #speechAt = 0;
  #sequenceNumber = Math.floor(Math.random() * 0x8000);
  #timestamp = 0;
  #silentPackets = 0;
  #closed = false;

  private constructor(order: CallersOrder, index: number) {
    this.#order = order;
    this.#index = index;
    this.#asked = index;
    this.#peer = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      bundlePolicy: 'max-bundle',
      codecs: {
        audio: [
          useOPUS({ payloadType: OPUS_TYPE, parameters: 'minptime=10;useinbandfec=1' }),
          new RTCRtpCodecParameters({
            mimeType: 'audio/red',
            clockRate: 48_000,
            channels: 2,
            payloadType: 63,
            parameters: `${OPUS_TYPE}/${OPUS_TYPE}`,
          }),
        ],
        video: [
          useVP8({ payloadType: 96, rtcpFeedback: [useNACK(), usePLI()] }),
          new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000, payloadType: 97, parameters: 'apt=96' }),
        ],
      },
      headerExtensions: { audio: [useAbsSendTime(), useTransportWideCC()], video: [useAbsSendTime(), useTransportWideCC()] },
    });
    this.#peer.addTransceiver(this.#microphone, { direction: 'sendrecv' });
    this.#peer.addTransceiver('video', { direction: 'recvonly' });
    this.#channel = this.#peer.createDataChannel('oai-events');
    this.#channel.onMessage.subscribe((data) => this.#onEvent(String(data)));
    if (order.rendering === 'client') this.#readFace(this.#peer.createDataChannel(FACE_CHANNEL.label, { maxRetransmits: 0 }));
    this.#peer.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((packet, extensions) => {
        const number: number | undefined = extensions?.[RTP_EXTENSION_URI.transportWideCC];
        if (number !== undefined) this.#reports.arrived(number, performance.now());
        this.#onRtp(track.kind, packet);
      }),
    );
  }

  /** Resolves when pictures come. */
  static async begin(order: CallersOrder, index: number): Promise<SimulatedCall> {
    const call = new SimulatedCall(order, index);
    await call.#connect();
    return call;
  }

  mark(): void {
    this.#figures = { ...freshFigures(), widthPx: this.#figures.widthPx, heightPx: this.#figures.heightPx };
    if (this.#speakingSinceMs !== undefined) this.#speakingSinceMs = performance.now();
  }

  read(): CallFigures {
    const running = this.#speakingSinceMs === undefined ? 0 : performance.now() - this.#speakingSinceMs;
    return { ...this.#figures, speakingMs: this.#figures.speakingMs + running };
  }

  /** Every 20 ms. */
  tick(): void {
    if (++this.#ticks % PACKETS_PER_REPORT === 0) this.#report();
    this.#timestamp += OPUS_UNITS;
    const packet = this.#speech[this.#speechAt];
    if (this.#speechAt < this.#speech.length) this.#speechAt++;
    const isSilent = packet === undefined || packet.length === 0;
    this.#silentPackets = isSilent ? this.#silentPackets + 1 : 0;
    if (isSilent && this.#silentPackets % KEEP_ALIVE_PACKETS !== 1) return;
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    const header = new RtpHeader({
      payloadType: OPUS_TYPE,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#timestamp,
      payloadOffset: 12,
    });
    this.#microphone.writeRtp(new RtpPacket(header, Buffer.from(isSilent ? SILENT_PACKET : packet)));
  }

  #report(): void {
    const [transport] = this.#peer.dtlsTransports;
    const report = this.#reports.take();
    // One that could not be sent is one that was lost.
    if (report) transport?.sendRtcp([report]).catch(() => undefined);
  }

  async end(): Promise<void> {
    this.#closed = true;
    await this.#peer.close();
  }

  async #connect(): Promise<void> {
    // Without a configured one, werift would ask a public server.
    for (const { connection } of this.#peer.iceTransports) connection.stunServer = undefined;
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    const form = new FormData();
    form.set('sdp', this.#peer.localDescription!.sdp);
    // Of full quality however slow it gets: what is measured is what that costs.
    const visavis = { rendering: this.#order.rendering ?? 'server', quality: 'high' };
    form.set('session', JSON.stringify({ type: 'realtime', visavis }));
    const response = await fetch(`${this.#order.url}/v1/realtime/calls`, { method: 'POST', body: form });
    const answer = await response.text();
    if (response.status !== 201) throw new Error(`Call refused: ${response.status} ${answer}`);
    await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer });
    const deadline = performance.now() + CONNECT_TIMEOUT_MS;
    while (this.#figures.frames === 0) {
      if (performance.now() > deadline) throw new Error(`No picture within ${CONNECT_TIMEOUT_MS / 1000} s`);
      await wait(20);
    }
  }

  #onRtp(kind: string, packet: RtpPacket): void {
    if (kind === 'audio') {
      this.#figures.audioPackets++;
      this.#figures.audioBytes += packet.payload.length;
      if (this.#speakingSinceMs !== undefined) this.#figures.spokenAudioBytes += packet.payload.length;
      return;
    }
    this.#figures.videoBytes += packet.payload.length;
    const size = keyFrameSize(packet.payload);
    if (size) Object.assign(this.#figures, size);
    if (packet.header.marker) this.#onFrame();
  }

  #onFrame(): void {
    const now = performance.now();
    if (this.#figures.frames > 0) this.#figures.largestGapMs = Math.max(this.#figures.largestGapMs, now - this.#lastFrameMs);
    this.#lastFrameMs = now;
    this.#figures.frames++;
    if (this.#speakingSinceMs !== undefined) this.#figures.spokenFrames++;
  }

  #readFace(channel: RTCDataChannel): void {
    const decoder = new FaceWeightsDecoder();
    channel.onMessage.subscribe((data) => {
      const packet = Buffer.from(data);
      const { frames, feedback } = decoder.decode(packet);
      for (let i = 0; i < frames.length; i++) this.#onFrame();
      this.#figures.faceBytes += packet.length;
      if (this.#speakingSinceMs !== undefined) this.#figures.spokenFaceBytes += packet.length;
      if (feedback) channel.send(Buffer.from(feedback));
    });
  }

  #onEvent(text: string): void {
    const { type } = JSON.parse(text) as { type: string };
    if (type === 'output_audio_buffer.started') {
      this.#speakingSinceMs ??= performance.now();
    } else if (type === 'output_audio_buffer.stopped' || type === 'output_audio_buffer.cleared') {
      if (this.#speakingSinceMs !== undefined) {
        this.#answerMs = performance.now() - this.#speakingSinceMs;
        this.#figures.speakingMs += this.#answerMs;
        this.#figures.answers++;
      }
      this.#speakingSinceMs = undefined;
      void this.#askLater();
    }
  }

  /** Pauses for as long as makes the wanted share of speech, then types or speaks the next question. */
  async #askLater(): Promise<void> {
    const { questions, speakingShare } = this.#order;
    const question = questions[this.#asked % questions.length]!;
    const isSpoken = (this.#asked - this.#index) % 2 === 1;
    this.#asked++;
    const askingMs = isSpoken ? question.packets.length * PACKET_MS + 500 : 0;
    const pauseMs = this.#answerMs / speakingShare - this.#answerMs - askingMs;
    // Callers don't speak in step.
    await wait(Math.max(300, pauseMs * (0.8 + 0.4 * Math.random())));
    if (this.#closed) return;
    if (isSpoken) {
      this.#speech = question.packets;
      this.#speechAt = 0;
      return;
    }
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: question.text }] };
    this.#send({ type: 'conversation.item.create', item });
    this.#send({ type: 'response.create' });
  }

  #send(event: object): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(event));
  }
}

const freshFigures = () => ({
  frames: 0,
  videoBytes: 0,
  audioPackets: 0,
  audioBytes: 0,
  faceBytes: 0,
  spokenFrames: 0,
  spokenAudioBytes: 0,
  spokenFaceBytes: 0,
  widthPx: 0,
  heightPx: 0,
  speakingMs: 0,
  answers: 0,
  largestGapMs: 0,
});

/** Size in the first packet of a VP8 key frame (RFC 7741, section 4; RFC 6386, section 9.1). */
function keyFrameSize(payload: Buffer): { widthPx: number; heightPx: number } | undefined {
  const first = payload[0] ?? 0;
  // Begin of partition 0.
  if ((first & 0x17) !== 0x10) return undefined;
  let at = 1;
  if (first & 0x80) {
    const extension = payload[at++] ?? 0;
    if (extension & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
    if (extension & 0x40) at++;
    if (extension & 0x30) at++;
  }
  if (payload.length < at + 10 || (payload[at]! & 1) === 1 || payload.readUIntBE(at + 3, 3) !== 0x9d012a) return undefined;
  return { widthPx: payload.readUInt16LE(at + 6) & 0x3fff, heightPx: payload.readUInt16LE(at + 8) & 0x3fff };
}

const calls: SimulatedCall[] = [];
let ticker: NodeJS.Timeout | undefined;
const tell = (message: FromCallers) => process.send?.(message);

async function begin(order: CallersOrder): Promise<void> {
  let ticks = 0;
  const startMs = performance.now();
  ticker = setInterval(() => {
    for (; ticks * PACKET_MS <= performance.now() - startMs; ticks++) for (const call of calls) call.tick();
  }, PACKET_MS);
  // One after another, as people come.
  for (let i = 0; i < order.calls; i++) calls.push(await SimulatedCall.begin(order, i));
  tell({ kind: 'up' });
}

process.on('message', (message: ToCallers) => {
  switch (message.kind) {
    case 'begin':
      begin(message.order).catch((error: unknown) => tell({ kind: 'failed', problem: String(error) }));
      break;
    case 'mark':
      for (const call of calls) call.mark();
      break;
    case 'read':
      tell({ kind: 'figures', calls: calls.map((call) => call.read()) });
      break;
    case 'end':
      clearInterval(ticker);
      void Promise.allSettled(calls.map((call) => call.end())).then(() => process.exit(0));
      break;
  }
});
process.on('disconnect', () => process.exit(1));
