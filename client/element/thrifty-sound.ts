/** Speech is easy to listen to with so much. */
const SOUND_BPS = 16_000;
/** Sound in a packet: three times the usual, since its head takes as much room as 30 ms of such sound. */
const FRAME_MS = 60;

/**
 * An offer or an answer for a narrow link: sound is to be sent once instead of twice (RED, RFC 2198) and in few bits and few packets, either
 * way (RFC 7587, section 6.1; RFC 8866, section 6.4). Packets that get lost are concealed.
 */
export function thriftySound(sdp: string): string {
  const payloadType = (encoding: RegExp): string | undefined => new RegExp(`^a=rtpmap:(\\d+) ${encoding.source}`, 'im').exec(sdp)?.[1];
  const opus = payloadType(/opus\/48000/);
  const red = payloadType(/red\/48000/);
  const withoutRed = red === undefined ? sdp : withoutFormat(sdp, red);
  if (opus === undefined) return withoutRed;
  return withoutRed.replace(new RegExp(`^(a=fmtp:${opus} .*?)\\r?$`, 'm'), `$1;maxaveragebitrate=${SOUND_BPS}\r\na=ptime:${FRAME_MS}\r`);
}

function withoutFormat(sdp: string, payloadType: string): string {
  return sdp
    .replace(new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${payloadType} .*\\r?\\n`, 'gm'), '')
    .replace(/^m=audio .*$/gm, (line) => line.replace(new RegExp(` ${payloadType}(?= |\\r|$)`), ''));
}
