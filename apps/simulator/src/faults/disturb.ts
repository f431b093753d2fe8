import { randomBytes, randomInt } from 'node:crypto';
import type { Fault } from './fault.ts';

/** Packets of one picture as they are about to leave, in a buffer of their own. */
export interface OutgoingPackets {
  readonly bytes: Buffer;
  /** Offsets of the interleaved headers. */
  readonly starts: readonly number[];
}

/** Applies the faults that change bytes, in place. */
export function disturb(packets: OutgoingPackets, fault: Fault): void {
  if (fault.kind === 'no-marker') {
    for (const start of packets.starts) packets.bytes[start + 5] = (packets.bytes[start + 5] ?? 0) & 0x7f;
    return;
  }
  if (fault.kind !== 'garbage' || Math.random() >= fault.share) return;
  const { bytes, starts } = packets;
  const start = starts[randomInt(starts.length)] ?? 0;
  const end = start + 4 + bytes.readUInt16BE(start + 2);
  const form = fault.form === 'all' ? (Math.random() < 0.5 ? 'rtp' : 'nal') : fault.form;
  if (form === 'rtp') randomBytes(12).copy(bytes, start + 4);
  else if (form === 'nal') randomBytes(end - start - 16).copy(bytes, start + 16);
}

/** Random bytes to put between packets of a stream, or null when this picture is spared. */
export function strayBytes(fault: Fault): Buffer | null {
  if (fault.kind !== 'garbage' || (fault.form !== 'stream' && fault.form !== 'all')) return null;
  return Math.random() < fault.share ? randomBytes(1 + randomInt(700)) : null;
}

/** Whether this packet over UDP is lost. */
export function isLost(fault: Fault | null): boolean {
  return fault?.kind === 'loss' && Math.random() * 100 < fault.percent;
}
