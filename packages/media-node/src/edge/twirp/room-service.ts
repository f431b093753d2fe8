import {
  CreateRoomRequest,
  DataPacket,
  DataPacket_Kind,
  DeleteRoomRequest,
  DeleteRoomResponse,
  DisconnectReason,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  MuteRoomTrackRequest,
  MuteRoomTrackResponse,
  RemoveParticipantResponse,
  RoomParticipantIdentity,
  SendDataRequest,
  SendDataResponse,
  UpdateRoomMetadataRequest,
  UserPacket,
} from '@livekit/protocol';
import type { AccessGrant } from '../access-token.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { TwirpBody, TwirpMessage } from './twirp-body.ts';
import type { TwirpService } from './twirp-endpoint.ts';
import { TwirpError } from './twirp-error.ts';

/** Seconds. LiveKit's own defaults. */
const EMPTY_TIMEOUT = 300;
const DEPARTURE_TIMEOUT = 20;
const MAX_DATA = 64 * 1024;
const MAX_NAME = 200;

/** LiveKit's `RoomService`, as far as it makes sense for rooms whose publishers are cameras. */
export class RoomService implements TwirpService {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** As `TwirpService.call`. */
  call(method: string, grant: AccessGrant, body: TwirpBody): TwirpMessage {
    switch (method) {
      case 'CreateRoom':
        return this.#create(grant, body.read(CreateRoomRequest));
      case 'ListRooms':
        return this.#list(grant, body.read(ListRoomsRequest));
      case 'DeleteRoom':
        return this.#delete(grant, body.read(DeleteRoomRequest));
      case 'ListParticipants': {
        const { room } = body.read(ListParticipantsRequest);
        return new ListParticipantsResponse({ participants: this.#administered(grant, room).participants() });
      }
      case 'GetParticipant':
        return this.#participant(grant, body.read(RoomParticipantIdentity));
      case 'RemoveParticipant':
        return this.#remove(grant, body.read(RoomParticipantIdentity));
      case 'SendData':
        return this.#sendData(grant, body.read(SendDataRequest));
      case 'UpdateRoomMetadata': {
        const { room: name, metadata } = body.read(UpdateRoomMetadataRequest);
        const room = this.#administered(grant, name);
        room.setMetadata(metadata);
        return room.info();
      }
      case 'MutePublishedTrack':
        return this.#mute(grant, body.read(MuteRoomTrackRequest));
      case 'UpdateParticipant':
      case 'UpdateSubscriptions':
      case 'ForwardParticipant':
      case 'MoveParticipant':
        throw new TwirpError('unimplemented', `${method} is not supported: participants are cameras and viewers`);
      default:
        throw new TwirpError('bad_route', `no handler for method ${method.slice(0, 60)}`);
    }
  }

  #create(grant: AccessGrant, request: CreateRoomRequest): TwirpMessage {
    if (!grant.video.roomCreate) throw new TwirpError('unauthenticated', 'permissions denied');
    if (request.name === '' || request.name.length > MAX_NAME) {
      throw new TwirpError('invalid_argument', 'room name must have 1 to 200 characters');
    }
    const options = {
      name: request.name,
      emptyTimeout: request.emptyTimeout || EMPTY_TIMEOUT,
      departureTimeout: request.departureTimeout || DEPARTURE_TIMEOUT,
      maxParticipants: request.maxParticipants,
    };
    const room = this.#rooms.create(options, request.metadata);
    if (!room) throw new TwirpError('resource_exhausted', 'too many rooms');
    return room.info();
  }

  #list(grant: AccessGrant, request: ListRoomsRequest): TwirpMessage {
    if (!grant.video.roomList) throw new TwirpError('unauthenticated', 'permissions denied');
    const wanted = new Set(request.names);
    const rooms = this.#rooms.all.filter((room) => wanted.size === 0 || wanted.has(room.name));
    return new ListRoomsResponse({ rooms: rooms.map((room) => room.info()) });
  }

  #delete(grant: AccessGrant, request: DeleteRoomRequest): TwirpMessage {
    if (!grant.video.roomCreate) throw new TwirpError('unauthenticated', 'permissions denied');
    if (!this.#rooms.delete(request.room)) throw new TwirpError('not_found', 'requested room does not exist');
    return new DeleteRoomResponse();
  }

  #participant(grant: AccessGrant, request: RoomParticipantIdentity): TwirpMessage {
    const room = this.#administered(grant, request.room);
    const found = room.participants().find((each) => each.identity === request.identity);
    if (!found) throw new TwirpError('not_found', 'participant does not exist');
    return found;
  }

  #remove(grant: AccessGrant, request: RoomParticipantIdentity): TwirpMessage {
    const room = this.#administered(grant, request.room);
    if (room.endGuest(request.identity, 'removed from the room')) return new RemoveParticipantResponse();
    const members = room.membersOf(request.identity);
    if (members.length === 0) throw new TwirpError('not_found', 'participant does not exist');
    for (const member of members) member.close(DisconnectReason.PARTICIPANT_REMOVED);
    return new RemoveParticipantResponse();
  }

  #mute(grant: AccessGrant, { room, identity, trackSid, muted }: MuteRoomTrackRequest): TwirpMessage {
    const track = this.#administered(grant, room).mute(identity, trackSid, muted);
    if (!track) throw new TwirpError('not_found', 'track does not exist');
    return new MuteRoomTrackResponse({ track });
  }

  #sendData(grant: AccessGrant, request: SendDataRequest): TwirpMessage {
    const room = this.#administered(grant, request.room);
    if (request.data.length > MAX_DATA) throw new TwirpError('invalid_argument', 'data is longer than 64 KiB');
    const user = new UserPacket({
      payload: request.data,
      destinationIdentities: request.destinationIdentities,
      nonce: request.nonce,
      ...(request.topic === undefined ? {} : { topic: request.topic }),
    });
    const packet = new DataPacket({
      kind: request.kind === DataPacket_Kind.LOSSY ? DataPacket_Kind.LOSSY : DataPacket_Kind.RELIABLE,
      destinationIdentities: request.destinationIdentities,
      value: { case: 'user', value: user },
    });
    const bySid = request.destinationSids.flatMap((sid) => room.memberBySid(sid)?.identity ?? []);
    const identities = [...request.destinationIdentities, ...bySid];
    // Named only by sids that nobody has: for nobody, not for everybody.
    if (identities.length === 0 && request.destinationSids.length > 0) return new SendDataResponse();
    room.sendData(packet, identities);
    return new SendDataResponse();
  }

  #administered(grant: AccessGrant, name: string): Room {
    if (!grant.video.roomAdmin || grant.video.room !== name)
      throw new TwirpError('unauthenticated', 'permissions denied');
    const room = this.#rooms.get(name);
    if (!room) throw new TwirpError('not_found', 'requested room does not exist');
    return room;
  }
}
