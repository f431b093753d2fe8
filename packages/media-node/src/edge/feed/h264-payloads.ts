const FU_A = 28;

/** Single NAL unit and FU-A payloads (RFC 6184 5.6, 5.8). */
export function packetizeH264(nals: readonly Buffer[], max: number): Buffer[] {
  const payloads: Buffer[] = [];
  for (const nal of nals) {
    if (nal.length <= max) {
      payloads.push(nal);
      continue;
    }
    const header = nal[0] ?? 0;
    const room = max - 2;
    const parts = Math.ceil((nal.length - 1) / room);
    const size = Math.ceil((nal.length - 1) / parts);
    for (let at = 1; at < nal.length; at += size) {
      const end = Math.min(at + size, nal.length);
      const payload = Buffer.allocUnsafe(end - at + 2);
      payload[0] = (header & 0xe0) | FU_A;
      payload[1] = (header & 0x1f) | (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
      nal.copy(payload, 2, at, end);
      payloads.push(payload);
    }
  }
  return payloads;
}
