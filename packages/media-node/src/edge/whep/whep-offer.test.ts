import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFragment, readOffer, videoOnly, withCandidates } from './whep-offer.ts';

const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 103 107 109',
  'a=mid:1',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=recvonly',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:103 H264/90000',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:107 H264/90000',
  'a=fmtp:107 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f',
  'a=rtpmap:109 H264/90000',
  'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  '',
].join('\r\n');
const OFFER = `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\n${VIDEO}`;

test('the payload type answered is the H.264 with packetization-mode 1 that plays everywhere', () => {
  expect(readOffer(OFFER)).toEqual({
    mid: '1',
    payloadType: 109,
    format: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    playoutDelayId: 5,
  });
});

test('offers that cannot be served are told apart', () => {
  expect(readOffer(OFFER.replaceAll('packetization-mode=1', 'packetization-mode=0'))).toBeNull();
  expect(readOffer(OFFER.replace(/m=video[\s\S]*/, ''))).toBeNull();
  expect(readOffer(OFFER.replace('m=video 9', 'm=video 0'))).toBeNull();
  expect(readOffer(VIDEO.replace('a=recvonly', 'a=sendonly'))).toBeNull();
  expect(readOffer(OFFER.replace('extmap:5', 'extmap:20'))?.playoutDelayId).toBeNull();
});

test('the answer refuses audio and lists every candidate once, in the first section', () => {
  const answer =
    'v=0\r\nm=audio 9 X 111\r\na=mid:0\r\na=sendonly\r\na=candidate:1 old\r\na=end-of-candidates\r\nm=video 9 X 109\r\na=sendonly\r\n';
  expect(withCandidates(videoOnly(answer), ['candidate:1 a', 'candidate:2 b'])).toBe(
    'v=0\r\nm=audio 9 X 111\r\na=mid:0\r\na=inactive\r\na=candidate:1 a\r\na=candidate:2 b\r\na=end-of-candidates\r\nm=video 9 X 109\r\na=sendonly\r\n',
  );
});

test('a trickle fragment is read', () => {
  const body =
    'a=ice-ufrag:x\r\nm=video 9 RTP 0\r\na=mid:1\r\na=candidate:1 1 udp 1 10.0.0.1 5 typ host\r\na=end-of-candidates\r\n';
  expect(readFragment(body)).toEqual([{ candidate: 'candidate:1 1 udp 1 10.0.0.1 5 typ host', mid: '1' }]);
});

test('no text makes it throw', () => {
  const lines = fc.constantFrom(...OFFER.split('\r\n'), 'a=mid:', 'm=video', 'a=rtpmap:999 H264/90000', 'a=fmtp:');
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.array(lines, { maxLength: 40 }).map((all) => all.join('\n')),
  );
  fc.assert(
    fc.property(text, (sdp) => {
      readOffer(sdp);
      readFragment(sdp);
    }),
    { numRuns: 3000, seed: 11 },
  );
});
