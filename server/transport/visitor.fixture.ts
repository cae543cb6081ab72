import {
  MediaStreamTrack,
  RTCPeerConnection,
  type RTCDataChannel,
  RTCRtpCodecParameters,
  useNACK,
  useOPUS,
  usePLI,
  useTransportWideCC,
  useTWCC,
  useVP8,
} from 'werift';
import type { WebRtcTransport } from './contract.ts';

/** A visitor in this process, for what a browser would never do. */
export interface Visitor {
  readonly peer: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  readonly microphone: MediaStreamTrack;
  readonly offerSdp: string;
  accept(answerSdp: string): Promise<void>;
  /** Sends a datagram from the very address that the call is held with. */
  sendRaw(datagram: Buffer): Promise<void>;
  close(): Promise<void>;
}

export async function createVisitor({ eventsProtocol = '' }: { eventsProtocol?: string } = {}): Promise<Visitor> {
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    bundlePolicy: 'max-bundle',
    codecs: {
      audio: [useOPUS({ payloadType: 111 })],
      video: [
        useVP8({ payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()] }),
        new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000, payloadType: 97, parameters: 'apt=96' }),
      ],
    },
    headerExtensions: { audio: [useTransportWideCC()], video: [useTransportWideCC()] },
  });
  const microphone = new MediaStreamTrack({ kind: 'audio' });
  peer.addTransceiver(microphone, { direction: 'sendrecv' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  const channel = peer.createDataChannel('events', { protocol: eventsProtocol });
  for (const { connection } of peer.iceTransports) connection.stunServer = undefined;
  await peer.setLocalDescription(await peer.createOffer());
  return {
    peer,
    channel,
    microphone,
    offerSdp: peer.localDescription!.sdp,
    accept: (answerSdp) => peer.setRemoteDescription({ type: 'answer', sdp: answerSdp }),
    async sendRaw(datagram) {
      const { nominated } = peer.iceTransports[0]!.connection;
      await nominated!.protocol.sendData(datagram, nominated!.remoteAddr);
    },
    close: () => peer.close(),
  };
}

/** Both sides connected. */
export async function connect(visitor: Visitor, transport: WebRtcTransport): Promise<void> {
  const connected = new Promise<void>((resolve) => transport.on('connected', resolve));
  await visitor.accept(transport.answerSdp);
  await connected;
}
