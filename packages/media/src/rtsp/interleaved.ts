/**
 * Writes the four bytes that precede an interleaved packet (RFC 2326 10.12) at `offset`.
 * `length` is that of the packet, at most 65,535.
 */
export function writeInterleavedHeader(buffer: Buffer, offset: number, channel: number, length: number): void {
  buffer[offset] = 0x24;
  buffer[offset + 1] = channel & 0xff;
  buffer[offset + 2] = length >> 8;
  buffer[offset + 3] = length & 0xff;
}

/** One packet with its header, in a buffer of its own. */
export function formatInterleaved(channel: number, packet: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(4 + packet.length);
  writeInterleavedHeader(framed, 0, channel, packet.length);
  packet.copy(framed, 4);
  return framed;
}
