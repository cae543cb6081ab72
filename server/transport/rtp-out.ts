import { H264Packetizer, type RTCRtpSender, RTP_EXTENSION_URI, RtpHeader, RtpPacket, Vp8Packetizer } from 'werift';
import { MEDIA_RATE_HZ, type MediaTime } from '../core/media-time.ts';
import type { VideoCodec } from '../core/video.ts';
import type { SendHistory } from './twcc.ts';

const VIDEO_RATE_HZ = 90_000;
/** Leaves room for headers, extensions and SRTP's tag below the 1,200 bytes that get through everywhere. */
const MAX_PAYLOAD = 1_120;
/** RTP header, extensions and authentication tag, about. */
const OVERHEAD_BYTES = 40;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_EPOCH_MS = 2_208_988_800_000;

export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
/**
 * Least delay 0, most 300 ms, in units of 10 ms, 12 bits each: a picture is shown as soon as its sound is heard. Browsers hold
 * sound back for 30 to 80 ms, and for seconds for 150 to 300 where a stall made it late: the picture must be able to follow
 * it. With a most of 0 it would always come before its sound, with no limit it would be smoothed.
 */
const PLAYOUT_DELAY = Buffer.from([0x00, 0x00, 0x1e]);

/**
 * From a browser's taking a picture out of its buffer until it is seen: a little more than a refresh of the screen, which
 * browsers leave out where they keep sound and picture together. Pictures are stamped as older by this, and so kept less long.
 */
const SHOWING_MS = 20;

/** NTP format, 32.32 bits: werift's own has a wrong fraction, which would make lips and sound wander apart. */
export function ntpTimestamp(unixMs: number): bigint {
  const ms = unixMs + NTP_EPOCH_MS;
  const seconds = Math.floor(ms / 1000);
  return (BigInt(seconds) << 32n) | BigInt(Math.floor(((ms - seconds * 1000) * 2 ** 32) / 1000));
}

/** 24 bits, 6.18 seconds (abs-send-time extension). */
export const absSendTime = (unixMs: number): number => Math.floor((unixMs * 2 ** 18) / 1000) % 2 ** 24;

export interface RtpOutOptions {
  readonly sender: RTCRtpSender;
  readonly history: SendHistory;
  /** The axis of deadlines. */
  readonly nowMs: () => number;
  /** What Unix time `nowMs` of 0 is. */
  readonly originMs: number;
}

/** What werift keeps to itself about a sender, and what has to be read or put right. */
export interface SenderInternals {
  readonly headerExtensions: readonly { readonly id: number; readonly uri: string }[];
  readonly packetCount: number;
  readonly remotePacketsLost: number | undefined;
  /** Seconds. */
  readonly rtt: number | undefined;
  ntpTimestamp: bigint;
}

export const internalsOf = (sender: RTCRtpSender): SenderInternals => sender as unknown as SenderInternals;

/** Header extensions in use, by their negotiated numbers. */
interface ExtensionIds {
  readonly transportSequence: number | undefined;
  readonly sendTime: number | undefined;
  readonly playoutDelay: number | undefined;
}

/**
 * One outgoing track. Tags each packet for the bandwidth estimate, and pairs RTP time with the deadline (not with the
 * moment of sending) in the sender reports: both tracks then lie on one axis, however late a packet left.
 */
class RtpOut {
  readonly #options: RtpOutOptions;
  readonly #ids: ExtensionIds;

  constructor(options: RtpOutOptions) {
    this.#options = options;
    const id = (uri: string) => internalsOf(options.sender).headerExtensions.find((extension) => extension.uri === uri)?.id;
    this.#ids = {
      transportSequence: id(RTP_EXTENSION_URI.transportWideCC),
      sendTime: id(RTP_EXTENSION_URI.absSendTime),
      playoutDelay: id(PLAYOUT_DELAY_URI),
    };
  }

  /** `dueMs`: when what they carry is to be seen or heard, on the axis of deadlines. */
  protected send(packets: readonly RtpPacket[], dueMs: number): void {
    const { sender, originMs } = this.#options;
    for (const packet of packets) {
      this.#tag(packet);
      // Resolves when the socket has taken it; what cannot be sent is lost, like any packet.
      sender.sendRtp(packet).catch(() => undefined);
    }
    // After the packets: werift stamps each with its own idea of the time.
    internalsOf(sender).ntpTimestamp = ntpTimestamp(originMs + dueMs);
  }

  #tag(packet: RtpPacket): void {
    const { history, nowMs, originMs } = this.#options;
    const { transportSequence, sendTime, playoutDelay } = this.#ids;
    const sentAtMs = nowMs();
    const extensions: { id: number; payload: Buffer }[] = [];
    if (sendTime !== undefined) {
      const payload = Buffer.alloc(3);
      payload.writeUIntBE(absSendTime(originMs + sentAtMs), 0, 3);
      extensions.push({ id: sendTime, payload });
    }
    if (transportSequence !== undefined) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(history.add({ sentAtMs, bytes: packet.payload.length + OVERHEAD_BYTES }));
      extensions.push({ id: transportSequence, payload });
    }
    if (playoutDelay !== undefined) extensions.push({ id: playoutDelay, payload: PLAYOUT_DELAY });
    packet.header.extension = true;
    packet.header.extensionProfile = 0xbede;
    packet.header.extensions = [...packet.header.extensions, ...extensions];
  }
}

/**
 * RTP timestamps of both tracks count from the call's beginning: media time is what a client reads off each packet, so
 * captions, playout reports and lip-sync need no other message. RFC 3550 wants a random start against known-plaintext
 * attacks on weak encryption; SRTP does not need it.
 */
export class AudioOut extends RtpOut {
  #sequenceNumber = Math.floor(Math.random() * 0x8000);

  /** `marker`: the first packet after silence (RFC 3551, section 4.1). */
  sendFrame(opus: Uint8Array, mediaTime: MediaTime, deadlineMs: number, marker: boolean): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    const timestamp = mediaTime % 2 ** 32;
    const header = new RtpHeader({ sequenceNumber: this.#sequenceNumber, timestamp, marker, payloadOffset: 12 });
    this.send([new RtpPacket(header, Buffer.from(opus.buffer, opus.byteOffset, opus.byteLength))], deadlineMs);
  }
}

export class VideoOut extends RtpOut {
  readonly #packetizer: Vp8Packetizer | H264Packetizer;

  constructor(codec: VideoCodec, options: RtpOutOptions) {
    super(options);
    this.#packetizer =
      codec === 'vp8'
        ? new Vp8Packetizer({ maxPayloadSize: MAX_PAYLOAD })
        : new H264Packetizer({ maxPayloadSize: MAX_PAYLOAD, inputFormat: 'annexb' });
  }

  sendFrame(data: Uint8Array, mediaTime: MediaTime, deadlineMs: number): void {
    const timestamp = Math.round((mediaTime * VIDEO_RATE_HZ) / MEDIA_RATE_HZ) % 2 ** 32;
    const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.send(this.#packetizer.packetize(frame, timestamp), deadlineMs - SHOWING_MS);
  }
}
