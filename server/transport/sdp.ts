import { isIP } from 'node:net';
import type { VideoCodec } from '../core/video.ts';
import { transportError } from './transport-error.ts';

/**
 * The parts of an offer (RFC 8866, RFC 8829) that matter here, read before anything else touches it, so that what is wrong
 * has a name and nothing half-understood gets further.
 */
export interface Offer {
  /** The offer without its candidates and what belongs to them; they are added one by one, filtered. */
  readonly sdp: string;
  readonly candidates: readonly OfferedCandidate[];
  readonly iceUfrag: string;
  readonly icePwd: string;
  /** The visitor insists on being the DTLS server. */
  readonly passive: boolean;
  readonly audio: OfferedAudio;
  readonly video: OfferedVideo | undefined;
}

export interface OfferedAudio {
  readonly mid: string;
  readonly opusPayloadType: number;
  readonly redPayloadType: number | undefined;
  /** What the visitor wants at most (RFC 7587, section 6.1: maxaveragebitrate). */
  readonly maxBitrateBps: number | undefined;
  /** How much sound the visitor wants in a packet (RFC 8866, section 6.4: ptime). */
  readonly frameMs: number | undefined;
  /** The visitor will send sound; may receive it. */
  readonly sends: boolean;
  readonly receives: boolean;
}

export interface OfferedVideo {
  readonly mid: string;
  readonly codec: VideoCodec;
  readonly payloadType: number;
  readonly rtxPayloadType: number | undefined;
  readonly parameters: string | undefined;
}

export interface OfferedCandidate {
  readonly mid: string;
  /** `candidate:…` as in SDP. */
  readonly candidate: string;
}

interface Section {
  readonly kind: string;
  readonly port: number;
  readonly payloadTypes: readonly number[];
  readonly lines: string[];
}

const MAX_SECTIONS = 16;
/** More candidates than this have no honest reason, and every one is an address that this machine sends to. */
export const MAX_CANDIDATES = 32;

const invalid = (message: string) => transportError('sdp_invalid', message);

export function readOffer(sdp: string): Offer {
  const lines = splitLines(sdp);
  if (lines[0] !== 'v=0') throw invalid('The offer is not SDP: its first line is not "v=0"');
  const { head, sections } = split(lines);
  if (sections.length === 0) throw invalid('The offer has no media');
  if (sections.length > MAX_SECTIONS) throw invalid(`The offer has more than ${MAX_SECTIONS} m-lines`);
  for (const { kind } of sections) {
    if (!['audio', 'video', 'application'].includes(kind))
      throw invalid(`The offer has an m-line of an unknown kind, "${kind.slice(0, 32)}"`);
  }
  const mids = sections.map((section) => midOf(section));
  if (new Set(mids).size !== mids.length) throw invalid('Two m-lines of the offer have the same a=mid');
  const live = sections.filter((section) => section.port !== 0);
  const audio = live.find((section) => section.kind === 'audio');
  if (!audio) throw invalid('The offer has no audio');
  const iceUfrag = attribute(audio.lines, 'ice-ufrag') ?? attribute(head, 'ice-ufrag');
  const icePwd = attribute(audio.lines, 'ice-pwd') ?? attribute(head, 'ice-pwd');
  checkCredentials(iceUfrag, icePwd);
  const fingerprint = attribute(audio.lines, 'fingerprint') ?? attribute(head, 'fingerprint');
  if (!fingerprint || !/^sha-(256|384|512) ([0-9a-f]{2}:)+[0-9a-f]{2}$/i.test(fingerprint)) {
    throw invalid('The offer has no a=fingerprint with SHA-256, SHA-384 or SHA-512');
  }
  const bundle = attribute(head, 'group')?.split(' ') ?? [];
  if (live.length > 1 && (bundle[0] !== 'BUNDLE' || live.some((section) => !bundle.includes(midOf(section))))) {
    throw invalid('The m-lines of the offer are not in one BUNDLE group');
  }
  const setup = attribute(audio.lines, 'setup') ?? attribute(head, 'setup') ?? 'actpass';
  if (!['actpass', 'active', 'passive'].includes(setup)) throw invalid('The offer has an unknown a=setup');
  const candidates = sections.flatMap((section) =>
    section.lines.filter((line) => line.startsWith('a=candidate:')).map((line) => ({ mid: midOf(section), candidate: line.slice(2) })),
  );
  const video = live.find((section) => section.kind === 'video' && receives(section, head) && offeredVideo(section));
  return {
    sdp: `${lines.filter((line) => !/^a=(candidate:|end-of-candidates|remote-candidates)/.test(line)).join('\r\n')}\r\n`,
    candidates,
    iceUfrag: iceUfrag!,
    icePwd: icePwd!,
    passive: setup === 'passive',
    audio: offeredAudio(audio, head),
    video: video && offeredVideo(video),
  };
}

