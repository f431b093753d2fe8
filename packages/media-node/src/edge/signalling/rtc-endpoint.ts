import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DisconnectReason, LeaveRequest, LeaveRequest_Action } from '@livekit/protocol';
import { WebSocketServer } from 'ws';
import { type AccessGrant, tokenOf } from '../access-token.ts';
import type { EdgeParts } from '../edge-parts.ts';
import { answer } from '../http/answer.ts';
import type { Room } from '../rooms/room.ts';
import { Session } from './session.ts';
import { SignalSocket } from './signal-socket.ts';

/** Largest message of a client: an answer with several hundred m-lines. */
const MAX_MESSAGE = 2 * 1024 * 1024;

type Admission =
  | { readonly grant: AccessGrant; readonly room: Room }
  | { readonly status: number; readonly text: string };

/** LiveKit's signalling, version 0: `WS /rtc` and `GET /rtc/validate`. */
export class RtcEndpoint {
  readonly #parts: EdgeParts;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });

  constructor(parts: EdgeParts) {
    this.#parts = parts;
  }

  /** What `/rtc` would say to this request, in words: clients ask it why their WebSocket was refused. */
  async validate(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const admission = await this.#admit(request, url);
    const { status, text } = 'status' in admission ? admission : { status: 200, text: 'success' };
    answer(response, status, text, { 'content-type': 'text/plain' });
  }

  async upgrade(request: IncomingMessage, url: URL, socket: Duplex, head: Buffer): Promise<void> {
    const admission = await this.#admit(request, url);
    if ('status' in admission) {
      refuseUpgrade(socket, admission.status, admission.text);
      return;
    }
    if (socket.destroyed) return;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connected(new SignalSocket(webSocket), admission, url.searchParams);
    });
  }

  close(): void {
    this.#sockets.close();
  }

  #connected(socket: SignalSocket, { grant, room }: { grant: AccessGrant; room: Room }, query: URLSearchParams): void {
    if (isOn(query.get('reconnect'))) {
      const member = room.memberBySid(query.get('sid') ?? '');
      if (member instanceof Session && member.identity === grant.identity && member.resume(socket)) return;
      refuseResume(socket);
      return;
    }
    for (const member of room.membersOf(grant.identity)) {
      if (room.isGuarded || member instanceof Session) member.close(DisconnectReason.DUPLICATE_IDENTITY);
    }
    const session = new Session({
      grant,
      room,
      socket,
      autoSubscribe: query.get('auto_subscribe') === null || isOn(query.get('auto_subscribe')),
      adaptive: isOn(query.get('adaptive_stream')),
      parts: this.#parts,
    });
    session.start();
  }

  async #admit(request: IncomingMessage, url: URL): Promise<Admission> {
    const token = tokenOf(request.headers.authorization, url.searchParams);
    const grant = token === null ? null : await this.#parts.tokens.verify(token);
    if (!grant?.video.roomJoin) return { status: 401, text: 'invalid authorization token' };
    if (grant.identity === '') return { status: 400, text: 'identity cannot be empty' };
    if (!grant.video.room) return { status: 400, text: 'room name cannot be empty' };
    const room = this.#parts.rooms.get(grant.video.room);
    if (!room) return { status: 404, text: 'requested room does not exist' };
    if (!room.admits(grant.identity)) return { status: 403, text: 'not admitted to this room' };
    const returns = room.membersOf(grant.identity).length > 0;
    if (room.isFull && !returns) return { status: 403, text: 'room is full' };
    return { grant, room };
  }
}

function isOn(value: string | null): boolean {
  return value === '1' || value === 'true';
}

function refuseResume(socket: SignalSocket): void {
  socket.send({
    case: 'leave',
    value: new LeaveRequest({
      reason: DisconnectReason.STATE_MISMATCH,
      action: LeaveRequest_Action.RECONNECT,
      canReconnect: true,
    }),
  });
  socket.close();
}

/** Answers an upgrade that is not to be with plain HTTP, and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Access-Control-Allow-Origin: *\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
