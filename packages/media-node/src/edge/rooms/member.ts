import type { DataPacket_Kind, DisconnectReason, ParticipantInfo, SignalResponse } from '@livekit/protocol';
import type { CameraParticipant } from './camera-participant.ts';

/** Whoever watches in a room, over whatever protocol. */
export interface Member {
  readonly identity: string;
  readonly sid: string;
  info(): ParticipantInfo;
  /** Tells the member something; lost when it cannot be told now. */
  tell(message: SignalResponse['message']): void;
  /** Hands it a serialised `DataPacket`; lost when it cannot take it. */
  data(packet: Uint8Array, kind: DataPacket_Kind): void;
  /** The room shows other cameras than before. `update` messages were already told. */
  camerasChanged(added: readonly CameraParticipant[], removed: readonly CameraParticipant[]): void;
  /** Ends the member's session. Safe to call twice. */
  close(reason: DisconnectReason): void;
}
