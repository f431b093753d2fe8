import { DataPacket_Kind, ParticipantInfo_State, type RoomServiceClient, TwirpError } from 'livekit-server-sdk';
import { AppError } from '../../platform/app-error.ts';

/** A room, and where it is. */
export interface RoomFound {
  readonly name: string;
  readonly edge: string;
  readonly cameras: number;
  readonly viewers: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A camera or a viewer. */
export interface RoomMember {
  readonly identity: string;
  readonly name: string;
  readonly isPublisher: boolean;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly connected: boolean;
  readonly muted: boolean;
  /** Milliseconds since the epoch. */
  readonly joinedAt: number;
}

interface RoomServer {
  /** Id of the edge. */
  readonly edge: string;
  readonly client: RoomServiceClient;
}

/** Rooms as they are, whoever made them: looked at and spoken to over LiveKit's own API, on every server there is. */
export class RoomAdministration {
  readonly #servers: () => readonly RoomServer[];

  constructor(servers: () => readonly RoomServer[]) {
    this.#servers = servers;
  }

  /** Rooms of these names, or all; servers that do not answer are named, because then the answer is not whole. */
  async rooms(names?: readonly string[]): Promise<{ rooms: RoomFound[]; silent: string[] }> {
    const silent: string[] = [];
    const answers = await Promise.all(
      this.#servers().map(async ({ edge, client }) => {
        try {
          const found = await client.listRooms(names && [...names]);
          return found.map((room) => ({
            name: room.name,
            edge,
            cameras: room.numPublishers,
            viewers: Math.max(0, room.numParticipants - room.numPublishers),
            createdAt: Number(room.creationTimeMs) || Number(room.creationTime) * 1000,
          }));
        } catch {
          silent.push(edge);
          return [];
        }
      }),
    );
    return { rooms: answers.flat(), silent };
  }

  /** @throws AppError `ROOM_NOT_FOUND` when it has gone meanwhile, `SERVICE_UNAVAILABLE` */
  async members(room: RoomFound): Promise<RoomMember[]> {
    const found = await this.#ask(room, (client) => client.listParticipants(room.name));
    return found.map((each) => ({
      identity: each.identity,
      name: each.name,
      isPublisher: each.isPublisher,
      attributes: each.attributes,
      connected: each.state === ParticipantInfo_State.ACTIVE,
      muted: each.tracks.some(({ muted }) => muted),
      joinedAt: Number(each.joinedAtMs) || Number(each.joinedAt) * 1000,
    }));
  }

  /** A reliable data message, to everybody or to those named. @throws as {@link members} */
  async send(room: RoomFound, payload: string, topic: string, identities: readonly string[]): Promise<void> {
    await this.#ask(room, (client) =>
      client.sendData(room.name, new TextEncoder().encode(payload), DataPacket_Kind.RELIABLE, {
        topic,
        destinationIdentities: [...identities],
      }),
    );
  }

  /** False when nobody of that identity was there. @throws AppError `SERVICE_UNAVAILABLE` */
  async remove(room: RoomFound, identity: string): Promise<boolean> {
    try {
      await this.#ask(room, (client) => client.removeParticipant(room.name, identity));
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND') return false;
      throw error;
    }
  }

  async #ask<T>(room: RoomFound, question: (client: RoomServiceClient) => Promise<T>): Promise<T> {
    const server = this.#servers().find(({ edge }) => edge === room.edge);
    if (!server) throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
    try {
      return await question(server.client);
    } catch (error) {
      const missing = error instanceof TwirpError && (error.code === 'not_found' || error.status === 404);
      throw missing
        ? new AppError('ROOM_NOT_FOUND', {}, error)
        : new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' }, error);
    }
  }
}
