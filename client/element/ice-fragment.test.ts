import { describe, expect, test } from 'vitest';
import { credentialsOf, iceFragment, iceServersOfLinks, restartedDescription } from './ice-fragment.ts';

const local = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1 2',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:1',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:2',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  '',
].join('\r\n');
const candidate = 'candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0';

describe('fragment to send', () => {
  test('credentials, the media line and its candidates', () => {
    expect(iceFragment(local, [{ candidate, sdpMid: '0' }], true).split('\r\n')).toEqual([
      'a=ice-ufrag:abcd',
      'a=ice-pwd:0123456789abcdef01234567',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      `a=${candidate}`,
      'a=end-of-candidates',
      '',
    ]);
  });

  test('candidates stand under their own media line; those of none under the first', () => {
    const lines = iceFragment(
      local,
      [
        { candidate: 'candidate:1', sdpMid: '1' },
        { candidate: 'candidate:2', sdpMid: null },
      ],
      false,
    ).split('\r\n');
    expect(lines.slice(2)).toEqual([
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      'a=candidate:2',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=mid:1',
      'a=candidate:1',
      '',
    ]);
  });

  test('a description without ICE is refused', () => {
    expect(() => iceFragment('v=0\r\n', [], true)).toThrow(RangeError);
  });
});

describe('ICE restart', () => {
  const remote = local
    .replaceAll('abcd', 'serv')
    .replace('a=mid:0', 'a=mid:0\r\na=fingerprint:sha-256 AA\r\na=candidate:old 1 udp 1 192.0.2.9 1 typ host');
  const fragment =
    'a=ice-ufrag:new1\r\na=ice-pwd:newpasswordnewpassword00\r\nm=audio 9 x 0\r\na=mid:0\r\na=candidate:new 1 udp 1 192.0.2.7 2 typ host\r\n';

  test('takes new credentials and candidates, keeps the fingerprint', () => {
    const sdp = restartedDescription(remote, fragment);
    expect(credentialsOf(sdp)).toEqual({ ufrag: 'new1', pwd: 'newpasswordnewpassword00' });
    expect(sdp).not.toContain('serv');
    expect(sdp).not.toContain('candidate:old');
    expect(sdp.match(/candidate:new/g)).toHaveLength(1);
    expect(sdp).toContain('a=fingerprint:sha-256 AA');
  });

  test('a fragment without credentials is refused', () => {
    expect(() => restartedDescription(remote, 'a=mid:0')).toThrow(RangeError);
  });
});

describe('Link headers', () => {
  test('STUN and TURN servers with their credentials', () => {
    const header =
      '<stun:stun.example.net>; rel="ice-server", <turn:turn.example.net?transport=udp>; rel="ice-server"; username="u"; credential="p,q"; credential-type="password"';
    expect(iceServersOfLinks(header)).toEqual([
      { urls: 'stun:stun.example.net' },
      { urls: 'turn:turn.example.net?transport=udp', username: 'u', credential: 'p,q' },
    ]);
  });

  test('other links and other schemes are none of it', () => {
    expect(iceServersOfLinks('<https://example.net/>; rel="next", <https://example.net/>; rel="ice-server"')).toEqual([]);
    expect(iceServersOfLinks(null)).toEqual([]);
  });
});
