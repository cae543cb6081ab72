/** Speech is easy to listen to with so much. */
const SOUND_BPS = 16_000;
/** Sound in a packet: three times the usual, since its head takes as much room as 30 ms of such sound. */
const FRAME_MS = 60;

/**
 * An offer or an answer for a narrow link: sound is to be sent once instead of twice (RED, RFC 2198) and in few bits and few packets,
 * either way (RFC 7587, section 6.1; RFC 8866, section 6.4). Packets that get lost are concealed. One that asks for it already stays
 * as it is.
 */
export function thriftySound(sdp: string): string {
  const payloadType = (encoding: RegExp): string | undefined => new RegExp(`^a=rtpmap:(\\d+) ${encoding.source}`, 'im').exec(sdp)?.[1];
  const opus = payloadType(/opus\/48000/);
  const red = payloadType(/red\/48000/);
  const withoutRed = red === undefined ? sdp : withoutFormat(sdp, red);
  if (opus === undefined) return withoutRed;
  const unframed = withoutRed.replace(/^a=(?:max)?ptime:.*\r?\n/gm, '');
  const limited = withParameter(unframed, opus, 'maxaveragebitrate', SOUND_BPS);
  return limited.replace(new RegExp(`^a=fmtp:${opus} .*$`, 'm'), `$&\r\na=ptime:${FRAME_MS}`);
}

function withParameter(sdp: string, payloadType: string, name: string, value: number): string {
  const fmtp = new RegExp(`^(a=fmtp:${payloadType} )(.*)$`, 'm');
  const rtpmap = new RegExp(`^a=rtpmap:${payloadType} .*$`, 'm');
  if (!fmtp.test(sdp)) return sdp.replace(rtpmap, `$&\r\na=fmtp:${payloadType} ${name}=${value}`);
  return sdp.replace(fmtp, (_, head: string, parameters: string) => {
    const others = parameters.split(';').filter((parameter) => !parameter.trim().startsWith(`${name}=`));
    return `${head}${[...others, `${name}=${value}`].join(';')}`;
  });
}

function withoutFormat(sdp: string, payloadType: string): string {
  return sdp
    .replace(new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${payloadType} .*\\r?\\n`, 'gm'), '')
    .replace(/^m=audio .*$/gm, (line) => line.replace(new RegExp(` ${payloadType}(?= |\\r|$)`), ''));
}
