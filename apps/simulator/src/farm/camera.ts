import type { Loop } from '../encoding/loop.ts';
import { PROFILES, type ProfileName } from '../encoding/profile.ts';
import type { VariantKind } from '../encoding/variant.ts';
import { type Fault, showsInDescription } from '../faults/fault.ts';
import { CommandLog } from '../ptz/command-log.ts';
import { PtzHead } from '../ptz/head.ts';
import { positionText } from '../ptz/position.ts';
import type { PacketTemplate } from '../rtp/packet-template.ts';
import { BandedSource } from '../streams/banded-source.ts';
import { CameraStream } from '../streams/camera-stream.ts';
import type { VideoSource } from '../streams/video-source.ts';
import type { FarmCameraInfo } from './camera-list.ts';
import type { FrameClock } from './frame-clock.ts';
import { Pacer, SLOTS } from './pacer.ts';

export interface FarmCameraOptions {
  readonly info: FarmCameraInfo;
  /** Position in the farm: staggers the camera among the others. */
  readonly number: number;
  readonly loops: Readonly<Record<ProfileName, Loop>>;
  readonly audio: readonly PacketTemplate[];
  readonly clock: FrameClock;
  readonly pacer: Pacer;
  /** Pictures for faults that need others: encoded at first use. */
  readonly variant: (kind: VariantKind) => Promise<Readonly<Record<ProfileName, VideoSource>>>;
  readonly onFrameSent: ((profile: ProfileName, frame: number, epochMs: number) => void) | null;
  /** Cuts the connections that play a stream. */
  readonly cut: (stream: CameraStream) => void;
}

/** One camera: two profiles of one scene, a head if it can be moved, and at most one fault. */
export class FarmCamera {
  readonly info: FarmCameraInfo;
  /** Frames of this camera are due so many milliseconds after the farm's. */
  readonly phaseMs: number;
  readonly streams: Readonly<Record<ProfileName, CameraStream>>;
  /** Null when it cannot be moved. */
  readonly head: PtzHead | null;
  readonly commands = new CommandLog();
  readonly #options: FarmCameraOptions;
  readonly #sources: Readonly<Record<ProfileName, VideoSource>>;
  #fault: Fault | null = null;
  #mending: NodeJS.Timeout | null = null;

  constructor(options: FarmCameraOptions) {
    this.#options = options;
    this.info = options.info;
    this.head = options.info.ptzEnabled ? new PtzHead() : null;
    const slot = (options.number * 7) % SLOTS;
    this.phaseMs = Pacer.phaseOf(slot);
    this.#sources = { main: this.#banded('main'), sub: this.#banded('sub') };
    this.streams = { main: this.#stream('main', slot), sub: this.#stream('sub', slot) };
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  /**
   * Resolves once the fault is at work; rejects, without a fault, when pictures for it cannot be made, and with RangeError
   * when it takes a head and there is none.
   */
  async setFault(fault: Fault): Promise<void> {
    if (fault.kind.startsWith('ptz-') && !this.head) throw new RangeError(`${this.info.path} cannot be moved`);
    const replacement = await this.#replacement(fault);
    this.#apply(fault, replacement);
    if (fault.kind !== 'unplug') return;
    this.#mending = setTimeout(() => this.clearFault(), fault.seconds * 1000);
    this.#mending.unref();
  }

  clearFault(): void {
    if (this.#fault) this.#apply(null, null);
  }

  close(): void {
    if (this.#mending) clearTimeout(this.#mending);
  }

  #apply(fault: Fault | null, replacement: Readonly<Record<ProfileName, VideoSource>> | null): void {
    if (this.#mending) clearTimeout(this.#mending);
    const described = [this.#fault, fault].some((one) => one !== null && showsInDescription(one));
    this.#fault = fault;
    for (const profile of Object.keys(PROFILES) as ProfileName[]) {
      const stream = this.streams[profile];
      stream.setFault(fault);
      stream.switchTo(replacement?.[profile] ?? null);
      if (described) this.#options.cut(stream);
    }
  }

  async #replacement(fault: Fault): Promise<Readonly<Record<ProfileName, VideoSource>> | null> {
    if (fault.kind === 'resolution') return { main: this.#sources.sub, sub: this.#sources.main };
    if (fault.kind !== 'h265' && fault.kind !== 'b-frames') return null;
    return this.#options.variant(fault.kind === 'b-frames' && fault.referenced ? 'b-frames-referenced' : fault.kind);
  }

  #banded(profile: ProfileName): VideoSource {
    const { info, loops, clock, number } = this.#options;
    const { head } = this;
    const { width, height } = PROFILES[profile];
    return new BandedSource({
      loop: loops[profile],
      name: info.name,
      caption: `${info.path}  ${info.source}  ${width}×${height}`,
      // 137 has no factor in common with 500: neighbours differ widely, and key pictures spread over the GOP.
      offset: (number * 137) % loops[profile].pictures.length,
      timeOf: (frame) => clock.timeOf(frame, this.phaseMs),
      position: head && ((epochMs) => positionText(head.position(epochMs))),
    });
  }

  #stream(profile: ProfileName, slot: number): CameraStream {
    const { info, audio, clock, pacer, onFrameSent } = this.#options;
    const stream: CameraStream = new CameraStream({
      source: this.#sources[profile],
      audio: info.audio ? audio : null,
      now: () => clock.now(),
      dueAt: (frame) => clock.timeOf(frame, this.phaseMs),
      onActive: (active) => (active ? pacer.add(slot, stream) : pacer.remove(slot, stream)),
      onFrameSent: onFrameSent && ((frame, epochMs) => onFrameSent(profile, frame, epochMs)),
    });
    return stream;
  }
}