/** Candidates and credentials of a trickle-ice-sdpfrag (RFC 8840, section 9), as WHIP clients PATCH it (RFC 9725, section 4.3). */
export interface SdpFragment {
  readonly iceUfrag: string | undefined;
  readonly icePwd: string | undefined;
  readonly candidates: readonly { readonly mid: string | undefined; readonly candidate: string }[];
}

export function readFragment(fragment: string): SdpFragment {
  const { head, sections } = split(splitLines(fragment));
  if (sections.length > MAX_SECTIONS) throw invalid(`The fragment has more than ${MAX_SECTIONS} m-lines`);
  const all = [head, ...sections.map((section) => section.lines)];
  const find = (name: string) => all.map((lines) => attribute(lines, name)).find((value) => value !== undefined);
  const iceUfrag = find('ice-ufrag');
  const icePwd = find('ice-pwd');
  if ((iceUfrag === undefined) !== (icePwd === undefined)) throw invalid('The fragment has only one of a=ice-ufrag and a=ice-pwd');
  if (iceUfrag !== undefined) checkCredentials(iceUfrag, icePwd);
  const candidates = all.flatMap((lines) => {
    const mid = attribute(lines, 'mid');
    return lines.filter((line) => line.startsWith('a=candidate:')).map((line) => ({ mid, candidate: line.slice(2) }));
  });
  if (iceUfrag === undefined && candidates.length === 0 && !all.some((lines) => lines.includes('a=end-of-candidates'))) {
    throw invalid('The fragment has neither candidates nor ICE credentials');
  }
  return { iceUfrag, icePwd, candidates };
}

/** The server's side of a restart, as a fragment: its new credentials and its candidates, under the bundle's m-line. */
export function answerFragment(answerSdp: string): string {
  const { head, sections } = split(splitLines(answerSdp));
  const first = sections.find((section) => section.port !== 0);
  if (!first) throw invalid('Nothing is left to restart');
  const keep = /^a=(mid:|ice-ufrag:|ice-pwd:|candidate:|end-of-candidates)/;
  const kept = first.lines.filter((line, index) => index === 0 || keep.test(line));
  const group = head.filter((line) => line.startsWith('a=group:BUNDLE'));
  return [...group, ...kept, ''].join('\r\n');
}

/** The same offer with other ICE credentials: what the browser's restart offer would say. */
export function withCredentials(sdp: string, ufrag: string, pwd: string): string {
  return sdp.replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${ufrag}`).replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${pwd}`);
}

/** Sound that is asked for in fewer bits, or in longer frames than usual, is for a narrow link, where heads of packets count. */
export const wantsLittle = ({ maxBitrateBps, frameMs }: Pick<OfferedAudio, 'maxBitrateBps' | 'frameMs'>): boolean =>
  (maxBitrateBps ?? NARROW_BPS) < NARROW_BPS || (frameMs ?? 0) >= NARROW_FRAME_MS;

