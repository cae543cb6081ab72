import { expect, test } from 'vitest';
import { thriftySound } from './thrifty-sound.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');
const video = ['m=video 9 UDP/TLS/RTP/SAVPF 96 63', 'a=rtpmap:96 VP8/90000'];

test('asks for sound once, in few bits and few packets, and leaves everything else as it was', () => {
  const offer = lines(
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0',
    'a=rtpmap:111 opus/48000/2',
    'a=rtcp-fb:111 transport-cc',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=rtpmap:63 red/48000/2',
    'a=fmtp:63 111/111',
    ...video,
  );
  expect(thriftySound(offer)).toBe(
    lines(
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 9 0',
      'a=rtpmap:111 opus/48000/2',
      'a=rtcp-fb:111 transport-cc',
      'a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=16000',
      'a=ptime:60',
      ...video,
    ),
  );
});

test('asks in the same words for what was asked for already, otherwise, or not at all', () => {
  const answer = (...opus: string[]) => lines('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', ...opus, ...video);
  const thrifty = answer('a=fmtp:111 maxaveragebitrate=16000', 'a=ptime:60');
  expect([answer(), answer('a=ptime:20', 'a=fmtp:111 maxaveragebitrate=32000'), thrifty].map(thriftySound)).toEqual(Array(3).fill(thrifty));
});

test('has nothing to take from an offer without these', () => {
  const offer = lines('m=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=rtpmap:0 PCMU/8000', ...video);
  expect(thriftySound(offer)).toBe(offer);
});
