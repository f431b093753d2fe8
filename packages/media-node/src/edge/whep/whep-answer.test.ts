import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileCameras } from '../testing/file-cameras.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';
import { joinToken, twirp } from '../testing/test-viewer.ts';

const FINGERPRINT = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`;
const ICE = ['a=ice-ufrag:7f3c91ab', 'a=ice-pwd:4f1d7d2b8e5a4c0d9e8f7a6b5c4d3e2f'];

/** What a Firefox that only receives offers: sound and picture, its codecs, no header extension of Google's. */
const FIREFOX = [
  ...['v=0', 'o=mozilla...THIS_IS_SDPARTA-99.0 5187 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=sendrecv', FINGERPRINT],
  ...['a=group:BUNDLE 0 1', 'a=ice-options:trickle', 'a=msid-semantic:WMS *'],
  ...['m=audio 9 UDP/TLS/RTP/SAVPF 109 0', 'c=IN IP4 0.0.0.0', 'a=recvonly'],
  ...['a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=fmtp:109 maxplaybackrate=48000;stereo=1', ...ICE],
  ...['a=mid:0', 'a=rtcp-mux', 'a=rtpmap:109 opus/48000/2', 'a=rtpmap:0 PCMU/8000', 'a=setup:actpass'],
  ...['m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127 97 98', 'c=IN IP4 0.0.0.0', 'a=recvonly'],
  ...['a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=extmap:5 urn:ietf:params:rtp-hdrext:toffset'],
  ...['a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1', 'a=fmtp:127 apt=126'],
  ...['a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1', 'a=fmtp:98 apt=97', 'a=fmtp:124 apt=120', ...ICE],
  ...['a=mid:1', 'a=rtcp-fb:126 nack', 'a=rtcp-fb:126 nack pli', 'a=rtcp-fb:126 ccm fir', 'a=rtcp-mux', 'a=rtcp-rsize'],
  ...['a=rtpmap:120 VP8/90000', 'a=rtpmap:124 rtx/90000', 'a=rtpmap:126 H264/90000', 'a=rtpmap:127 rtx/90000'],
  ...['a=rtpmap:97 H264/90000', 'a=rtpmap:98 rtx/90000', 'a=setup:actpass', ''],
].join('\r\n');

/** What a Safari offers: H.264 High before constrained baseline, and two-byte header extensions. */
const SAFARI = [
  ...['v=0', 'o=- 6214735019938 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=extmap-allow-mixed'],
  ...['a=msid-semantic: WMS', 'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101', 'c=IN IP4 0.0.0.0'],
  ...['a=rtcp:9 IN IP4 0.0.0.0', ...ICE, 'a=ice-options:trickle', FINGERPRINT, 'a=setup:actpass', 'a=mid:0'],
  ...[
    'a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtcp-rsize',
  ],
  ...['a=rtpmap:96 H264/90000', 'a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli'],
  ...['a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f'],
  ...[
    'a=rtpmap:97 rtx/90000',
    'a=fmtp:97 apt=96',
    'a=rtpmap:98 H264/90000',
    'a=rtcp-fb:98 nack',
    'a=rtcp-fb:98 nack pli',
  ],
  ...['a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'],
  ...['a=rtpmap:99 rtx/90000', 'a=fmtp:99 apt=98', 'a=rtpmap:100 H265/90000', 'a=rtpmap:101 VP8/90000', ''],
].join('\r\n');

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras);
  await twirp(running.url, 'CreateRoom', { name: 'camera_cam1', metadata: metadataOf(['cam1']) });
}, 60_000);

afterAll(async () => {
  await running.edge.close();
  cameras.close();
});

describe.each([
  { browser: 'Firefox', offer: FIREFOX, mids: ['0', '1'], type: '126', extension: null },
  { browser: 'Safari', offer: SAFARI, mids: ['0'], type: '98', extension: '6' },
])('an offer as $browser makes it', ({ offer, mids, type, extension }) => {
  test('is answered with what it offered and nothing else', async () => {
    const response = await fetch(`${running.url}/whep/cam1`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${await joinToken('camera_cam1')}` },
      body: offer,
    });
    expect(response.status).toBe(201);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(500);
    const answer = await response.text();
    const [session = '', ...lines] = answer.split(/^(?=m=)/m);
    const video = lines.at(-1) ?? '';
    expect(lines.map((line) => /^a=mid:(\S+)/m.exec(line)?.[1])).toEqual(mids);
    expect(/^a=group:BUNDLE (.*?)\s*$/m.exec(session)?.[1]?.split(' ')).toEqual(mids);
    expect(session).toMatch(/^a=fingerprint:sha-256 /m);
    expect(video).toMatch(new RegExp(`^m=video [1-9]\\d* UDP/TLS/RTP/SAVPF ${type}\\s*$`, 'm'));
    expect(video).toMatch(new RegExp(`^a=rtpmap:${type} H264/90000\\s*$`, 'm'));
    expect(video).toMatch(new RegExp(`^a=fmtp:${type} .*profile-level-id=42e01f`, 'm'));
    expect(video).toMatch(new RegExp(`^a=fmtp:${type} .*packetization-mode=1`, 'm'));
    expect(video).toMatch(new RegExp(`^a=rtcp-fb:${type} nack pli\\s*$`, 'm'));
    for (const needed of ['a=rtcp-mux', 'a=sendonly']) expect(video).toMatch(new RegExp(`^${needed}\\s*$`, 'm'));
    expect(video).toMatch(/^a=setup:(active|passive)\s*$/m);
    expect(video).toMatch(/^a=ice-ufrag:\S{4,}\s*$/m);
    expect(video).toMatch(/^a=msid:\S+ \S+\s*$/m);
    expect(answer).toMatch(/^a=candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host\s*$/m);
    expect([...video.matchAll(/^a=extmap:(\d+)/gm)].map(([, id]) => id)).toEqual(extension === null ? [] : [extension]);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^a=inactive\s*$/m);
    await fetch(`${running.url}${response.headers.get('location')}`, { method: 'DELETE' });
  });
});