const NARROW_BPS = 20_000;
const NARROW_FRAME_MS = 40;
/** What is asked for then. Browsers make frames of 20, 40 or 60 ms. */
const WANTED_FRAME_MS = 60;

/**
 * Asks the browser to stop sending while the visitor is silent, and to send no more than it wants to get; Opus parameters in an
 * answer tell the receiver's wishes (RFC 7587). On a narrow link it asks for longer frames, too: browsers follow `a=ptime`.
 */
export function withSoundWishes(answerSdp: string, audio: Pick<OfferedAudio, 'opusPayloadType' | 'maxBitrateBps' | 'frameMs'>): string {
  const { opusPayloadType, maxBitrateBps } = audio;
  const limit = maxBitrateBps === undefined ? '' : `;maxaveragebitrate=${maxBitrateBps}`;
  const fmtp = new RegExp(`^(a=fmtp:${opusPayloadType} )(.*)$`, 'm');
  const rtpmap = new RegExp(`^a=rtpmap:${opusPayloadType} .*$`, 'm');
  const framed =
    wantsLittle(audio) && !/^a=ptime:/m.test(answerSdp)
      ? answerSdp.replace(rtpmap, (line) => `${line}\r\na=ptime:${WANTED_FRAME_MS}`)
      : answerSdp;
  if (!fmtp.test(framed)) return framed.replace(rtpmap, (line) => `${line}\r\na=fmtp:${opusPayloadType} useinbandfec=1;usedtx=1${limit}`);
  return framed.replace(fmtp, (line, start: string, parameters: string) => {
    if (parameters.includes('usedtx=')) return line;
    return `${start}${parameters};usedtx=1${parameters.includes('useinbandfec=') ? '' : ';useinbandfec=1'}${limit}`;
  });
}

/**
 * Whether a candidate is worth a connectivity check: UDP over IP, to an address that can be a visitor. Names (mDNS) are
 * left out: resolving one may block for seconds, and the visitor's own checks tell the address anyway.
 */
export function usableCandidate(candidate: string): boolean {
  const match = /^candidate:[\w+/]{1,32} (\d{1,5}) (\w{1,8}) \d{1,10} (\S{1,64}) (\d{1,5}) typ (host|srflx|prflx|relay)\b/.exec(candidate);
  if (!match) return false;
  const [, component, protocol, address, port] = match;
  if (component !== '1' || protocol!.toLowerCase() !== 'udp' || Number(port) < 1 || Number(port) > 65_535) return false;
  const family = isIP(address!);
  if (family === 4) return !/^(0\.|2(2[4-9]|[3-5]\d)\.)/.test(address!);
  return family === 6 && !/^(::$|ff)/i.test(address!);
}

function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.length > 0);
}

function split(lines: readonly string[]): { head: string[]; sections: Section[] } {
  const head: string[] = [];
  const sections: Section[] = [];
  for (const line of lines) {
    if (line.startsWith('m=')) {
      const [kind, port, , ...formats] = line.slice(2).split(' ');
      sections.push({ kind: kind ?? '', port: Number.parseInt(port ?? '', 10) || 0, payloadTypes: formats.map(Number), lines: [line] });
    } else if (sections.length > 0) {
      sections.at(-1)!.lines.push(line);
    } else {
      head.push(line);
    }
  }
  return { head, sections };
}

function attribute(lines: readonly string[], name: string): string | undefined {
  const prefix = `a=${name}:`;
  return lines
    .find((line) => line.startsWith(prefix))
    ?.slice(prefix.length)
    .trim();
}

function midOf(section: Section): string {
  const mid = attribute(section.lines, 'mid');
  if (!mid || mid.length > 32) throw invalid(`The ${section.kind} m-line of the offer has no usable a=mid`);
  return mid;
}

