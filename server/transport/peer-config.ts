import {
  type RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  useAbsSendTime,
  useFIR,
  useNACK,
  useOPUS,
  usePLI,
  useREMB,
  useSdesMid,
  useTransportWideCC,
  useTWCC,
} from 'werift';
import type { Config } from '../core/config-schema.ts';
import { iceServersFor } from './ice-servers.ts';
import { PLAYOUT_DELAY_URI } from './rtp-out.ts';
import { type Offer, type OfferedVideo, wantsLittle } from './sdp.ts';

export interface PeerConfigOptions {
  readonly callId: string;
  readonly config: Config['transport'];
  /** Of a message on a data channel, bytes. */
  readonly maxMessageSize: number;
}

/** What werift is to agree to of an offer. */
export function peerConfig(
  offer: Offer,
  { callId, config, maxMessageSize }: PeerConfigOptions,
): ConstructorParameters<typeof RTCPeerConnection>[0] {
  const { opusPayloadType, redPayloadType } = offer.audio;
  const opus = useOPUS({ payloadType: opusPayloadType, parameters: 'minptime=10;useinbandfec=1;usedtx=1' });
  const red = redPayloadType === undefined ? [] : [redCodec(redPayloadType, opusPayloadType)];
  const { portMin, portMax } = config;
  return {
    // werift takes one URL of each kind, and without relaying a server's own address is all that it needs to know.
    iceServers: config.useTurnOnServer ? iceServersFor(callId, config).map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] })) : [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1', ...config.hostAddresses],
    icePortRange: portMin > 0 && portMax > portMin ? [portMin, portMax] : undefined,
    bundlePolicy: 'max-bundle',
    maxMessageSize,
    // RED comes first, so that it is what is sent (RFC 2198 around Opus).
    codecs: { audio: [...red, opus], video: offer.video ? videoCodecs(offer.video) : [] },
    headerExtensions: {
      // How wide a link is that the visitor calls narrow is not measured: reports about each packet, and the packets that browsers
      // try it with, would take a good part of it.
      audio: wantsLittle(offer.audio) ? [useSdesMid()] : [useSdesMid(), useAbsSendTime(), useTransportWideCC()],
      video: [useSdesMid(), useAbsSendTime(), useTransportWideCC(), new RTCRtpHeaderExtensionParameters({ uri: PLAYOUT_DELAY_URI })],
    },
  };
}

const redCodec = (payloadType: number, opusPayloadType: number) =>
  new RTCRtpCodecParameters({
    mimeType: 'audio/red',
    clockRate: 48_000,
    channels: 2,
    payloadType,
    parameters: `${opusPayloadType}/${opusPayloadType}`,
  });

function videoCodecs({ codec, payloadType, rtxPayloadType, parameters }: OfferedVideo): RTCRtpCodecParameters[] {
  const picture = new RTCRtpCodecParameters({
    mimeType: codec === 'vp8' ? 'video/VP8' : 'video/H264',
    clockRate: 90_000,
    payloadType,
    rtcpFeedback: [useNACK(), usePLI(), useFIR(), useREMB(), useTWCC()],
    ...(parameters && { parameters }),
  });
  if (rtxPayloadType === undefined) return [picture];
  return [
    picture,
    new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000, payloadType: rtxPayloadType, parameters: `apt=${payloadType}` }),
  ];
}
