import { ParticipantInfo, ParticipantInfo_State } from '@livekit/protocol';
import type { AccessGrant } from '../access-token.ts';

interface Viewer {
  readonly sid: string;
  readonly identity: string;
  readonly grant: Partial<Pick<AccessGrant, 'name' | 'metadata' | 'attributes'>>;
  /** How he is connected; null for LiveKit's own protocol. */
  readonly protocol: 'whep' | 'rtsp' | null;
  /** Whether media goes to him. */
  readonly active: boolean;
  /** Wall clock, milliseconds. */
  readonly joinedAt: number;
  readonly canSubscribe?: boolean;
}

/** A viewer as a participant of his room: one who sends nothing. */
export function viewerInfo({ sid, identity, grant, protocol, active, joinedAt, canSubscribe = true }: Viewer) {
  const { name = '', metadata = '', attributes = {} } = grant;
  return new ParticipantInfo({
    sid,
    identity,
    name,
    metadata,
    attributes: { ...attributes, ...(protocol === null ? {} : { protocol }) },
    state: active ? ParticipantInfo_State.ACTIVE : ParticipantInfo_State.JOINED,
    joinedAt: BigInt(Math.floor(joinedAt / 1000)),
    joinedAtMs: BigInt(joinedAt),
    permission: { canSubscribe, canPublish: false, canPublishData: false },
  });
}
