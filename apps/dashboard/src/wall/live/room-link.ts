import { noticeTopic } from '@marsad/contract';
import type { RemoteParticipant, RemoteTrack, RemoteTrackPublication, RemoteVideoTrack, Room } from 'livekit-client';

export type Livekit = typeof import('livekit-client');

export interface Credentials {
  readonly url: string;
  readonly token: string;
}

export interface RoomLinkOptions {
  readonly livekit: Livekit;
  readonly credentials: Credentials;
  /** Fresh ones before another attempt; null when nothing wants this room any more. Must not reject. */
  readonly renew: () => Promise<Credentials | null>;
  /** A camera's participant appeared, changed or (null) left. */
  readonly onParticipant: (identity: string, participant: RemoteParticipant | null) => void;
  readonly onVideo: (identity: string, video: RoomVideo | null) => void;
  /** What the room says of itself, on entering it and whenever that changes. */
  readonly onMetadata: (metadata: string) => void;
  /** An administrator says something to whoever watches here. */
  readonly onNotice: (payload: Uint8Array) => void;
  /** Somebody with our identity has joined after us, who will not go: another window of ours. */
  readonly onTaken: () => void;
  /** Connected, or not: then every picture of this room is old. */
  readonly onConnected: (connected: boolean) => void;
}

export interface RoomVideo {
  readonly track: RemoteVideoTrack;
  readonly publication: RemoteTrackPublication;
}

function asVideo(track: RemoteTrack, publication: RemoteTrackPublication): RoomVideo | null {
  return track.kind === 'video' ? { track: track as RemoteVideoTrack, publication } : null;
}

const resumeDelays = [0, 300, 700];
const delays = [100, 400, 900, 2000, 4000, 8000];

/** One LiveKit room, joined again for as long as it is wanted: an edge may restart, a token may run out. */
export class RoomLink {
  readonly #options: RoomLinkOptions;
  readonly room: Room;
  #credentials: Credentials;
  #attempt = 0;
  #closed = false;
  #joining = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RoomLinkOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.room = new options.livekit.Room({
      adaptiveStream: { pixelDensity: 'screen', pauseVideoInBackground: true },
      // One connection for sending and one for receiving: what the edge speaks.
      singlePeerConnection: false,
      disconnectOnPageLeave: false,
      // Its own attempts use the old token and room; ours ask the api, which knows where the room is now.
      reconnectPolicy: { nextRetryDelayInMs: ({ retryCount }) => resumeDelays[retryCount] ?? null },
    });
    this.#listen();
  }

  get connected(): boolean {
    return this.room.state === this.#options.livekit.ConnectionState.Connected;
  }

  videoOf(identity: string): RoomVideo | null {
    for (const publication of this.room.remoteParticipants.get(identity)?.videoTrackPublications.values() ?? []) {
      const video = publication.track ? asVideo(publication.track, publication) : null;
      if (video) return video;
    }
    return null;
  }

  start(): void {
    void this.#join();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.room.disconnect();
  }

  #listen(): void {
    const { RoomEvent, DisconnectReason } = this.#options.livekit;
    const { onParticipant, onVideo, onMetadata, onNotice, onTaken, onConnected } = this.#options;
    this.room
      .on(RoomEvent.ParticipantConnected, (participant) => onParticipant(participant.identity, participant))
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => onParticipant(identity, null))
      .on(RoomEvent.ParticipantAttributesChanged, (_, { identity }) =>
        onParticipant(identity, this.room.remoteParticipants.get(identity) ?? null),
      )
      .on(RoomEvent.TrackSubscribed, (track, publication, { identity }) => {
        const video = asVideo(track, publication);
        if (!video) return;
        // Its statistics, asked for of every track every two seconds, are used by nothing here.
        track.stopMonitor();
        onVideo(identity, video);
      })
      .on(RoomEvent.TrackUnsubscribed, (_, __, { identity }) => onVideo(identity, null))
      // Said by the server: nobody else in a room may send.
      .on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
        if (topic === noticeTopic && participant === undefined) onNotice(payload);
      })
      .on(RoomEvent.RoomMetadataChanged, onMetadata)
      .on(RoomEvent.Connected, () => onConnected(true))
      .on(RoomEvent.Reconnected, () => onConnected(true))
      .on(RoomEvent.Reconnecting, () => onConnected(false))
      .on(RoomEvent.Disconnected, (reason) => {
        onConnected(false);
        if (reason === DisconnectReason.DUPLICATE_IDENTITY) return onTaken();
        if (this.#closed || reason === DisconnectReason.CLIENT_INITIATED || this.#joining) return;
        this.#again();
      });
  }

  async #join(): Promise<void> {
    if (this.#closed || this.#joining) return;
    this.#joining = true;
    try {
      await this.room.connect(this.#credentials.url, this.#credentials.token, {
        autoSubscribe: true,
        maxRetries: 0,
        peerConnectionTimeout: 10_000,
      });
      this.#attempt = 0;
      for (const participant of this.room.remoteParticipants.values()) {
        this.#options.onParticipant(participant.identity, participant);
      }
      this.#options.onMetadata(this.room.metadata ?? '');
      this.#joining = false;
    } catch {
      this.#joining = false;
      this.#again();
    }
  }

  #again(): void {
    if (this.#closed) return;
    const delay = delays[Math.min(this.#attempt, delays.length - 1)] ?? 8000;
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      async () => {
        const credentials = await this.#options.renew();
        if (credentials) this.#credentials = credentials;
        if (!credentials) this.#again();
        else await this.#join();
      },
      delay * (0.75 + Math.random() / 2),
    );
  }
}
