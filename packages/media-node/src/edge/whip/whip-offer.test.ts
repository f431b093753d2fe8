import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyThese, readPublishOffer, withOpenPorts } from './whip-offer.ts';

const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103 45',
  'a=ice-ufrag:abcd',
  'a=mid:0',
  'a=sendonly',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:97 H265/90000',
  'a=rtpmap:103 H264/90000',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f',
  'a=rtpmap:45 H264/90000',
  'a=fmtp:45 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f',
  '',
].join('\r\n');
const AUDIO =
  'm=audio 9 UDP/TLS/RTP/SAVPF 8 111\r\na=mid:1\r\na=sendrecv\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\n';
const HEAD = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const OFFER = HEAD + VIDEO + AUDIO;

test('H.264 with packetization-mode 1, of whatever profile, and Opus are taken', () => {
  expect(readPublishOffer(OFFER)).toEqual({
    video: {
      mid: '0',
      payloadType: 45,
      format: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f',
    },
    audio: { mid: '1', payloadType: 111, format: 'minptime=10;useinbandfec=1' },
    ufrag: 'abcd',
  });
  // As GStreamer writes it, and without sound.
  expect(readPublishOffer((HEAD + VIDEO).replace('H264/90000', 'h264/90000'))).toMatchObject({ audio: null });
  expect(readPublishOffer(OFFER.replace('opus/', 'OPUS/'))).toMatchObject({ audio: { payloadType: 111 } });
});

test('lines nobody sends on do not count', () => {
  const receiving = VIDEO.replace('a=sendonly', 'a=recvonly').replace('a=mid:0', 'a=mid:2');
  expect(readPublishOffer(OFFER + receiving)).toMatchObject({ video: { mid: '0' } });
  expect(readPublishOffer(OFFER.replace('m=audio 9', 'm=audio 0'))).toMatchObject({ audio: null });
  const bundled = OFFER.replace('m=audio 9', 'm=audio 0').replace('a=mid:1', 'a=mid:1\r\na=bundle-only');
  expect(readPublishOffer(bundled)).toMatchObject({ audio: { mid: '1' } });
  expect(withOpenPorts(bundled)).toContain('m=audio 9 ');
});

test.each([
  [
    'no H.264',
    OFFER.replaceAll('H264', 'AV1'),
    /no codec that is accepted: accepted are .*H264.*packetization-mode=1.*opus/,
  ],
  ['H.264 in single NAL units', OFFER.replaceAll('packetization-mode=1', 'packetization-mode=0'), /no codec/],
  ['no Opus', OFFER.replace('opus', 'G722'), /the audio line has no codec/],
  ['two cameras', OFFER + VIDEO.replace('a=mid:0', 'a=mid:2'), /more than one video line/],
  ['two microphones', OFFER + AUDIO, /more than one audio line/],
  ['sound alone', `${HEAD}a=ice-ufrag:abcd\r\n${AUDIO}`, /no video is offered/],
  ['no ICE', OFFER.replace('a=ice-ufrag:abcd', ''), /no ICE credentials/],
  ['no mid', OFFER.replace('a=mid:0', ''), /no mid/],
])('%s is refused in words', (_, offer, words) => {
  expect(readPublishOffer(offer)).toMatch(words);
});

test('what is not taken is marked so in the answer', () => {
  const answer =
    'v=0\r\nm=video 9 X 96\r\na=mid:0\r\na=recvonly\r\nm=audio 9 X 8\r\na=mid:1\r\na=recvonly\r\nm=application 9 X\r\na=mid:2\r\na=sendrecv\r\n';
  expect(onlyThese(answer, ['0'])).toBe(answer.replace('a=mid:1\r\na=recvonly', 'a=mid:1\r\na=inactive'));
});

test('no text makes it throw', () => {
  const lines = fc.constantFrom(...OFFER.split('\r\n'), 'a=mid:', 'm=video', 'm=audio 0', 'a=rtpmap:999 H264/90000');
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.array(lines, { maxLength: 40 }).map((all) => all.join('\n')),
  );
  fc.assert(
    fc.property(text, (sdp) => {
      readPublishOffer(sdp);
      withOpenPorts(sdp);
      onlyThese(sdp, ['0']);
    }),
    { numRuns: 3000, seed: 12 },
  );
});
