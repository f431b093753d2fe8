import type { Profile, StreamStatus } from '@marsad/contract';
import type { AccessUnit } from '@marsad/media';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../../stream-provider.ts';
import { FRAME_RATE, type TestVideo } from './test-video.ts';

/** Any camera named `cam…` plays a file in a loop, live; all others are unknown. For tests. */
export class FileCameras implements StreamProvider {
  readonly #videos: Readonly<Partial<Record<Profile, TestVideo>>>;
  readonly #streams = new Map<string, FileStream>();
  /** Every subscription ever made, `profile:camera`. */
  readonly subscribed: string[] = [];

  constructor(videos: Readonly<Partial<Record<Profile, TestVideo>>>) {
    this.#videos = videos;
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    const name = `${key.profile}:${key.camera}`;
    this.subscribed.push(name);
    const video = this.#videos[key.profile];
    if (!key.camera.startsWith('cam') || !video) {
      sink.status(status('offline', 'STREAM_NOT_FOUND'));
      return { close() {} };
    }
    const stream = this.stream(key);
    stream.attach(sink);
    return { close: () => stream.detach(sink) };
  }

  /** The stream itself, to break it. It runs from the first call on. */
  stream(key: StreamKey): FileStream {
    const name = `${key.profile}:${key.camera}`;
    const video = this.#videos[key.profile];
    if (!video) throw new Error(`no ${key.profile} video`);
    const known = this.#streams.get(name) ?? new FileStream(video);
    this.#streams.set(name, known);
    return known;
  }

  get sinks(): number {
    return [...this.#streams.values()].reduce((sum, stream) => sum + stream.sinks, 0);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }
}

export class FileStream {
  readonly #video: TestVideo;
  readonly #sinks = new Set<StreamSink>();
  readonly #timer: NodeJS.Timeout;
  readonly #start = performance.now();
  #gop: AccessUnit[] = [];
  #next = 0;
  #clock = 1_000_000;
  #status = status('live');
  #silent = false;
  /** When the picture of that number in the file was last sent, milliseconds since the epoch. */
  readonly sentAt: number[] = [];

  constructor(video: TestVideo) {
    this.#video = video;
    this.#timer = setInterval(() => this.#play(), 1000 / FRAME_RATE / 4);
    this.#play();
  }

  get sinks(): number {
    return this.#sinks.size;
  }

  attach(sink: StreamSink): void {
    this.#sinks.add(sink);
    sink.status(this.#status);
    if (this.#status.state !== 'live') return;
    sink.tracks([this.#video.track]);
    for (const unit of this.#gop) sink.unit(unit, true);
  }

  detach(sink: StreamSink): void {
    this.#sinks.delete(sink);
  }

  /** The camera goes away, as far as its viewers see. */
  fail(): void {
    this.#silent = true;
    this.#gop = [];
    this.#tell(status('offline', 'CONNECTION_LOST'));
  }

  /** The camera stops sending without going away. */
  freeze(): void {
    this.#silent = true;
    this.#tell(status('frozen', 'NO_PICTURE'));
  }

  /** The camera is back, its clock somewhere else. */
  recover(): void {
    this.#clock += 3_600_000_000;
    const passed = Math.floor(((performance.now() - this.#start) / 1000) * FRAME_RATE);
    this.#next = passed - (passed % 50);
    this.#silent = false;
    for (const sink of this.#sinks) sink.tracks([this.#video.track]);
    this.#tell(status('live'));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#sinks.clear();
  }

  #tell(now: StreamStatus): void {
    this.#status = now;
    for (const sink of this.#sinks) sink.status(now);
  }

  #play(): void {
    const due = Math.floor(((performance.now() - this.#start) / 1000) * FRAME_RATE);
    for (; this.#next <= due; this.#next++) {
      if (this.#silent) continue;
      const unit = this.#unit(this.#next);
      if (unit.key) this.#gop = [];
      this.#gop.push(unit);
      for (const sink of this.#sinks) sink.unit(unit, false);
    }
  }

  #unit(number: number): AccessUnit {
    const { pictures, track } = this.#video;
    const picture = pictures[number % pictures.length];
    if (!picture) throw new Error('no pictures');
    const loops = Math.floor(number / pictures.length) * pictures.length;
    const ticks = track.clockRate / FRAME_RATE;
    this.sentAt[picture.order] = Date.now();
    return {
      track: 0,
      kind: 'video',
      nals: picture.nals,
      pts: this.#clock + (loops + picture.order) * ticks,
      dts: this.#clock + number * ticks,
      arrival: Date.now(),
      key: picture.key,
      disposable: picture.disposable,
      bytes: picture.nals.reduce((sum, nal) => sum + nal.length, 0),
      ...(picture.key ? { parameterSets: track.parameterSets } : {}),
    };
  }
}

function status(state: StreamStatus['state'], reason: StreamStatus['reason'] = null): StreamStatus {
  const now = Date.now();
  return { state, reason, detail: null, since: now, last_picture_at: now, next_attempt_at: null };
}
