import { SignalRequest, type SignalResponse } from '@livekit/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCameras } from '../testing/file-cameras.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';
import { joinToken, TestViewer, twirp } from '../testing/test-viewer.ts';
import { readCandidate, readRequest, writeResponse } from './signal-codec.ts';

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main });
  running = await testEdge(cameras);
  await twirp(running.url, 'CreateRoom', { name: 'r', metadata: metadataOf(['cam1', 'cam2']) });
}, 60_000);

afterAll(async () => {
  await running.edge.close();
  cameras.close();
});

test('both forms of a message are read and written, and nothing else', () => {
  const ping = new SignalRequest({ message: { case: 'ping', value: 5n } });
  expect(readRequest(Buffer.from(ping.toBinary()), true)?.message.case).toBe('ping');
  expect(readRequest(Buffer.from(ping.toJsonString()), false)?.message.value).toBe(5n);
  const pong: SignalResponse['message'] = { case: 'pong', value: 5n };
  expect(writeResponse(pong, false)).toBe('{"pong":"5"}');
  expect(readCandidate('{"candidate":"c","sdpMid":"1"}')).toEqual({ candidate: 'c', mid: '1' });
  for (const text of ['', 'null', '[]', '{"candidate":5}', '{"candidate":', 'x'.repeat(5000)]) {
    expect(readCandidate(text)).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, binary) => {
      readRequest(Buffer.from(bytes), binary);
      readCandidate(Buffer.from(bytes).toString('latin1'));
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test('well-formed nonsense in any order harms nobody', async () => {
  const witness = new TestViewer(running.url, await joinToken('r', 'witness'));
  await expect.poll(() => witness.packets, { timeout: 8000 }).toBeGreaterThan(0);
  const join = witness.messages.find((message) => message.case === 'join');
  if (join?.case !== 'join') throw new Error('no join');
  const known = join.value.otherParticipants.flatMap((each) => each.tracks.map((track) => track.sid));

  const sid = fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 20 }));
  const sdp = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom('v=0\r\n', 'v=0\r\nm=video 9 X 1\r\na=mid:v0\r\n'),
  );
  const message: fc.Arbitrary<SignalRequest['message']> = fc.oneof(
    fc.record({ sdp, id: fc.integer({ min: 2, max: 9 }) }).map((value) => asRequest('answer', value)),
    fc
      .record({ candidateInit: fc.oneof(fc.string(), fc.json()), target: fc.constantFrom(0, 1) })
      .map((value) => asRequest('trickle', value)),
    fc
      .record({ trackSids: fc.array(sid, { maxLength: 5 }), subscribe: fc.boolean() })
      .map((value) => asRequest('subscription', value)),
    fc
      .record({
        trackSids: fc.array(sid, { maxLength: 5 }),
        disabled: fc.boolean(),
        width: fc.nat(4_000_000_000),
        height: fc.nat(4_000_000_000),
        quality: fc.nat(3),
      })
      .map((value) => asRequest('trackSetting', value)),
    fc
      .record({ trackSids: fc.array(sid, { maxLength: 3 }) })
      .map((subscription) => asRequest('syncState', { subscription })),
    fc.record({ metadata: fc.string() }).map((value) => asRequest('updateMetadata', value)),
  );
  const messages = fc.sample(message, { numRuns: 3000, seed: 2 });
  for (let at = 0; at < messages.length; at += 300) {
    const viewer = new TestViewer(running.url, await joinToken('r', `nonsense-${at}`));
    await expect.poll(() => viewer.heard('offer'), { timeout: 5000 }).toBe(true);
    for (const each of messages.slice(at, at + 300)) viewer.send(each);
    viewer.send(asRequest('ping', '1'));
    await expect.poll(() => viewer.heard('pong') || viewer.heard('leave'), { timeout: 5000 }).toBe(true);
    viewer.close();
  }
  for (const offer of fc.sample(sdp, { numRuns: 50, seed: 4 })) witness.send(asRequest('offer', { sdp: offer, id: 1 }));
  const count = witness.packets;
  await expect.poll(() => witness.packets, { timeout: 5000 }).toBeGreaterThan(count + 30);
  witness.close();
}, 40_000);

/** A message from plain fields, as a client of any language would fill them. */
function asRequest(name: string, value: unknown): SignalRequest['message'] {
  return SignalRequest.fromJson({ [name]: JSON.parse(JSON.stringify(value)) }).message;
}
