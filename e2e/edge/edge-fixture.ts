import { FileCameras, KEY, metadataOf, SECRET, testEdge, testVideo } from '@marsad/media-node/testing/edge';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';

export interface EdgeFixture {
  readonly edge: Awaited<ReturnType<typeof testEdge>>['edge'];
  readonly cameras: FileCameras;
  readonly rooms: RoomServiceClient;
  readonly http: string;
  readonly ws: string;
  /** A room that shows these cameras; made or changed. */
  room(name: string, cameras: readonly string[]): Promise<void>;
  token(room: string, identity: string): Promise<string>;
  close(): Promise<void>;
}

/** An edge with file cameras behind it, commanded with LiveKit's own server SDK. */
export async function edgeFixture(options: Parameters<typeof testEdge>[1] = {}): Promise<EdgeFixture> {
  const main = await testVideo({ width: 1280, height: 720, bitrate: '2M' });
  const sub = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  const cameras = new FileCameras({ main, sub });
  const { edge, url } = await testEdge(cameras, options);
  const rooms = new RoomServiceClient(url, KEY, SECRET);
  return {
    edge,
    cameras,
    rooms,
    http: url,
    ws: url.replace('http', 'ws'),
    room: async (name, ids) => {
      const metadata = metadataOf(ids);
      const room = await rooms.createRoom({ name, metadata });
      if (room.metadata !== metadata) await rooms.updateRoomMetadata(name, metadata);
    },
    token: async (room, identity) => {
      const token = new AccessToken(KEY, SECRET, { identity, ttl: '10m' });
      token.addGrant({ room, roomJoin: true, canSubscribe: true, canPublish: false, canPublishData: false });
      return token.toJwt();
    },
    close: async () => {
      await edge.close();
      cameras.close();
    },
  };
}
