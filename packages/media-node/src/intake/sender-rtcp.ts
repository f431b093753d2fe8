import { parseRtcp, type ReceptionStatistics, type RtcpPacket } from '@marsad/media';

/**
 * Takes what a sender says about one of its streams. What is no RTCP is ignored.
 * @returns whether it said goodbye to that stream
 */
export function readSenderRtcp(packet: Buffer, ssrc: number | null, statistics: ReceptionStatistics | null): boolean {
  let packets: RtcpPacket[];
  try {
    packets = parseRtcp(packet);
  } catch {
    return false;
  }
  let goodbye = false;
  for (const one of packets) {
    if (one.kind === 'sr' && one.ssrc === ssrc) statistics?.senderReport(one, performance.now());
    else if (one.kind === 'bye' && ssrc !== null && one.ssrcs.includes(ssrc)) goodbye = true;
  }
  return goodbye;
}
