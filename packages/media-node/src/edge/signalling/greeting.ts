import { JoinResponse, type ParticipantInfo, ReconnectResponse, ServerInfo } from '@livekit/protocol';
import type { Room } from '../rooms/room.ts';

/** LiveKit's protocol version whose behaviour is spoken here. */
const PROTOCOL = 16;
/** Clients refuse an empty version. */
const VERSION = '1.9.0';

function serverInfo(): ServerInfo {
  return new ServerInfo({ version: VERSION, protocol: PROTOCOL, region: '', nodeId: 'marsad' });
}

/** The first message to a client that joins: whom it is, who is there, and how often to ping (seconds). */
export function joinResponse(room: Room, me: ParticipantInfo): JoinResponse {
  return new JoinResponse({
    room: room.shownInfo(),
    participant: me,
    otherParticipants: room.cameras.map((camera) => camera.info()),
    subscriberPrimary: true,
    serverInfo: serverInfo(),
    serverVersion: VERSION,
    pingInterval: 5,
    pingTimeout: 15,
    iceServers: [],
  });
}

export function reconnectResponse(): ReconnectResponse {
  return new ReconnectResponse({ iceServers: [], serverInfo: serverInfo() });
}
