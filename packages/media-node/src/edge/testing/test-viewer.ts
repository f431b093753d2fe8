import {
  DataPacket,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SignalTarget,
  TrickleRequest,
} from '@livekit/protocol';
import { SignJWT } from 'jose';
import * as datachannel from 'node-datachannel';
import { WebSocket } from 'ws';
import { KEY, SECRET } from './test-edge.ts';

/** A LiveKit token as the api would make it. */
export function token(
  video: Record<string, unknown>,
  identity = 'viewer',
  attributes: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new SignJWT({ video, attributes })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(KEY)
    .setSubject(identity)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));
}

export function joinToken(room: string, identity = 'viewer'): Promise<string> {
  return token({ room, roomJoin: true, canSubscribe: true }, identity);
}

/** Calls Twirp as an administrator of everything. */
export async function twirp(url: string, method: string, body: unknown, room?: string): Promise<Response> {
  const jwt = await token({ roomCreate: true, roomList: true, roomAdmin: true, ...(room ? { room } : {}) });
  return fetch(`${url}/twirp/livekit.RoomService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=UTF-8', authorization: `Bearer ${jwt}` },
    body: JSON.stringify(body),
  });
}

/** A small LiveKit client: signalling as the protocol has it, media by the native library. */
export class TestViewer {
  readonly messages: SignalResponse['message'][] = [];
  readonly socket: WebSocket;
  packets = 0;
  /** Whether the last packet had header extensions. */
  extended = false;
  /** Whether the first packet belonged to a key picture; null before it came. */
  startsOnKey: boolean | null = null;
  /** Data messages, by the channel they came over. */
  readonly data: { label: string; packet: DataPacket }[] = [];
  readonly #pc: datachannel.PeerConnection;
  readonly #tracks: datachannel.Track[] = [];
  readonly #channels: datachannel.DataChannel[] = [];
  #offer = 0;

  /** `answering` changes the answers it gives. */
  constructor(url: string, jwt: string, query = 'auto_subscribe=1', answering = (sdp: string) => sdp) {
    this.#pc = new datachannel.PeerConnection('viewer', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      // As browsers do: the first offer has no media yet.
      forceMediaTransport: true,
    });
    this.#pc.onTrack((track) => {
      this.#tracks.push(track);
      track.onMessage((packet) => {
        this.extended = ((packet[0] ?? 0) & 0x10) !== 0;
        if (this.packets++ === 0) this.startsOnKey = beginsKeyPicture(packet);
      });
    });
    this.#pc.onDataChannel((channel) => {
      this.#channels.push(channel);
      channel.onMessage((message) => {
        if (typeof message === 'string') return;
        this.data.push({ label: channel.getLabel(), packet: DataPacket.fromBinary(new Uint8Array(message)) });
      });
    });
    this.#pc.onLocalDescription((sdp, type) => {
      this.send({ case: 'answer', value: new SessionDescription({ type, sdp: answering(sdp), id: this.#offer }) });
    });
    this.#pc.onLocalCandidate((candidate, mid) => {
      const candidateInit = JSON.stringify({ candidate, sdpMid: mid, sdpMLineIndex: 0 });
      this.send({ case: 'trickle', value: new TrickleRequest({ candidateInit, target: SignalTarget.SUBSCRIBER }) });
    });
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/rtc?${query}`, {
      // What is tested is never the certificate.
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${jwt}` },
    });
    this.socket.on('message', (data: Buffer) => this.#received(SignalResponse.fromBinary(data).message));
    this.socket.on('error', () => {});
  }

  get state(): string {
    return this.#pc.state();
  }

  send(message: SignalRequest['message']): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(new SignalRequest({ message }).toBinary());
  }

  heard(name: SignalResponse['message']['case']): boolean {
    return this.messages.some((message) => message.case === name);
  }

  close(): void {
    this.socket.terminate();
    this.#pc.close();
  }

  #received(message: SignalResponse['message']): void {
    this.messages.push(message);
    if (message.case === 'offer') {
      this.#offer = message.value.id;
      this.#pc.setRemoteDescription(message.value.sdp, 'offer');
    } else if (message.case === 'trickle') {
      const init: { candidate: string; sdpMid: string } = JSON.parse(message.value.candidateInit);
      this.#pc.addRemoteCandidate(init.candidate, init.sdpMid);
    }
  }
}

/** Parameter sets, alone or aggregated, or a slice of a key picture (RFC 6184 5.4). */
function beginsKeyPicture(packet: Buffer): boolean {
  const extended = ((packet[0] ?? 0) & 0x10) !== 0;
  const start = 12 + 4 * ((packet[0] ?? 0) & 0x0f);
  const payload = packet.subarray(extended ? start + 4 + 4 * packet.readUInt16BE(start + 2) : start);
  const type = (payload[0] ?? 0) & 0x1f;
  return (
    type === 7 ||
    type === 5 ||
    (type === 24 && ((payload[3] ?? 0) & 0x1f) === 7) ||
    (type === 28 && ((payload[1] ?? 0) & 0x1f) === 5)
  );
}
