/**
 * Trickle ICE and ICE restart as HTTP bodies: `application/trickle-ice-sdpfrag` (RFC 8840, used as in WHIP, RFC 9725
 * section 4.3). A fragment carries the ICE credentials once and candidates under the media line they belong to.
 */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

export interface TrickledCandidate {
  /** The `candidate:…` attribute as RTCIceCandidate gives it. */
  readonly candidate: string;
  readonly sdpMid: string | null;
}

const CRLF = '\r\n';

const attribute = (sdp: string, name: string): string | undefined => new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim();

export function credentialsOf(sdp: string): IceCredentials | undefined {
  const ufrag = attribute(sdp, 'ice-ufrag');
  const pwd = attribute(sdp, 'ice-pwd');
  return ufrag && pwd ? { ufrag, pwd } : undefined;
}

/** The media sections of a description: their m-line and mid, in order. */
function mediaOf(sdp: string): { readonly mLine: string; readonly mid: string }[] {
  return sdp
    .split(/^(?=m=)/m)
    .slice(1)
    .map((section) => ({ mLine: section.split(/\r?\n/, 1)[0] ?? '', mid: attribute(section, 'mid') ?? '' }));
}

/**
 * The fragment to PATCH for `candidates`. With BUNDLE only the first media line carries transport, so candidates of an
 * unknown mid go there.
 */
export function iceFragment(localSdp: string, candidates: readonly TrickledCandidate[], complete: boolean): string {
  const credentials = credentialsOf(localSdp);
  const media = mediaOf(localSdp);
  const [first] = media;
  if (!credentials || !first) throw new RangeError('The description has no ICE credentials or no media');
  const lines = [`a=ice-ufrag:${credentials.ufrag}`, `a=ice-pwd:${credentials.pwd}`];
  for (const section of media) {
    const own = candidates.filter((c) => (media.some((m) => m.mid === c.sdpMid) ? c.sdpMid : first.mid) === section.mid);
    if (own.length === 0 && section !== first) continue;
    lines.push(section.mLine, `a=mid:${section.mid}`);
    for (const { candidate } of own) lines.push(candidate.startsWith('a=') ? candidate : `a=${candidate}`);
    if (complete && section === first) lines.push('a=end-of-candidates');
  }
  return lines.join(CRLF) + CRLF;
}

/**
 * The remote description after an ICE restart: the last one with the server's new credentials and candidates. Everything
 * else, the DTLS fingerprint above all, stays as it was (RFC 9725 section 4.3.3).
 */
export function restartedDescription(remoteSdp: string, fragment: string): string {
  const credentials = credentialsOf(fragment);
  if (!credentials) throw new RangeError('The fragment has no ICE credentials');
  const candidates = [...new Set(fragment.match(/^a=candidate:.*$/gm)?.map((line) => line.trim()) ?? [])];
  let first = true;
  const lines: string[] = [];
  for (const line of remoteSdp.split(/\r?\n/)) {
    if (line.startsWith('a=candidate:') || line.startsWith('a=end-of-candidates')) continue;
    if (line.startsWith('a=ice-ufrag:')) lines.push(`a=ice-ufrag:${credentials.ufrag}`);
    else if (line.startsWith('a=ice-pwd:')) {
      lines.push(`a=ice-pwd:${credentials.pwd}`);
      if (first) lines.push(...candidates);
      first = false;
    } else lines.push(line);
  }
  return lines.join(CRLF);
}

/** The STUN and TURN servers that a server names in `Link: <stun:…>; rel="ice-server"` headers (RFC 9725 section 4.6). */
export function iceServersOfLinks(header: string | null): RTCIceServer[] {
  if (!header) return [];
  const servers: RTCIceServer[] = [];
  for (const entry of header.split(/,(?=\s*<)/)) {
    const url = /<([^>]+)>/.exec(entry)?.[1];
    if (!url || !/rel="?ice-server"?/.test(entry) || !/^(stuns?|turns?):/.test(url)) continue;
    const username = /username="([^"]*)"/.exec(entry)?.[1];
    const credential = /credential="([^"]*)"/.exec(entry)?.[1];
    servers.push(username !== undefined && credential !== undefined ? { urls: url, username, credential } : { urls: url });
  }
  return servers;
}
