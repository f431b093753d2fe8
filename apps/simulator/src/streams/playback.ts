import { FRAME_RATE } from '../encoding/profile.ts';
import { disturb } from '../faults/disturb.ts';
import type { Fault } from '../faults/fault.ts';
import type { PacketTemplate } from '../rtp/packet-template.ts';
import type { RtpSender } from '../rtp/sender.ts';
import type { RtpTransport } from '../rtp/transport.ts';
import { type SourcePicture, VIDEO_CLOCK } from './video-source.ts';

const TICKS_PER_FRAME = VIDEO_CLOCK / FRAME_RATE;
/** G.711 samples in the time of a frame. */
const AUDIO_TICKS_PER_FRAME = 8000 / FRAME_RATE;
const REPORT_EVERY_FRAMES = 5 * FRAME_RATE;
/** A client that has so many bytes waiting loses whole pictures. */
const MAX_BACKLOG = 2 * 1024 * 1024;

export interface PlaybackTrack {
  readonly sender: RtpSender;
  readonly transport: RtpTransport;
}

/** What one client gets of one stream, from its first PLAY to its end. */
export class Playback {
  video: PlaybackTrack | null = null;
  audio: PlaybackTrack | null = null;
  /** Pictures sent, and pictures left out because the client was too slow. */
  pictures = 0;
  lostPictures = 0;
  bytes = 0;
  readonly #end: () => void;
  #reportIn = 0;

  /** `end` cuts the client's connection. */
  constructor(end: () => void) {
    this.#end = end;
  }

  /** Returns false when the client was too slow for this picture. */
  sendPicture(picture: SourcePicture, frame: number, epochMs: number, fault: Fault | null): boolean {
    const track = this.video;
    if (!track) return false;
    const { sender, transport } = track;
    const ticks = picture.shownAs * TICKS_PER_FRAME;
    const late = transport.backlog > MAX_BACKLOG;
    if (!late && this.#reportIn-- <= 0) {
      this.#reportIn = REPORT_EVERY_FRAMES;
      transport.sendReport(sender.report(frame * TICKS_PER_FRAME, epochMs));
      const { audio } = this;
      if (audio) audio.transport.sendReport(audio.sender.report(frame * AUDIO_TICKS_PER_FRAME, epochMs));
    }
    this.#send(track, picture.templates, ticks, fault, late);
    if (late) this.lostPictures++;
    else this.pictures++;
    return !late;
  }

  sendAudio(template: PacketTemplate, frame: number): void {
    if (!this.audio || this.audio.transport.backlog > MAX_BACKLOG) return;
    this.#send(this.audio, [template], frame * AUDIO_TICKS_PER_FRAME, null, false);
  }

  /** Sends the first half of the picture and cuts the connection. */
  sendHalf(picture: SourcePicture): void {
    const track = this.video;
    if (track) {
      const { bytes } = this.#assemble(track, picture.templates, picture.shownAs * TICKS_PER_FRAME, false);
      track.transport.sendPart(bytes.subarray(0, bytes.length >> 1));
    }
    this.end();
  }

  end(): void {
    this.#end();
  }

  #send(track: PlaybackTrack, templates: readonly PacketTemplate[], ticks: number, fault: Fault | null, drop: boolean) {
    if (drop) {
      // The numbers go on, so that the client sees what it lost.
      for (const template of templates) track.sender.take(ticks, template.starts.length, template.octets);
      return;
    }
    const packets = this.#assemble(track, templates, ticks, fault !== null);
    this.bytes += packets.bytes.length;
    if (fault) disturb(packets, fault);
    track.transport.sendPackets(packets, fault);
  }

  #assemble({ sender, transport }: PlaybackTrack, templates: readonly PacketTemplate[], ticks: number, find: boolean) {
    let length = 0;
    for (const template of templates) length += template.bytes.length;
    const bytes = transport.buffer(length);
    const starts: number[] = [];
    let at = 0;
    for (const template of templates) {
      template.fill(bytes, at, sender.take(ticks, template.starts.length, template.octets));
      if (find || transport.needsStarts) for (const start of template.starts) starts.push(at + start);
      at += template.bytes.length;
    }
    return { bytes, starts };
  }
}
