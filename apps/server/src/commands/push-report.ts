import type { StreamReason, StreamStatus } from '@marsad/contract';
import type { PushFigures, PushStatus } from '@marsad/media-node';

const nothing: PushFigures = { pictures: 0, packets: 0, bytes: 0, again: 0, dropped: 0 };

/** What people read of a push: a line for each change, and figures now and then. Addresses without names, passwords and keys. */
export class PushReport {
  readonly #write: (line: string) => void;
  readonly #quiet: boolean;
  readonly #from: string;
  readonly #to: string;
  #last = '';
  #before = { at: performance.now(), figures: nothing };
  #pushing = false;

  constructor(options: { rtsp: string; whip: string; quiet: boolean; write: (line: string) => void }) {
    this.#write = options.write;
    this.#quiet = options.quiet;
    this.#from = `camera ${new URL(options.rtsp).host}`;
    this.#to = `server ${new URL(options.whip).host}`;
  }

  camera(status: StreamStatus, video: { readonly width: number; readonly height: number } | null): void {
    const { state, reason, detail, next_attempt_at: next } = status;
    const size = video ? `, ${video.width}×${video.height}` : '';
    if (state === 'live') this.#say(`${this.#from}: live${size}`);
    else if (state === 'connecting' || reason === 'UNASSIGNED') this.#say(`${this.#from}: connecting`);
    else {
      const why = reason === null ? state : sentences[reason];
      this.#say(`${this.#from}: ${why}${detail === null ? '' : ` (${detail})`}${after(next)}`);
    }
  }

  server({ state, reason, nextAttemptAt }: PushStatus): void {
    this.#pushing = state === 'pushing';
    if (this.#pushing && this.#before.figures === nothing) this.#before.at = performance.now();
    if (state === 'connecting') this.#say(`${this.#to}: connecting`);
    else if (state === 'pushing') this.#say(`${this.#to}: connected, pictures go out`);
    else if (state === 'failed') this.#say(`${this.#to}: ${reason ?? 'lost'}${after(nextAttemptAt)}`);
  }

  /** Since the last time. */
  figures(now: PushFigures): void {
    const before = this.#before;
    const at = performance.now();
    this.#before = { at, figures: now };
    if (this.#quiet || !this.#pushing) return;
    const seconds = (at - before.at) / 1000;
    const rate = (key: keyof PushFigures) => (now[key] - before.figures[key]) / seconds;
    const megabits = ((rate('bytes') * 8) / 1e6).toFixed(2);
    const troubles = trouble(now.again - before.figures.again, now.dropped - before.figures.dropped);
    this.#write(`  ${megabits} Mbit/s, ${rate('pictures').toFixed(1)} pictures/s${troubles}`);
  }

  /** `failed`: it was not told to stop, so that the last line says why. */
  end(all: PushFigures, failed: boolean): void {
    if (this.#quiet) {
      if (failed) this.#write(this.#last);
      return;
    }
    const megabytes = (all.bytes / 1e6).toFixed(1);
    this.#write(`sent ${all.packets} packets, ${megabytes} MB${trouble(all.again, all.dropped)}`);
  }

  #say(line: string): void {
    const plain = line.replace(/, next attempt in .*$/, '');
    if (plain === this.#last) return;
    this.#last = plain;
    if (!this.#quiet) this.#write(line);
  }
}

function trouble(again: number, dropped: number): string {
  return `${again > 0 ? `, ${again} packets sent again` : ''}${dropped > 0 ? `, ${dropped} pictures dropped` : ''}`;
}

function after(next: number | null): string {
  return next === null ? '' : `, next attempt in ${Math.max(1, Math.round((next - Date.now()) / 1000))} s`;
}

const sentences: Readonly<Record<StreamReason, string>> = {
  UNASSIGNED: 'not opened yet',
  NODE_LOST: 'lost',
  NOT_PUBLISHED: 'nobody publishes it',
  HIDDEN: 'hidden',
  ADDRESS_INVALID: 'the address makes no sense',
  HOST_NOT_FOUND: 'there is no such host',
  CONNECTION_REFUSED: 'nothing listens there',
  CONNECTION_LOST: 'the connection was lost',
  TIMEOUT: 'no answer in time',
  TLS_FAILED: 'no secure connection could be made',
  AUTH_FAILED: 'the name or password is wrong',
  STREAM_NOT_FOUND: 'there is no such stream',
  RTSP_ERROR: 'the camera answered with an error',
  PROTOCOL_ERROR: 'the camera sent what is no RTSP',
  STREAM_ENDED: 'the camera has ended the stream',
  NO_PICTURE: 'no picture comes',
  NO_VIDEO: 'there is no video in the stream',
  CODEC_UNSUPPORTED: 'the video is not H.264, and nothing is transcoded',
  REORDERED_PICTURES: 'the video has B-frames that others refer to, which WebRTC cannot carry',
};
