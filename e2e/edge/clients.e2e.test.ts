import { DataPacketKind, dispose, RemoteVideoTrack, Room, RoomEvent, VideoStream } from '@livekit/rtc-node';
import { DataPacket_Kind } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EdgeFixture, edgeFixture } from './edge-fixture.ts';

let fixture: EdgeFixture;

beforeAll(async () => {
  fixture = await edgeFixture();
}, 90_000);

afterAll(async () => {
  await fixture?.close();
  await dispose();
});

test('@livekit/rtc-node decodes a camera, and hears what is said to it, reliably or not', async () => {
  await fixture.room('camera_cam1', ['cam1']);
  const room = new Room();
  const subscribed = Promise.withResolvers<RemoteVideoTrack>();
  const heard: unknown[] = [];
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track instanceof RemoteVideoTrack) subscribed.resolve(track);
  });
  room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) => {
    heard.push({ text: new TextDecoder().decode(payload), kind, topic, from: participant?.identity ?? null });
  });
  await room.connect(fixture.ws, await fixture.token('camera_cam1', 'node'), { autoSubscribe: true, dynacast: false });
  const reader = new VideoStream(await subscribed.promise).getReader();
  let frames = 0;
  let width = 0;
  while (frames < 25) {
    const { value, done } = await reader.read();
    if (done) break;
    frames++;
    width = value.frame.width;
  }
  expect({ frames, width }).toEqual({ frames: 25, width: 1280 });
  const [camera] = [...room.remoteParticipants.values()];
  expect(camera?.identity).toBe('camera_cam1');
  expect(camera?.attributes).toMatchObject({ state: 'live' });
  const say = (text: string, kind: DataPacket_Kind, to: string) =>
    fixture.rooms.sendData('camera_cam1', new TextEncoder().encode(text), kind, {
      topic: 'note',
      destinationIdentities: [to],
    });
  await say('not for node', DataPacket_Kind.RELIABLE, 'ada');
  await say('salaam', DataPacket_Kind.RELIABLE, 'node');
  await say('wa alaykum', DataPacket_Kind.LOSSY, 'node');
  const said = { topic: 'note', from: null };
  await expect
    .poll(() => heard, { timeout: 5000 })
    .toEqual([
      { ...said, text: 'salaam', kind: DataPacketKind.KIND_RELIABLE },
      { ...said, text: 'wa alaykum', kind: DataPacketKind.KIND_LOSSY },
    ]);
  await room.disconnect();
});

test('livekit-server-sdk commands rooms', async () => {
  const { rooms } = fixture;
  await fixture.room('one', ['cam1']);
  await fixture.room('two', []);
  const names = (await rooms.listRooms()).map((room) => room.name);
  expect(names).toEqual(expect.arrayContaining(['one', 'two']));
  expect((await rooms.listRooms(['two'])).map((room) => room.numParticipants)).toEqual([0]);
  const again = await rooms.createRoom({ name: 'one', metadata: 'ignored' });
  expect(again.metadata).toContain('cam1');
  expect((await rooms.getParticipant('one', 'camera_cam1')).tracks[0]?.mimeType).toBe('video/h264');
  await expect(rooms.getParticipant('one', 'nobody')).rejects.toMatchObject({ code: 'not_found', status: 404 });
  await expect(rooms.listParticipants('none')).rejects.toMatchObject({ code: 'not_found' });
  await expect(rooms.removeParticipant('one', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  await rooms.deleteRoom('one');
  await expect(rooms.deleteRoom('one')).rejects.toMatchObject({ code: 'not_found' });
});
