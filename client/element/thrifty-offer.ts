/** Speech is still easy to listen to with so much; the heads of its packets take twice as much again. */
const SOUND_BPS = 12_000;

/**
 * The offer for a narrow link: sound is to be sent once instead of twice (RED, RFC 2198) and in few bits, either way (RFC 7587,
 * section 6.1). Packets that get lost are concealed.
 */
export function thriftyOffer(sdp: string): string {
  const payloadType = (encoding: RegExp): string | undefined => new RegExp(`^a=rtpmap:(\\d+) ${encoding.source}`, 'im').exec(sdp)?.[1];
  const opus = payloadType(/opus\/48000/);
  const red = payloadType(/red\/48000/);
  const withoutRed = red === undefined ? sdp : withoutFormat(sdp, red);
  if (opus === undefined) return withoutRed;
  return withoutRed.replace(new RegExp(`^(a=fmtp:${opus} .*?)\\r?$`, 'm'), `$1;maxaveragebitrate=${SOUND_BPS}\r`);
}

function withoutFormat(sdp: string, payloadType: string): string {
  return sdp
    .replace(new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${payloadType} .*\\r?\\n`, 'gm'), '')
    .replace(/^m=audio .*$/gm, (line) => line.replace(new RegExp(` ${payloadType}(?= |\\r|$)`), ''));
}
