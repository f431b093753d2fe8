import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AudioStream,
  dispose,
  RemoteAudioTrack,
  type RemoteTrack,
  RemoteVideoTrack,
  Room,
  RoomEvent,
  TrackKind,
  VideoStream,
} from '@livekit/rtc-node';
import { KEY, SECRET } from '@marsad/media-node/testing/edge';
import type { Page } from '@playwright/test';
import { IngressClient, IngressInput, WebhookReceiver } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from './chromium.ts';
import { type EdgeFixture, edgeFixture } from './edge-fixture.ts';

let fixture: EdgeFixture;
let chromium: Awaited<ReturnType<typeof openChromium>>;
let ingress: IngressClient;
/** `ParticipantInfo.Kind` of LiveKit's protocol, which the SDK does not export. */
const INGRESS = 1;
const told: { event: string; ingress: string | undefined }[] = [];
const hooks = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const event = await new WebhookReceiver(KEY, SECRET).receive(body, request.headers.authorization);
  told.push({ event: event.event, ingress: event.ingressInfo?.ingressId });
  response.end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  const webhookUrls = [`http://127.0.0.1:${(hooks.address() as AddressInfo).port}/`];
  fixture = await edgeFixture({ webhookUrls });
  chromium = await openChromium(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  ingress = new IngressClient(fixture.http, KEY, SECRET);
}, 90_000);

afterAll(async () => {
  await chromium?.close();
  await fixture?.close();
  hooks.close();
  await dispose();
});

/** Calls a function of the page, which is not typed. */
async function call<T>(page: Page, name: string, ...args: unknown[]): Promise<T> {
  return page.evaluate(`${name}(${args.map((each) => JSON.stringify(each)).join(', ')})`) as Promise<T>;
}

test('livekit-server-sdk makes, changes, lists and deletes ingresses', async () => {
  const options = { name: 'obs', roomName: 'hall', participantIdentity: 'guest', participantName: 'Guest' };
  const made = await ingress.createIngress(IngressInput.WHIP_INPUT, options);
  expect(made).toMatchObject({ ...options, url: `${fixture.http}/whip`, reusable: true, enabled: true });
  expect(made.ingressId).toMatch(/^IN_/);
  expect(made.streamKey.length).toBeGreaterThanOrEqual(32);
  const other = await ingress.createIngress(IngressInput.WHIP_INPUT, { ...options, roomName: 'other' });
  expect(other.streamKey).not.toBe(made.streamKey);
  const ids = async (of?: Parameters<IngressClient['listIngress']>[0]) =>
    (await ingress.listIngress(of as never)).map((each) => each.ingressId);
  expect(await ids({ roomName: 'hall' })).toEqual([made.ingressId]);
  expect(await ids({ ingressId: other.ingressId })).toEqual([other.ingressId]);
  const changed = await ingress.updateIngress(made.ingressId, { name: 'camera 2', participantName: 'Second' });
  expect(changed).toMatchObject({ name: 'camera 2', participantName: 'Second', participantIdentity: 'guest' });
  expect(changed.streamKey).toBe(made.streamKey);
  await ingress.deleteIngress(made.ingressId);
  await ingress.deleteIngress(other.ingressId);
  expect(await ids()).toEqual([]);
  const refused = { code: 'not_found', status: 404 };
  await expect(ingress.deleteIngress(made.ingressId)).rejects.toMatchObject(refused);
  await expect(ingress.updateIngress(made.ingressId, { name: 'x' })).rejects.toMatchObject(refused);
  await expect(ingress.createIngress(IngressInput.RTMP_INPUT, options)).rejects.toMatchObject({
    code: 'unimplemented',
  });
  await expect(
    ingress.createIngress(IngressInput.WHIP_INPUT, { ...options, enableTranscoding: true }),
  ).rejects.toMatchObject({ code: 'unimplemented' });
  await expect(new IngressClient(fixture.http, KEY, `${SECRET}x`).listIngress()).rejects.toMatchObject({ status: 401 });
});

