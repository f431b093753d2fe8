import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { formatRtcp, formatRtp } from '@marsad/media';
import * as datachannel from 'node-datachannel';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { picture } from '../../testing/pictures.ts';
import type { EdgeParts } from '../edge-parts.ts';
import { RtpSender } from '../egress/rtp-sender.ts';
import { packetise } from '../feed/packetised-picture.ts';
import { H264_FORMAT } from '../peer/viewer-peer.ts';
import { freeUdpPort } from '../testing/free-ports.ts';
import { MemoryPublication } from '../testing/memory-publishing.ts';
import { testVideo } from '../testing/test-video.ts';
import { readPublishOffer } from './whip-offer.ts';
import { WhipSession } from './whip-session.ts';

/** Sends on a line of H.264 whatever it is told to. */
class Publisher {
  readonly heard: Buffer[] = [];
  readonly #pc = new datachannel.PeerConnection('publisher', { iceServers: [], bindAddress: '127.0.0.1' });
  readonly #track: datachannel.Track;
  #sequence = 0;

  constructor() {
    const video = new datachannel.Video('0', 'SendOnly');
    video.addH264Codec(96, H264_FORMAT);
    video.addSSRC(7, 'publisher', 'stream', 'track');
    this.#track = this.#pc.addTrack(video);
    this.#track.onMessage((packet) => this.heard.push(packet));
  }

  offer(): Promise<string> {
    return new Promise((resolve) => {
      this.#pc.onGatheringStateChange(
        (state) => state === 'complete' && resolve(this.#pc.localDescription()?.sdp ?? ''),
      );
      this.#pc.setLocalDescription('offer');
    });
  }

  async connect(answer: string): Promise<void> {
    this.#pc.setRemoteDescription(answer, 'answer');
    await expect.poll(() => this.#track.isOpen(), { timeout: 12_000 }).toBe(true);
  }

  rtp(payload: Buffer, more: { payloadType?: number; timestamp?: number; marker?: boolean } = {}): void {
    const header = {
      payloadType: 96,
      timestamp: 0,
      marker: false,
      sequence: this.#sequence++ & 0xffff,
      ssrc: 7,
      ...more,
    };
    this.#track.sendMessageBinary(formatRtp(header, payload));
  }

  raw(bytes: Buffer): boolean {
    return this.#track.sendMessageBinary(bytes);
  }

  close(): void {
    this.#track.close();
    this.#pc.close();
  }
}

let publisher: Publisher;
let session: WhipSession;
let publication: MemoryPublication;

beforeEach(async () => {
  publisher = new Publisher();
  const sdp = await publisher.offer();
  const offer = readPublishOffer(sdp);
  if (typeof offer === 'string') throw new Error(offer);
  const parts = {
    port: { port: await freeUdpPort(), bindAddress: '127.0.0.1', publicAddresses: [] },
    // Seconds pass when the test says so.
    clock: { add: () => {}, remove: () => {} },
    log: pino({ level: 'silent' }),
  };
  session = new WhipSession({ offer, parts: parts as unknown as EdgeParts, stream: 'test', onClosed: () => {} });
  publication = new MemoryPublication('test', { end: () => {} });
  session.begin(publication);
  await publisher.connect((await session.answer(sdp)) ?? '');
});
afterEach(() => {
  session.close('STREAM_ENDED');
  publisher.close();
});

/** A second passes in which the publisher sends. */
async function second(send: () => void): Promise<void> {
  const before = publication.counted.packets;
  send();
  await expect
    .poll(() => {
      session.second();
      return publication.counted.packets > before || publication.closed !== null;
    })
    .toBe(true);
}

test('who sends for ten seconds what is no picture has to go, however much of it', async () => {
  for (let i = 0; i < 12 && !publication.closed; i++) {
    await second(() => {
      publisher.rtp(randomBytes(1000));
      publisher.rtp(Buffer.from([0x26, 1, 0xaf]), { payloadType: 97, marker: true });
      publisher.raw(formatRtcp([{ kind: 'rr', ssrc: 9, reports: [] }]));
    });
  }
  expect(publication.closed).toEqual({
    reason: 'TIMEOUT',
    detail: 'the publisher sent no picture that can be shown for 10 s',
  });
  expect(publication.units).toEqual([]);
  expect(session.close('STREAM_ENDED')).toBeUndefined();
});

test('a picture with a hole is not passed on, and the next key picture is asked for', async () => {
  const video = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  let lose = -1;
  const way = { send: (packet: Buffer) => lose-- === 0 || publisher.raw(packet) };
  const sender = new RtpSender(way, { ssrc: 7, payloadType: 96, playoutDelayId: null }, 65_530);
  const send = (at: number) => {
    const { nals = [], key = false } = video.pictures[at] ?? {};
    const { parameterSets } = video.track;
    sender.picture(packetise(picture(at, { nals, key, parameterSets })), at * 3600);
  };
  for (let at = 0; at < 5; at++) send(at);
  await expect.poll(() => publication.pictures.length).toBe(5);
  expect(publication.trackSets[0]?.[0]).toMatchObject({ width: 640, height: 360 });
  lose = 0;
  for (let at = 5; at < 9; at++) send(at);
  const asked = (format: number, type: number) => () =>
    publisher.heard.some((packet) => packet.includes(Buffer.from([0x80 | format, type])));
  await expect.poll(asked(1, 205)).toBe(true);
  // The missing packet is given up while nothing more comes.
  await wait(400);
  session.second();
  await expect.poll(asked(1, 206)).toBe(true);
  expect(publication.pictures.length).toBe(5);
});
