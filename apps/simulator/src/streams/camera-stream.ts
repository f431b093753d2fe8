import { FRAME_RATE } from '../encoding/profile.ts';
import type { Fault } from '../faults/fault.ts';
import type { PacketTemplate } from '../rtp/packet-template.ts';
import type { Playback } from './playback.ts';
import type { VideoSource } from './video-source.ts';

export interface CameraStreamOptions {
  readonly source: VideoSource;
  /** Packets of sound for each frame in turn; null for a mute camera. */
  readonly audio: readonly PacketTemplate[] | null;
  /** Milliseconds since the epoch, never stepping. */
  readonly now: () => number;
  readonly dueAt: (frame: number) => number;
  /** Called when the first client comes and when the last one goes. */
  readonly onActive: (active: boolean) => void;
  readonly onFrameSent: ((frame: number, epochMs: number) => void) | null;
}

/** One profile of one camera: sends each frame to all who play it. */
export class CameraStream {
  readonly #options: CameraStreamOptions;
  readonly #players = new Set<Playback>();
  #source: VideoSource;
  #wanted: VideoSource;
  #fault: Fault | null = null;
  #faultSince = 0;

  constructor(options: CameraStreamOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#wanted = options.source;
  }

  /** What a description should tell. */
  get source(): VideoSource {
    return this.#wanted;
  }

  get hasAudio(): boolean {
    return this.#options.audio !== null;
  }

  get players(): ReadonlySet<Playback> {
    return this.#players;
  }

  /** Changes what is sent from the next key picture on; null goes back to the camera's own pictures. */
  switchTo(source: VideoSource | null): void {
    this.#wanted = source ?? this.#options.source;
    if (this.#players.size === 0) this.#source = this.#wanted;
  }

  setFault(fault: Fault | null): void {
    this.#fault = fault;
    this.#faultSince = 0;
  }

  add(player: Playback): void {
    if (this.#players.has(player)) return;
    if (this.#players.size === 0) this.#source = this.#wanted;
    this.#players.add(player);
    if (this.#players.size === 1) this.#options.onActive(true);
  }

  remove(player: Playback): void {
    if (this.#players.delete(player) && this.#players.size === 0) this.#options.onActive(false);
  }

  /** Sends the frame that is due now. */
  tick(frame: number): void {
    const fault = this.#fault;
    if (this.#wanted !== this.#source && this.#wanted.isKey(frame)) this.#source = this.#wanted;
    if (fault?.kind === 'stall') return;
    const picture = this.#source.picture(frame, fault?.kind !== 'params-in-sdp-only');
    if (fault?.kind === 'unplug') {
      for (const player of [...this.#players]) player.sendHalf(picture);
      return;
    }
    if (fault) this.#stepNumbers(fault);
    const { audio, onFrameSent } = this.#options;
    const due = this.#options.dueAt(frame);
    const sound = audio?.[frame % audio.length];
    let sent = false;
    for (const player of this.#players) {
      if (player.sendPicture(picture, frame, due, fault)) sent = true;
      if (sound) player.sendAudio(sound, frame);
    }
    if (sent) onFrameSent?.(frame, this.#options.now());
  }

  /** Timestamps or numbers step when the fault begins, and then again and again. */
  #stepNumbers(fault: Fault): void {
    if (fault.kind !== 'clock-jump' && fault.kind !== 'sequence-restart') return;
    const every = Math.max(1, Math.round(fault.everySeconds * FRAME_RATE));
    if (this.#faultSince++ % every !== 0) return;
    for (const { video } of this.#players) {
      if (fault.kind === 'clock-jump') video?.sender.jump(fault.seconds);
      else video?.sender.restart();
    }
  }
}
