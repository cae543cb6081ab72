import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../core/errors.ts';
import { answerFragment, readFragment, readOffer, usableCandidate, withCredentials, withSoundWishes } from './sdp.ts';

const FINGERPRINT = `sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`;
const TRANSPORT = ['a=ice-ufrag:abcd', 'a=ice-pwd:0123456789abcdefghijkl', `a=fingerprint:${FINGERPRINT}`, 'a=setup:actpass', 'a=rtcp-mux'];
const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0',
  'a=mid:0',
  'a=sendrecv',
  ...TRANSPORT,
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
];
const video = (formats: readonly string[], direction = 'recvonly') => [
  `m=video 9 UDP/TLS/RTP/SAVPF ${formats.map((format) => format.split(' ')[0]).join(' ')}`,
  'a=mid:1',
  `a=${direction}`,
  ...TRANSPORT,
  ...formats.flatMap(describeFormat),
];
const DATA = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2', ...TRANSPORT, 'a=sctp-port:5000'];

function describeFormat(format: string): string[] {
  const [payloadType, encoding, parameters] = format.split(' ');
  return [`a=rtpmap:${payloadType} ${encoding}`, ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : [])];
}

function offer(...sections: readonly string[][]): string {
  const mids = sections.map((lines) => lines.find((line) => line.startsWith('a=mid:'))?.slice(6)).join(' ');
  return ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids}`, ...sections.flat(), ''].join('\r\n');
}

const VP8 = ['96 VP8/90000', '97 rtx/90000 apt=96'];
const H264 = ['102 H264/90000 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', '103 rtx/90000 apt=102'];

describe('readOffer', () => {
  it('finds what matters', () => {
    const { audio, video: picture, passive, iceUfrag } = readOffer(offer(AUDIO, video([...VP8, ...H264]), DATA));
    expect(audio).toEqual({ mid: '0', opusPayloadType: 111, redPayloadType: 63, sends: true, receives: true });
    expect(picture).toMatchObject({ mid: '1', codec: 'vp8', payloadType: 96, rtxPayloadType: 97 });
    expect({ passive, iceUfrag }).toEqual({ passive: false, iceUfrag: 'abcd' });
  });

  it('follows the order of preference among what it can make', () => {
    expect(readOffer(offer(AUDIO, video([...H264, ...VP8]))).video).toMatchObject({ codec: 'h264', payloadType: 102, rtxPayloadType: 103 });
    const high = '100 H264/90000 packetization-mode=1;profile-level-id=640c1f';
    const single = '101 H264/90000 packetization-mode=0;profile-level-id=42e01f';
    expect(readOffer(offer(AUDIO, video(['98 VP9/90000', '45 AV1/90000', high, single, ...VP8]))).video).toMatchObject({ codec: 'vp8' });
    expect(readOffer(offer(AUDIO, video(['98 VP9/90000']))).video).toBeUndefined();
  });

  it('takes no picture where the visitor wants none, and no microphone where there is none', () => {
    expect(readOffer(offer(AUDIO, video(VP8, 'sendonly'))).video).toBeUndefined();
    expect(readOffer(offer(AUDIO.map((line) => line.replace('sendrecv', 'recvonly')))).audio).toMatchObject({
      sends: false,
      receives: true,
    });
    expect(readOffer(offer(AUDIO.filter((line) => !/^a=(rtpmap|fmtp):63/.test(line)))).audio.redPayloadType).toBeUndefined();
  });

  it('sets candidates apart', () => {
    const candidate = 'a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host';
    const read = readOffer(offer([...AUDIO, candidate, 'a=end-of-candidates'], DATA));
    expect(read.candidates).toEqual([{ mid: '0', candidate: candidate.slice(2) }]);
    expect(read.sdp).not.toContain('candidate');
  });

  it('names what is wrong', () => {
    const without = (pattern: RegExp) => offer(AUDIO.filter((line) => !pattern.test(line)));
    const wrong: [string, RegExp][] = [
      ['', /not SDP/],
      ['{"sdp":"v=0"}', /not SDP/],
      ['v=0\r\ns=-\r\n', /no media/],
      [offer(video(VP8)), /no audio/],
      [offer(AUDIO.map((line) => line.replace('m=audio 9', 'm=audio 0'))), /no audio/],
      [without(/opus/), /no Opus/],
      [without(/ice-ufrag/), /ice-ufrag/],
      [without(/ice-pwd/), /ice-pwd/],
      [without(/fingerprint/), /fingerprint/],
      [offer(AUDIO.map((line) => line.replace(/fingerprint:.*/, 'fingerprint:sha-1 AA:BB'))), /fingerprint/],
      [without(/a=mid/), /a=mid/],
      [offer(AUDIO, ['m=text 9 RTP/AVP 0', 'a=mid:9']), /unknown kind/],
      [offer(AUDIO, AUDIO), /same a=mid/],
      [offer(AUDIO, DATA).replace(/a=group.*\r\n/, ''), /BUNDLE/],
      [offer(...Array.from({ length: 20 }, (_, i) => AUDIO.map((line) => line.replace('a=mid:0', `a=mid:${i}`)))), /more than 16/],
    ];
    for (const [sdp, message] of wrong) {
      expect(() => readOffer(sdp), String(message)).toThrow(
        expect.objectContaining({ code: 'sdp_invalid', status: 400, message: expect.stringMatching(message) }),
      );
    }
  });

  it('answers any mutilation with an offer or with its one error', () => {
    const whole = offer(AUDIO, video(VP8), DATA).split('\r\n');
    const edit = fc.record({
      at: fc.nat(whole.length - 1),
      how: fc.constantFrom('drop', 'double', 'cut', 'noise'),
      noise: fc.string({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const lines = [...whole];
        for (const { at, how, noise } of edits) {
          const line = lines[at] ?? '';
          if (how === 'drop') lines.splice(at, 1);
          else if (how === 'double') lines.splice(at, 0, line);
          else if (how === 'cut') lines[at] = line.slice(0, noise.length);
          else lines[at] = line.slice(0, 2) + noise;
        }
        try {
          expect(readOffer(lines.join('\r\n')).audio.opusPayloadType).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(VisavisError);
          expect(error).toMatchObject({ code: 'sdp_invalid' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('fragments', () => {
  it('are read at session or at media level', () => {
    const candidate = 'candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host';
    expect(readFragment(`a=mid:1\r\na=${candidate}\r\n`)).toEqual({
      iceUfrag: undefined,
      icePwd: undefined,
      candidates: [{ mid: '1', candidate }],
    });
    const restart = 'm=audio 9 RTP/AVP 0\na=mid:0\na=ice-ufrag:wxyz\na=ice-pwd:abcdefghijklmnopqrstuv\n';
    expect(readFragment(restart)).toEqual({ iceUfrag: 'wxyz', icePwd: 'abcdefghijklmnopqrstuv', candidates: [] });
    expect(readFragment('a=end-of-candidates\r\n').candidates).toEqual([]);
  });

  it('of an answer carry credentials and candidates of the bundle once', () => {
    const candidate = 'a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host';
    const fragment = answerFragment(offer([...AUDIO, candidate], [...DATA, candidate]));
    expect(fragment.split('\r\n')).toEqual([
      'a=group:BUNDLE 0 2',
      AUDIO[0],
      'a=mid:0',
      'a=ice-ufrag:abcd',
      'a=ice-pwd:0123456789abcdefghijkl',
      candidate,
      '',
    ]);
    expect(readFragment(fragment)).toMatchObject({ iceUfrag: 'abcd' });
  });
});

describe('rewriting', () => {
  it('exchanges credentials everywhere', () => {
    const changed = withCredentials(offer(AUDIO, DATA), 'efgh', 'x'.repeat(22));
    expect(changed.match(/a=ice-ufrag:efgh/g)).toHaveLength(2);
    expect(changed).not.toContain('abcd');
  });

  it('asks for DTX once', () => {
    const audio = { opusPayloadType: 111, maxBitrateBps: undefined, frameMs: undefined };
    const asked = withSoundWishes(offer(AUDIO), audio);
    expect(asked).toContain('a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n');
    expect(withSoundWishes(asked, audio)).toBe(asked);
    expect(asked).toContain('a=fmtp:63 111/111\r\n');
    const bare = offer(AUDIO.filter((line) => !line.startsWith('a=fmtp:111')));
    expect(withSoundWishes(bare, audio)).toContain('a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1;usedtx=1\r\n');
  });

  it('sends no more sound than is wanted, and wants no more', () => {
    const limited = (limit: string) => AUDIO.map((line) => (line.startsWith('a=fmtp:111') ? `${line};${limit};stereo=0` : line));
    const limitOf = (limit: string) => readOffer(offer(limited(limit))).audio.maxBitrateBps;
    expect(['maxaveragebitrate=16000', 'maxaveragebitrate=1000', 'maxaveragebitrate=x', 'stereo=0'].map(limitOf)).toEqual([
      16_000,
      6_000,
      undefined,
      undefined,
    ]);
    const { audio } = readOffer(offer(limited('maxaveragebitrate=16000')));
    expect(withSoundWishes(offer(AUDIO), audio)).toContain('a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;maxaveragebitrate=16000\r\n');
  });

  it('asks for long frames where little sound, or sound in long frames, is asked for', () => {
    const answerTo = (...extra: string[]) => {
      const { audio } = readOffer(offer(AUDIO.map((line) => (line.startsWith('a=fmtp:111') ? [line, ...extra].join('\r\n') : line))));
      return withSoundWishes(offer(AUDIO), audio);
    };
    expect(answerTo('a=ptime:60')).toContain('a=rtpmap:111 opus/48000/2\r\na=ptime:60\r\n');
    expect(withSoundWishes(answerTo('a=ptime:60'), readOffer(offer(AUDIO)).audio)).toBe(answerTo('a=ptime:60'));
    for (const wish of ['a=ptime:20', 'a=ptime:x', 'a=ptime:99999999', 'a=x:1']) expect(answerTo(wish)).not.toContain('a=ptime');
    const limited = AUDIO.map((line) => (line.startsWith('a=fmtp:111') ? `${line};maxaveragebitrate=14000` : line));
    expect(withSoundWishes(offer(AUDIO), readOffer(offer(limited)).audio)).toContain('a=ptime:60\r\n');
  });
});

describe('usableCandidate', () => {
  it('takes UDP to an address of one visitor', () => {
    const candidate = (address: string, rest = '5000 typ host', protocol = 'udp', component = 1) =>
      usableCandidate(`candidate:842163049 ${component} ${protocol} 1677729535 ${address} ${rest}`);
    expect(candidate('192.0.2.7', '46154 typ srflx raddr 10.0.17.1 rport 46154')).toBe(true);
    expect(candidate('2001:db8::7')).toBe(true);
    expect(candidate('127.0.0.1', '5000 typ host generation 0 ufrag EsAw', 'UDP')).toBe(true);
    for (const address of [
      '0.0.0.0',
      '224.0.0.251',
      '255.255.255.255',
      '239.1.1.1',
      '::',
      'ff02::fb',
      '999.1.1.1',
      'a.local',
      'example.com',
      '1',
    ])
      expect(candidate(address), address).toBe(false);
    expect(candidate('192.0.2.7', '0 typ host')).toBe(false);
    expect(candidate('192.0.2.7', '70000 typ host')).toBe(false);
    expect(candidate('192.0.2.7', '5000 typ host', 'tcp')).toBe(false);
    expect(candidate('192.0.2.7', '5000 typ host', 'udp', 2)).toBe(false);
    expect(usableCandidate('candidate:')).toBe(false);
  });
});