function checkCredentials(ufrag: string | undefined, pwd: string | undefined): void {
  // RFC 8839, section 5.4: 4 to 256 and 22 to 256 ice-chars.
  if (!ufrag || !/^[\w+/-]{4,256}$/.test(ufrag)) throw invalid('The a=ice-ufrag is missing or malformed');
  if (!pwd || !/^[\w+/-]{22,256}$/.test(pwd)) throw invalid('The a=ice-pwd is missing or malformed');
}

function direction(section: Section, head: readonly string[]): string {
  const pattern = /^a=(sendrecv|sendonly|recvonly|inactive)$/;
  const own = section.lines.find((line) => pattern.test(line)) ?? head.find((line) => pattern.test(line));
  return own?.slice(2) ?? 'sendrecv';
}

const receives = (section: Section, head: readonly string[]) => ['sendrecv', 'recvonly'].includes(direction(section, head));
const sends = (section: Section, head: readonly string[]) => ['sendrecv', 'sendonly'].includes(direction(section, head));

/** The section's formats in the order of preference: number, encoding (`opus/48000/2`) and parameters. */
function formats(section: Section): { payloadType: number; encoding: string; parameters: string | undefined }[] {
  return section.payloadTypes.flatMap((payloadType) => {
    const prefix = `a=rtpmap:${payloadType} `;
    const encoding = section.lines
      .find((line) => line.startsWith(prefix))
      ?.slice(prefix.length)
      .trim()
      .toLowerCase();
    if (!encoding || !Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) return [];
    const fmtp = `a=fmtp:${payloadType} `;
    return [
      {
        payloadType,
        encoding,
        parameters: section.lines
          .find((line) => line.startsWith(fmtp))
          ?.slice(fmtp.length)
          .trim(),
      },
    ];
  });
}

function offeredAudio(section: Section, head: readonly string[]): OfferedAudio {
  const known = formats(section);
  const opus = known.find(({ encoding }) => encoding === 'opus/48000/2');
  if (!opus) throw invalid('The audio of the offer has no Opus');
  const wraps = (parameters: string | undefined) => parameters?.split('/').every((part) => Number(part) === opus.payloadType) ?? false;
  const red = known.find(({ encoding, parameters }) => encoding === 'red/48000/2' && wraps(parameters));
  return {
    mid: midOf(section),
    opusPayloadType: opus.payloadType,
    redPayloadType: red?.payloadType,
    maxBitrateBps: bitrateLimit(opus.parameters),
    frameMs: frameDuration(section),
    sends: sends(section, head),
    receives: receives(section, head),
  };
}

const MIN_OPUS_BPS = 6_000;

function bitrateLimit(parameters: string | undefined): number | undefined {
  const limit = /(?:^|;)\s*maxaveragebitrate=(\d{4,6})\s*(?:;|$)/.exec(parameters ?? '')?.[1];
  return limit === undefined ? undefined : Math.max(MIN_OPUS_BPS, Number(limit));
}

function frameDuration(section: Section): number | undefined {
  const ptime = attribute(section.lines, 'ptime');
  return ptime !== undefined && /^\d{1,3}$/.test(ptime) ? Number(ptime) : undefined;
}

/** The first codec in the offer's order that we make: VP8, or constrained baseline H.264 in packetisation mode 1 (RFC 6184). */
function offeredVideo(section: Section): OfferedVideo | undefined {
  const known = formats(section);
  for (const { payloadType, encoding, parameters } of known) {
    const codec = encoding === 'vp8/90000' ? 'vp8' : encoding === 'h264/90000' && isBaseline(parameters) ? 'h264' : undefined;
    if (!codec) continue;
    const rtx = known.find((format) => format.encoding === 'rtx/90000' && format.parameters === `apt=${payloadType}`);
    return { mid: midOf(section), codec, payloadType, rtxPayloadType: rtx?.payloadType, parameters };
  }
  return undefined;
}

const isBaseline = (parameters = '') => /packetization-mode=1/.test(parameters) && /profile-level-id=42/i.test(parameters);
