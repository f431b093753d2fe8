/** G.711 samples to RTP payloads of at most `maxPayload` bytes, as views (RFC 3551 4.5.14). */
export function packetizeG711(samples: Buffer, maxPayload = 1200): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < samples.length; at += maxPayload) payloads.push(samples.subarray(at, at + maxPayload));
  return payloads;
}
