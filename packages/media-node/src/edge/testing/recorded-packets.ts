import type { PacketTransport } from '../egress/rtp-sender.ts';

export interface RecordedPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly ssrc: number;
  readonly at: number;
  readonly payload: Buffer;
}

/** A viewer's connection that keeps what it was sent: RTP and RTCP apart. */
export class RecordedPackets implements PacketTransport {
  readonly rtp: RecordedPacket[] = [];
  readonly rtcp: Buffer[] = [];
  /** False refuses everything, as a closed track does. */
  takes = true;

  send(packet: Buffer): boolean {
    if (!this.takes) return false;
    const type = (packet[1] ?? 0) & 0x7f;
    if (type >= 64 && type < 96) {
      this.rtcp.push(Buffer.from(packet));
      return true;
    }
    const header = (packet[0] ?? 0) & 0x10 ? 12 + 4 + packet.readUInt16BE(14) * 4 : 12;
    this.rtp.push({
      sequence: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      marker: ((packet[1] ?? 0) & 0x80) !== 0,
      ssrc: packet.readUInt32BE(8),
      at: performance.now(),
      payload: Buffer.from(packet.subarray(header)),
    });
    return true;
  }

  /** Of each picture sent: its timestamp and whether it begins with parameter sets or an IDR slice. */
  pictures(): { timestamp: number; key: boolean }[] {
    const pictures: { timestamp: number; key: boolean }[] = [];
    for (const packet of this.rtp) {
      if (pictures.at(-1)?.timestamp === packet.timestamp) continue;
      const type = (packet.payload[0] ?? 0) & 0x1f;
      const fragment = (packet.payload[1] ?? 0) & 0x1f;
      pictures.push({ timestamp: packet.timestamp, key: type === 7 || type === 24 || (type === 28 && fragment === 5) });
    }
    return pictures;
  }

  /** True when no sequence number is missing or comes twice. */
  get isContinuous(): boolean {
    return this.rtp.every((packet, index) => {
      const before = this.rtp[index - 1];
      return before === undefined || packet.sequence === ((before.sequence + 1) & 0xffff);
    });
  }

  /** True when timestamps never go back. */
  get isMonotonic(): boolean {
    return this.rtp.every((packet, index) => {
      const before = this.rtp[index - 1];
      return before === undefined || ((packet.timestamp - before.timestamp) | 0) >= 0;
    });
  }
}
