import {
  CreateIngressRequest,
  CreateRoomRequest,
  DeleteRoomRequest,
  DeleteRoomResponse,
  IngressInfo,
  IngressInput,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  Room,
} from '@livekit/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HandFedCamera } from '../testing/hand-fed-camera.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { token } from '../testing/test-viewer.ts';

let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  running = await testEdge(new HandFedCamera([]));
});

afterAll(() => running.edge.close());

/** As LiveKit's SDKs for Go, Python, Rust and Ruby ask. */
async function ask(path: string, body: Uint8Array<ArrayBuffer>, contentType = 'application/protobuf') {
  const video = { roomCreate: true, roomList: true, roomAdmin: true, ingressAdmin: true, room: 'binary' };
  const response = await fetch(`${running.url}/twirp/livekit.${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: `Bearer ${await token(video)}` },
    body,
  });
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: Buffer.from(await response.arrayBuffer()) };
}

const binary = (message: { toBinary(): Uint8Array }) => new Uint8Array(message.toBinary());

test('rooms are commanded in protobuf, and answer in it', async () => {
  const wanted = new CreateRoomRequest({ name: 'binary', metadata: metadataOf(['cam1']), emptyTimeout: 77 });
  const made = await ask('RoomService/CreateRoom', binary(wanted));
  expect(made).toMatchObject({ status: 200, type: 'application/protobuf' });
  expect(Room.fromBinary(made.body)).toMatchObject({ name: 'binary', emptyTimeout: 77, metadata: wanted.metadata });

  const listed = await ask('RoomService/ListRooms', binary(new ListRoomsRequest({ names: ['binary'] })));
  expect(ListRoomsResponse.fromBinary(listed.body).rooms.map(({ name }) => name)).toEqual(['binary']);
  const all = await ask('RoomService/ListRooms', new Uint8Array(0));
  expect(ListRoomsResponse.fromBinary(all.body).rooms).toHaveLength(1);
  const within = await ask('RoomService/ListParticipants', binary(new ListParticipantsRequest({ room: 'binary' })));
  const [camera] = ListParticipantsResponse.fromBinary(within.body).participants;
  expect(camera).toMatchObject({ identity: 'camera_cam1', name: 'Camera cam1' });

  const ended = await ask('RoomService/DeleteRoom', binary(new DeleteRoomRequest({ room: 'binary' })));
  expect(ended).toMatchObject({ status: 200, type: 'application/protobuf' });
  expect(DeleteRoomResponse.fromBinary(ended.body)).toEqual(new DeleteRoomResponse());
});

test('ingresses too', async () => {
  const wanted = new CreateIngressRequest({
    inputType: IngressInput.WHIP_INPUT,
    name: 'studio',
    roomName: 'binary',
    participantIdentity: 'studio',
  });
  const made = await ask('Ingress/CreateIngress', binary(wanted));
  expect(made).toMatchObject({ status: 200, type: 'application/protobuf' });
  expect(IngressInfo.fromBinary(made.body)).toMatchObject({ name: 'studio', url: `${running.url}/whip` });
});

test('errors are JSON whatever was asked in; what cannot be decoded, and other types, are refused', async () => {
  const code = ({ status, type, body }: Awaited<ReturnType<typeof ask>>) => [status, type, JSON.parse(`${body}`).code];
  const gone = await ask('RoomService/DeleteRoom', binary(new DeleteRoomRequest({ room: 'none' })));
  expect(code(gone)).toEqual([404, 'application/json', 'not_found']);
  const cut = binary(new CreateRoomRequest({ name: 'binary' })).slice(0, -2);
  expect(code(await ask('RoomService/CreateRoom', cut))).toEqual([400, 'application/json', 'malformed']);
  const json = new TextEncoder().encode('{"name":"binary"}');
  expect(code(await ask('RoomService/CreateRoom', json))).toEqual([400, 'application/json', 'malformed']);
  for (const type of ['application/protobufs', 'text/plain']) {
    expect(code(await ask('RoomService/CreateRoom', json, type))).toEqual([404, 'application/json', 'bad_route']);
  }
});
