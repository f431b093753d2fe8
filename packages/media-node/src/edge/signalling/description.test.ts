import type { SessionDescription } from '@livekit/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FileCameras } from '../testing/file-cameras.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';
import { joinToken, TestViewer, twirp } from '../testing/test-viewer.ts';

// What the engines of Chromium, Firefox and Safari each insist on, in every offer a LiveKit client gets.

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;
let viewer: TestViewer;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras);
  await twirp(running.url, 'CreateRoom', { name: 'described', metadata: metadataOf(['cam1', 'cam2']) });
  viewer = new TestViewer(running.url, await joinToken('described', 'ada'));
  await vi.waitFor(() => expect(viewer.packets).toBeGreaterThan(0), { timeout: 8000 });
}, 60_000);

afterAll(async () => {
  viewer?.close();
  await running.edge.close();
  cameras.close();
});

const offers = (): SessionDescription[] =>
  viewer.messages.flatMap((message) => (message.case === 'offer' ? [message.value] : []));
const sectionsOf = (sdp: string): string[] => sdp.split(/^(?=m=)/m);
const one = (text: string, line: RegExp): string => {
  const found = [...text.matchAll(new RegExp(line, 'gm'))];
  expect(found, `${line} in ${text}`).toHaveLength(1);
  return found[0]?.[1] ?? '';
};

test('the first offer is of data alone; each after it goes on where the last one ended', () => {
  const [first, second] = offers();
  expect(sectionsOf(first?.sdp ?? '').slice(1)).toEqual([expect.stringContaining('webrtc-datachannel')]);
  expect(first?.sdp).not.toContain('a=candidate');
  const ufrag = /^a=ice-ufrag:(\S+)\s*$/m;
  expect(ufrag.exec(second?.sdp ?? '')?.[1]).toBe(ufrag.exec(first?.sdp ?? '')?.[1]);
  expect(second?.id).toBeGreaterThan(first?.id ?? 0);
});

test('all lines are one bundle, over one transport that the client may begin from either side', () => {
  for (const { sdp } of offers()) {
    const [session = '', ...lines] = sectionsOf(sdp);
    const mids = lines.map((line) => one(line, /^a=mid:(\S+)\s*$/));
    expect(one(session, /^a=group:BUNDLE (.*?)\s*$/).split(' ')).toEqual(mids);
    expect(one(session, /^a=ice-options:(.*?)\s*$/)).toContain('trickle');
    one(session, /^a=fingerprint:sha-256 ([0-9A-F]{2}(?::[0-9A-F]{2}){31})\s*$/);
    for (const line of lines) {
      expect(one(line, /^a=setup:(\w+)\s*$/)).toBe('actpass');
      one(line, /^a=ice-ufrag:(\S{4,})\s*$/);
      one(line, /^a=ice-pwd:(\S{22,})\s*$/);
      one(line, /^(m=\w+ 9 )/);
    }
  }
});

test('a camera’s line has the one H.264 that all of them take, and repairs what is lost', () => {
  const lines = sectionsOf(offers().at(-1)?.sdp ?? '').filter((line) => line.startsWith('m=video'));
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const type = one(line, /^m=video 9 UDP\/TLS\/RTP\/SAVPF (\d+)\s*$/);
    one(line, new RegExp(`^a=rtpmap:${type} (H264/90000)\\s*$`));
    expect(one(line, new RegExp(`^a=fmtp:${type} (.*?)\\s*$`)).split(';')).toEqual(
      expect.arrayContaining(['profile-level-id=42e01f', 'packetization-mode=1', 'level-asymmetry-allowed=1']),
    );
    one(line, new RegExp(`^a=rtcp-fb:${type} (nack)\\s*$`));
    one(line, new RegExp(`^a=rtcp-fb:${type} (nack pli)\\s*$`));
    one(line, /^a=(rtcp-mux)\s*$/);
    one(line, /^a=(sendonly)\s*$/);
  }
});

test('a line says whose picture it is by its stream, which Firefox keeps, and by its mid', () => {
  const offer = offers().at(-1);
  const lines = sectionsOf(offer?.sdp ?? '').filter((line) => line.startsWith('m=video'));
  for (const line of lines) {
    const [stream = '', track] = one(line, /^a=msid:(.*?)\s*$/).split(' ');
    expect(stream).toMatch(/^PA_\w+\|TR_\w+$/);
    expect(track).toBe(stream.split('|')[1]);
    expect(offer?.midToTrackId[one(line, /^a=mid:(\S+)\s*$/)]).toBe(track);
    expect(new Set([...line.matchAll(/^a=ssrc:(\d+) /gm)].map(([, ssrc]) => ssrc)).size).toBe(1);
  }
});

test('a header extension is sent to those who took it, and not to others', async () => {
  const firefox = new TestViewer(running.url, await joinToken('described', 'eve'), 'auto_subscribe=1', (sdp) =>
    sdp.replaceAll(/^a=extmap:.*\r\n/gm, ''),
  );
  await expect.poll(() => firefox.packets, { timeout: 8000 }).toBeGreaterThan(20);
  expect([viewer.extended, firefox.extended, firefox.startsOnKey]).toEqual([true, false, true]);
  firefox.close();
});
