/**
 * One AAC frame to RTP payloads of AAC-hbr (RFC 3640 3.3.6: 13 bits of size, 3 of index). A frame longer than
 * `maxPayload` bytes is fragmented. The marker bit belongs on the last payload.
 */
export function packetizeAac(frame: Buffer, maxPayload = 1200): Buffer[] {
  const room = Math.max(1, maxPayload - 4);
  const payloads: Buffer[] = [];
  for (let at = 0; at < frame.length; at += room) {
    const end = Math.min(at + room, frame.length);
    const payload = Buffer.allocUnsafe(4 + end - at);
    payload.writeUInt16BE(16, 0);
    payload.writeUInt16BE((frame.length << 3) & 0xffff, 2);
    frame.copy(payload, 4, at, end);
    payloads.push(payload);
  }
  return payloads;
}
