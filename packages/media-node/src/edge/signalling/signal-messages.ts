import {
  ConnectionQuality,
  ConnectionQualityInfo,
  ConnectionQualityUpdate,
  type ParticipantInfo,
  ParticipantUpdate,
  Pong,
  SessionDescription,
  type SignalResponse,
  type SignalTarget,
  SubscriptionError,
  SubscriptionResponse,
  TrickleRequest,
} from '@livekit/protocol';
import { writeCandidate } from './signal-codec.ts';

type Message = SignalResponse['message'];

/** @param midToTrackId which track each line of the description carries */
export function descriptionMessage(
  type: 'offer' | 'answer',
  sdp: string,
  id: number,
  midToTrackId: Record<string, string> = {},
): Message {
  return { case: type, value: new SessionDescription({ type, sdp, id, midToTrackId }) };
}

export function candidateMessage(candidate: string, mid: string, target: SignalTarget): Message {
  return { case: 'trickle', value: new TrickleRequest({ candidateInit: writeCandidate(candidate, mid), target }) };
}

export function participantsMessage(participants: ParticipantInfo[]): Message {
  return { case: 'update', value: new ParticipantUpdate({ participants }) };
}

export function qualityMessage(participantSid: string, quality: ConnectionQuality): Message {
  const score = quality === ConnectionQuality.EXCELLENT ? 5 : quality === ConnectionQuality.GOOD ? 4 : 2;
  const updates = [new ConnectionQualityInfo({ participantSid, quality, score })];
  return { case: 'connectionQuality', value: new ConnectionQualityUpdate({ updates }) };
}

/** @param lastPingTimestamp the client's own, by which it knows how long we took */
export function pongMessage(lastPingTimestamp: bigint): Message {
  return { case: 'pongResp', value: new Pong({ lastPingTimestamp, timestamp: BigInt(Date.now()) }) };
}

export function noSuchTrackMessage(trackSid: string): Message {
  const value = new SubscriptionResponse({ trackSid, err: SubscriptionError.SE_TRACK_NOTFOUND });
  return { case: 'subscriptionResponse', value };
}
