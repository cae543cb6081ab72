import type { Page } from 'playwright-core';

/** Blocks of 128 samples at 48 kHz: the resolution of everything that is heard. */
export const BLOCK_MS = (128 * 1000) / 48_000;

export interface Frame {
  /** When it was shown, on the axis of the sound. */
  readonly atMs: number;
  /** Media time that it shows, from its RTP timestamp. */
  readonly mediaMs: number;
  /** How much the mouth's region differs from the frame before, mean absolute luma. */
  readonly mouthChange: number;
}

export interface Recording {
  /** When block 0 began; one clock for both microphones and, through `clockOffsetMs`, for the picture. */
  readonly startMs: number;
  readonly visitorPeak: Float32Array;
  readonly avatarRms: Float32Array;
  readonly frames: readonly Frame[];
  /** Server events with the time at which they arrived. */
  readonly events: readonly { atMs: number; type: string; [key: string]: unknown }[];
  /** Skew of picture against sound, sampled while both play: positive when the picture is early. */
  readonly skewMs: readonly number[];
}

/**
 * Installs the recorder before the page's own scripts: an audio worklet hears the visitor's microphone track and the
 * avatar's sound sample by sample in one audio clock; every video frame is noted with its media time.
 */
export async function installRecorder(page: Page): Promise<void> {
  await page.addInitScript(recorder);
}

export async function readRecording(page: Page): Promise<Recording> {
  const raw = await page.evaluate(() => window.callRecorder.read());
  return { ...raw, visitorPeak: Float32Array.from(raw.visitorPeak), avatarRms: Float32Array.from(raw.avatarRms) };
}

/** Speaks a clip of 24 kHz PCM; resolves with the audio time at which its first sample leaves, when the clip has ended. */
export function speakClip(page: Page, pcm: Int16Array, delayMs = 0): Promise<number> {
  const base64 = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
  return page.evaluate(({ sound, delay }) => window.callRecorder.speak(sound, delay), { sound: base64, delay: delayMs });
}

interface CallRecorder {
  speak(base64: string, delayMs: number): Promise<number>;
  nowMs(): number;
  /** Events of a type so far. */
  count(type: string): number;
  /** For how long the avatar has been silent. */
  quietMs(): number;
  read(): {
    startMs: number;
    visitorPeak: number[];
    avatarRms: number[];
    frames: Frame[];
    events: { atMs: number; type: string }[];
    skewMs: number[];
  };
}

declare global {
  interface Window {
    callRecorder: CallRecorder;
  }
}

