import {
  ClientConfigSetting,
  ClientConfiguration,
  ICEServer,
  JoinResponse,
  type ParticipantInfo,
  ReconnectResponse,
  ServerInfo,
} from '@livekit/protocol';
import type { Room } from '../rooms/room.ts';
import type { TurnServers } from '../turn/turn-servers.ts';

/** LiveKit's protocol version whose behaviour is spoken here. */
const PROTOCOL = 16;
/** Clients refuse an empty version. */
const VERSION = '1.9.0';

function serverInfo(): ServerInfo {
  return new ServerInfo({ version: VERSION, protocol: PROTOCOL, region: '', nodeId: 'marsad' });
}

/** Where the client may find relays, with credentials of its own, and whether it is to use nothing else. */
function iceConfiguration(turn: TurnServers, identity: string) {
  const iceServers = turn
    .for(identity)
    .map(({ urls, username, credential }) => new ICEServer({ urls: [...urls], username, credential }));
  if (!turn.forceRelay) return { iceServers };
  return { iceServers, clientConfiguration: new ClientConfiguration({ forceRelay: ClientConfigSetting.ENABLED }) };
}

/** The first message to a client that joins: whom it is, who is there, and how often to ping (seconds). */
export function joinResponse(room: Room, me: ParticipantInfo, turn: TurnServers): JoinResponse {
  return new JoinResponse({
    room: room.shownInfo(),
    participant: me,
    otherParticipants: room.cameras.map((camera) => camera.info()),
    subscriberPrimary: true,
    serverInfo: serverInfo(),
    serverVersion: VERSION,
    pingInterval: 5,
    pingTimeout: 15,
    ...iceConfiguration(turn, me.identity),
  });
}

/** To a client that goes on after it lost its socket: its credentials may have run out meanwhile. */
export function reconnectResponse(identity: string, turn: TurnServers): ReconnectResponse {
  return new ReconnectResponse({ serverInfo: serverInfo(), ...iceConfiguration(turn, identity) });
}
