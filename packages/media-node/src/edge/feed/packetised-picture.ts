import { type AccessUnit, packetizeH264 } from '@marsad/media';

/**
 * Bytes kept free before each payload for the RTP header of whoever it is sent to: 12 fixed (RFC 3550 5.1), 4 of the
 * extension block and 4 of one one-byte-header element (RFC 8285 4.2).
 */
export const HEADROOM = 20;
/** Of them, those of the extension. */
const EXTENSION = 8;

/** Keeps header, payload, SRTP tag, UDP and IPv6 headers under 1,280 bytes. */
const MAX_PAYLOAD = 1180;

/**
 * One picture cut into RTP payloads, once for all viewers. Each packet is `HEADROOM` free bytes followed by the payload;
 * every viewer writes its own header there just before sending, and the send copies. So nobody may hold on to
 * a packet's first bytes.
 */
export interface PacketisedPicture {
  readonly packets: readonly Buffer[];
  /** The same packets without room for the header extension: views that begin 8 bytes later. */
  readonly barePackets: readonly Buffer[];
  readonly key: boolean;
  /** Ticks of 90 kHz, unwrapped, the camera's. */
  readonly pts: number;
  /** Wall clock of its first byte at the ingest, milliseconds since the epoch. */
  readonly arrival: number;
  /** Sum of payload lengths. */
  readonly bytes: number;
}

/** Packetises a picture; a key picture gets its parameter sets in front, whether the camera repeated them or not. */
export function packetise(unit: AccessUnit): PacketisedPicture {
  const sets = unit.key ? unit.parameterSets : undefined;
  const nals = sets ? [sets.sps, ...sets.pps, ...unit.nals] : unit.nals;
  const packets = packetizeH264(nals, { maxPayload: MAX_PAYLOAD, headroom: HEADROOM });
  const barePackets = packets.map((packet) => packet.subarray(EXTENSION));
  const bytes = packets.reduce((sum, packet) => sum + packet.length - HEADROOM, 0);
  return { packets, barePackets, key: unit.key, pts: unit.pts, arrival: unit.arrival, bytes };
}