function recorder(): void {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
  const microphone = context.createMediaStreamDestination();
  const visitorPeak: number[] = [];
  const avatarRms: number[] = [];
  const frames: Frame[] = [];
  const events: { atMs: number; type: string }[] = [];
  const skewMs: number[] = [];
  let startMs = -1;
  let avatar: MediaStreamAudioSourceNode | undefined;
  let worklet: AudioWorkletNode | undefined;
  let audioReceiver: RTCRtpReceiver | undefined;
  const nowMs = () => context.currentTime * 1000;

  // A real microphone is never digitally silent.
  const hiss = context.createBuffer(1, 48_000, 48_000);
  const samples = hiss.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = (((i * 7919) % 1000) / 1000 - 0.5) * 0.0004;
  const noise = new AudioBufferSourceNode(context, { buffer: hiss, loop: true });
  noise.connect(microphone);
  noise.start();
  const voice = context.createGain();
  voice.connect(microphone);

  const source = `registerProcessor('levels', class extends AudioWorkletProcessor {
    constructor() { super(); this.out = []; }
    process(inputs) {
      let peak = 0, sum = 0;
      const a = inputs[0][0], b = inputs[1][0];
      if (a) for (const v of a) { const m = Math.abs(v); if (m > peak) peak = m; }
      if (b) for (const v of b) sum += v * v;
      this.out.push(peak, Math.sqrt(sum / 128));
      if (this.out.length >= 32) { this.port.postMessage({ at: currentTime * 1000 + 128000 / 48000, out: this.out }); this.out = []; }
      return true;
    }
  });`;
  const ready = context.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))).then(() => {
    worklet = new AudioWorkletNode(context, 'levels', { numberOfInputs: 2, numberOfOutputs: 0 });
    worklet.port.onmessage = ({ data }: MessageEvent<{ at: number; out: number[] }>) => {
      if (startMs < 0) startMs = data.at - (data.out.length / 2) * (128_000 / 48_000);
      for (let i = 0; i < data.out.length; i += 2) {
        visitorPeak.push(data.out[i] as number);
        avatarRms.push(data.out[i + 1] as number);
      }
    };
    voice.connect(worklet, 0, 0);
    avatar?.connect(worklet, 0, 1);
  });

  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track, receiver }) => {
        if (track.kind === 'audio') {
          audioReceiver = receiver;
          void ready.then(() => {
            avatar = context.createMediaStreamSource(new MediaStream([track]));
            if (worklet) avatar.connect(worklet, 0, 1);
          });
        } else watch(track);
      });
    }
    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, init);
      if (label !== 'events') return channel;
      channel.addEventListener('message', (message) => events.push({ ...JSON.parse(message.data as string), atMs: nowMs() }));
      return channel;
    }
  };
  navigator.mediaDevices.getUserMedia = async () => {
    await ready;
    await context.resume();
    return microphone.stream;
  };

  /** Its own hidden video element: what the page does with the picture is not disturbed. */
  function watch(track: MediaStreamTrack): void {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    void video.play();
    const canvas = new OffscreenCanvas(32, 16);
    const pixels = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    let previous: Uint8ClampedArray | undefined;
    const onFrame = (now: number, metadata: VideoFrameCallbackMetadata) => {
      const { videoWidth: w, videoHeight: h } = video;
      pixels.drawImage(video, w * 0.36, h * 0.56, w * 0.28, h * 0.2, 0, 0, 32, 16);
      const { data } = pixels.getImageData(0, 0, 32, 16);
      let change = 0;
      if (previous) for (let i = 1; i < data.length; i += 4) change += Math.abs((data[i] as number) - (previous[i] as number));
      previous = data;
      const lagMs = performance.now() - now;
      const rtp = (metadata as { rtpTimestamp?: number }).rtpTimestamp ?? 0;
      const atMs = nowMs() - lagMs;
      const mediaMs = rtp / 90;
      frames.push({ atMs, mediaMs, mouthChange: change / (32 * 16) });
      const heard = audioReceiver?.getSynchronizationSources()[0];
      if (heard && performance.now() - (heard.timestamp - performance.timeOrigin) < 60) {
        // Media time of the sound that leaves now, against that of the picture that is shown now.
        const soundMs = heard.rtpTimestamp / 48 + (performance.now() - (heard.timestamp - performance.timeOrigin));
        skewMs.push(mediaMs + lagMs - soundMs);
      }
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  window.callRecorder = {
    nowMs,
    count: (type) => events.filter((event) => event.type === type).length,
    quietMs: () => ((avatarRms.length - 1 - avatarRms.findLastIndex((level) => level > 0.005)) * 128_000) / 48_000,
    read: () => ({ startMs, visitorPeak, avatarRms, frames, events, skewMs }),
    speak: (base64, delayMs) =>
      new Promise((resolve) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const pcm = new Int16Array(bytes.buffer);
        const buffer = context.createBuffer(1, pcm.length, 24_000);
        buffer.getChannelData(0).set(Float32Array.from(pcm, (value) => value / 32_768));
        const clip = new AudioBufferSourceNode(context, { buffer });
        clip.connect(voice);
        const at = context.currentTime + 0.05 + delayMs / 1000;
        clip.onended = () => resolve(at * 1000);
        clip.start(at);
      }),
  };
}
