import { writeInterleavedHeader, writeRtpHeader } from '@marsad/media';

/** Bytes in front of each RTP payload: interleaved header (RFC 2326 10.12) and RTP header (RFC 3550 5.1). */
export const FRAMING = 16;

/**
 * One access unit as RTSP readers get it: its RTP packets one behind the other, each with its interleaved header, so that
 * the whole is one write to a TCP reader. Made once for all readers and never written to afterwards.
 */
export interface FramedUnit {
  /** 0 video, 1 audio. Its usual channels are `2 * medium` for RTP and the next for RTCP. */
  readonly medium: number;
  readonly key: boolean;
  readonly data: Buffer;
  /** Where each packet's interleaved header begins in `data`. */
  readonly starts: readonly number[];
  /** Length of `data`. */
  readonly bytes: number;
  /** Number of its first packet, counted on past 65,535. */
  readonly sequence: number;
  /** Presentation and decoding time in ticks of the track's clock, counted on past 32 bits. */
  readonly timestamp: number;
  readonly decodeTimestamp: number;
  /** Wall clock of its first byte at the ingest, milliseconds since the epoch. */
  readonly arrival: number;
}

export interface Framing {
  readonly medium: number;
  readonly payloadType: number;
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly decodeTimestamp: number;
  /** Whether the last packet has the marker bit. */
  readonly marker: boolean;
}

/** Each packet is `FRAMING` free bytes followed by the payload; they are written to. */
export function frameUnit(
  packets: readonly Buffer[],
  unit: { readonly key: boolean; readonly arrival: number },
  framing: Framing,
): FramedUnit {
  const { medium, payloadType, ssrc, sequence, timestamp, decodeTimestamp, marker } = framing;
  const starts: number[] = [];
  let at = 0;
  for (const [index, packet] of packets.entries()) {
    starts.push(at);
    at += packet.length;
    writeInterleavedHeader(packet, 0, medium * 2, packet.length - 4);
    writeRtpHeader(packet, 4, {
      payloadType,
      marker: marker && index === packets.length - 1,
      sequence: sequence + index,
      timestamp,
      ssrc,
    });
  }
  const [first] = packets;
  const data = packets.length === 1 && first ? first : Buffer.concat(packets, at);
  const { key, arrival } = unit;
  return { medium, key, data, starts, bytes: at, sequence, timestamp, decodeTimestamp, arrival };
}

/** The same packets on another channel: a copy, for a client that asked for unusual ones. */
export function onChannel(unit: FramedUnit, channel: number): Buffer {
  const data = Buffer.from(unit.data);
  for (const start of unit.starts) data[start + 1] = channel;
  return data;
}

/** The same packets at another time: a copy. */
function atTime(unit: FramedUnit, timestamp: number): FramedUnit {
  const data = Buffer.from(unit.data);
  const wire = ((timestamp % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;
  for (const start of unit.starts) data.writeUInt32BE(wire, start + 8);
  return { ...unit, data, timestamp };
}

/**
 * Pictures sent later than life, with their times drawn together towards the last one, `step` ticks each: a player that
 * got the true times would take the first picture as its beginning and stay that far behind.
 *
 * Their order stays, and stays before every picture still to come: what is shown after the last was decoded is not moved.
 */
export function drawnTogether(pictures: readonly FramedUnit[], step: number): readonly FramedUnit[] {
  const last = pictures.at(-1);
  if (!last) return pictures;
  const reference = last.decodeTimestamp;
  const begin = pictures.reduce((least, picture) => Math.min(least, picture.timestamp), reference);
  const factor = (pictures.length * step) / (reference - begin);
  if (!(factor < 1)) return pictures;
  return pictures.map((picture) =>
    picture.timestamp >= reference
      ? picture
      : atTime(picture, reference - Math.round((reference - picture.timestamp) * factor)),
  );
}
