import { RtpPacket, type RtpTrackReceiver } from '@marsad/media';
import type { PacketReceiver } from './rtsp-session.ts';

/** Packets of one track as they come from the network, to its receiver. */
export class TrackIntake implements PacketReceiver {
  readonly #receiver: RtpTrackReceiver;
  readonly #packet = new RtpPacket();

  constructor(receiver: RtpTrackReceiver) {
    this.#receiver = receiver;
  }

  rtp(buffer: Buffer): void {
    if (this.#packet.read(buffer)) this.#receiver.push(this.#packet, Date.now());
  }

  rtcp(_packet: Buffer): void {}
}