test('Chromium publishes, rtc-node and livekit-client in the room see and hear it', async () => {
  const made = await ingress.createIngress(IngressInput.WHIP_INPUT, {
    name: 'browser',
    roomName: 'studio',
    participantIdentity: 'reporter',
    participantName: 'Reporter',
  });
  // Somebody waits there already, with a camera of ours beside.
  await fixture.room('studio', ['cam1']);
  const room = new Room();
  const tracks = new Map<string, RemoteTrack>();
  room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
    tracks.set(`${participant.identity} ${track.kind === TrackKind.KIND_AUDIO ? 'sound' : 'picture'}`, track);
  });
  await room.connect(fixture.ws, await fixture.token('studio', 'listener'), { autoSubscribe: true, dynacast: false });
  const publisher = await chromium.open();
  const { session, etag } = await call<{ session: string; etag: string }>(publisher, 'whip', made.url, made.streamKey);
  await expect
    .poll(() => [...tracks.keys()].sort(), { timeout: 15_000 })
    .toEqual(['camera_cam1 picture', 'reporter picture', 'reporter sound']);
  const [picture, sound] = [tracks.get('reporter picture'), tracks.get('reporter sound')];
  if (!(picture instanceof RemoteVideoTrack) || !(sound instanceof RemoteAudioTrack)) throw new Error('other tracks');

  const pictures = new VideoStream(picture).getReader();
  let width = 0;
  for (let frames = 0; frames < 20; frames++) width = (await pictures.read()).value?.frame.width ?? 0;
  expect(width).toBeGreaterThan(0);
  const frames = new AudioStream(sound).getReader();
  let loudest = 0;
  for (let count = 0; count < 200; count++) {
    // The made-up microphone beeps.
    for (const sample of (await frames.read()).value?.data ?? []) loudest = Math.max(loudest, Math.abs(sample));
  }
  expect(loudest).toBeGreaterThan(1000);

  const participant = (await fixture.rooms.listParticipants('studio')).find((each) => each.identity === 'reporter');
  expect(participant).toMatchObject({ name: 'Reporter', kind: INGRESS, isPublisher: true });
  expect(participant?.tracks.map((track) => track.mimeType)).toEqual(['video/h264', 'audio/opus']);
  const [info] = await ingress.listIngress({ ingressId: made.ingressId });
  expect(info?.state?.status).toBe(2);
  expect(told.filter(({ ingress }) => ingress === made.ingressId)).toEqual([
    { event: 'ingress_started', ingress: made.ingressId },
  ]);

  // The key opens one door at a time.
  const second = await chromium.open();
  await expect(call(second, 'whip', made.url, made.streamKey)).rejects.toThrow(/409/);
  await second.close();

  const viewer = await chromium.open();
  await call(viewer, 'livekit', fixture.ws, await fixture.token('studio', 'page'));
  const seen = () => call<Record<string, { count: number }>>(viewer, 'summary');
  await expect
    .poll(async () => Object.keys(await seen()).sort(), { timeout: 10_000 })
    .toEqual(['camera_cam1', 'reporter']);
  await expect
    .poll(async () => (await call<{ audio: number }>(viewer, 'soundHeard')).audio, { timeout: 10_000 })
    .toBeGreaterThan(0);

  // Told how much it may send, it sends what it likes: without that, browsers stay at 300 kbit/s.
  const out = () => call<{ pliCount: number; codec: { mimeType: string } }>(publisher, 'outboundVideo');
  expect((await out()).codec.mimeType).toBe('video/H264');
  // A key picture is asked for every few seconds, so that there is always a beginning at hand.
  await expect.poll(async () => (await out()).pliCount, { timeout: 10_000 }).toBeGreaterThan(1);

  const stale = await fetch(session, {
    method: 'PATCH',
    headers: { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': '"x"' },
    body: '',
  });
  expect(stale.status).toBe(412);
  const restart = await fetch(session, {
    method: 'PATCH',
    headers: { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': etag },
    body: 'a=ice-ufrag:other\r\na=ice-pwd:another-password-of-24-characters\r\n',
  });
  expect(restart.status).toBe(422);
  expect((await fetch(session, { method: 'DELETE' })).status).toBe(200);
  await expect.poll(() => [...room.remoteParticipants.keys()], { timeout: 5000 }).toEqual(['camera_cam1']);
  await expect
    .poll(() => told.filter(({ ingress }) => ingress === made.ingressId).map(({ event }) => event))
    .toEqual(['ingress_started', 'ingress_ended']);
  await room.disconnect();
  await publisher.close();
  await viewer.close();
});
