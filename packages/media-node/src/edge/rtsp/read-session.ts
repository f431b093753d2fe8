import type { DisconnectReason, ParticipantInfo } from '@livekit/protocol';
import type { AccessAnswer, StreamStatus } from '@marsad/contract';
import type { RtpInfo } from '@marsad/media';
import type { Logger } from 'pino';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Member } from '../rooms/member.ts';
import type { Room } from '../rooms/room.ts';
import { newSid } from '../rooms/sid.ts';
import { viewerInfo } from '../rooms/viewer-info.ts';
import { controlOf, describe } from './description.ts';
import type { FramedUnit } from './framed-unit.ts';
import type { ReaderPath } from './reader-path.ts';
import type { RtspFeed, RtspReader } from './rtsp-feed.ts';
import type { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspParts } from './rtsp-parts.ts';

export type ReadGrant = Extract<AccessAnswer, { outcome: 'read' }>;

export interface ReadSessionOptions {
  /** As access knows it. */
  readonly id: string;
  readonly grant: ReadGrant;
  readonly room: Room;
  readonly camera: CameraParticipant;
  readonly feeds: RtspFeeds;
  readonly parts: RtspParts;
  readonly log: Logger;
  /** The reader is to be disconnected; not called by `close`. */
  readonly onEnded: (why: string) => void;
}

/**
 * One RTSP reader of one stream: a member of the room its reservation is for, from the moment it is let in until it goes
 * or is taken off.
 */
export class ReadSession implements Member, RtspReader {
  readonly sid = newSid('PA');
  readonly identity: string;
  /** Pictures it was not sent because it was too slow. */
  dropped = 0;
  readonly #options: ReadSessionOptions;
  readonly #feed: RtspFeed;
  readonly #joinedAt = Date.now();
  /** By medium. */
  readonly #paths: (ReaderPath | undefined)[] = [];
  #playing = false;
  #needsKey = true;
  /** Sequence number behind the last picture it was sent. */
  #next = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: ReadSessionOptions) {
    this.#options = options;
    this.identity = options.grant.identity;
    const { camera, profile } = options.grant;
    this.#feed = options.feeds.acquire({ camera, profile }, this);
    options.room.add(this);
    options.parts.metrics.viewers.inc({ protocol: 'rtsp' });
    if (this.#feed.lastStatus) this.status(this.#feed.lastStatus);
  }

  get isPlaying(): boolean {
    return this.#playing;
  }

  /** How the media reach it; null before any was set up. */
  get transport(): 'tcp' | 'udp' | null {
    return this.#paths.find((path) => path !== undefined)?.kind ?? null;
  }

  /** The session description; null when the stream says nothing of itself within `patience` milliseconds. */
  async describe(patience: number): Promise<string | null> {
    if (!(await this.#feed.described(patience)) || this.#closed) return null;
    return describe(this.#options.grant.camera, this.#feed.outgoing, this.#joinedAt);
  }

  /** Why there is nothing to describe, for the client's log. */
  get complaint(): string {
    const status = this.#feed.lastStatus;
    const words = [status?.state ?? 'connecting', status?.reason ?? '', status?.detail ?? ''];
    return `No picture of this camera: ${words.filter((word) => word !== '').join(' ')}`;
  }

  /** SSRC of a medium; null when the stream has none such. */
  ssrcOf(medium: number): number | null {
    return this.#feed.outgoing.find((track) => track.medium === medium)?.ssrc ?? null;
  }

  /** A medium takes this way from now on; null: none. */
  setup(medium: number, path: ReaderPath | null): void {
    this.#paths[medium]?.close();
    this.#paths[medium] = path ?? undefined;
  }

  get isSetUp(): boolean {
    return this.#paths.some((path) => path !== undefined);
  }

  /**
   * Prepares playing: answers what the first packets will carry, and what begins it once the answer is written. It begins
   * with the current GOP, or goes on behind what it was sent of it before it paused.
   */
  play(base: string): { readonly info: readonly RtpInfo[]; readonly begin: () => void } {
    const feed = this.#feed;
    const replay = this.#playing ? [] : feed.gop(this.#next);
    const [first] = replay;
    const [video] = feed.outgoing;
    const start = first && video?.medium === 0 ? video.wallAt(first.timestamp) : null;
    const info = feed.outgoing
      .filter(({ medium }) => this.#paths[medium])
      .map((track) => {
        const begins = track.medium === 0 ? first : undefined;
        const time = begins ? begins.timestamp : start === null ? null : track.timestampAt(start);
        return {
          url: `${base}${controlOf(track.medium)}`,
          seq: (begins ? begins.sequence : track.nextSequence) & 0xffff,
          rtptime: time === null ? null : wrapped(time),
        };
      });
    return { info, begin: () => this.#begin(replay) };
  }

  pause(): void {
    this.#playing = false;
    this.#feed.pause(this);
  }

  unit(unit: FramedUnit): boolean {
    const path = this.#paths[unit.medium];
    if (!path) return false;
    if (unit.medium !== 0) return path.send(unit);
    if (this.#needsKey && !unit.key) return this.#drop();
    if (!path.send(unit)) {
      this.#needsKey = true;
      return this.#drop();
    }
    this.#needsKey = false;
    this.#next = unit.sequence + unit.starts.length;
    return true;
  }

  report(medium: number, report: Buffer): void {
    this.#paths[medium]?.report(report);
  }

  status(status: StreamStatus): void {
    const { room, grant } = this.#options;
    room.cameraStatus(grant.camera, grant.profile, status, this.#feed);
  }

  outdated(): void {
    this.#options.onEnded('the stream has changed its form');
  }

  info(): ParticipantInfo {
    return viewerInfo({
      sid: this.sid,
      identity: this.identity,
      grant: { attributes: this.#options.grant.attributes },
      protocol: 'rtsp',
      active: this.#playing,
      joinedAt: this.#joinedAt,
    });
  }

  tell(): void {}

  data(): void {}

  camerasChanged(_added: readonly CameraParticipant[], removed: readonly CameraParticipant[]): void {
    if (removed.includes(this.#options.camera))
      this.#options.onEnded('the camera is not shown to this reader any more');
  }

  close(reason?: DisconnectReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#playing = false;
    const { feeds, room, parts, id, onEnded } = this.#options;
    feeds.release(this.#feed, this);
    for (const path of this.#paths) path?.close();
    parts.metrics.viewers.dec({ protocol: 'rtsp' });
    room.remove(this);
    parts.access.closed(id);
    if (reason !== undefined) onEnded('taken off by the room');
  }

  #begin(replay: readonly FramedUnit[]): void {
    if (this.#closed || this.#playing) return;
    this.#playing = true;
    const wall = Date.now();
    for (const track of this.#feed.outgoing) {
      const report = track.report(wall);
      if (report) this.report(track.medium, report);
    }
    const last = replay.at(-1);
    this.#needsKey = last === undefined && !this.#isInStep;
    if (last) {
      this.#next = last.sequence + last.starts.length;
      if (this.#paths[0]) this.#options.parts.metrics.gopReplays.inc();
      this.#paths[0]?.begin(replay);
    }
    this.#feed.play(this);
  }

  /** It was sent everything there is of the current GOP. */
  get #isInStep(): boolean {
    return this.#next === this.#feed.outgoing[0]?.nextSequence;
  }

  #drop(): boolean {
    // Waiting for its first key picture is no loss.
    if (this.#next !== Number.NEGATIVE_INFINITY) {
      this.dropped++;
      this.#options.parts.metrics.droppedPictures.inc();
    }
    return false;
  }
}

function wrapped(timestamp: number): number {
  return ((timestamp % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;
}
