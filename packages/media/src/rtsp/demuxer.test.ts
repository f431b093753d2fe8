import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { RtspDemuxer, type RtspDemuxerOptions } from './demuxer.ts';
import { formatInterleaved } from './interleaved.ts';
import { formatRtspRequest, formatRtspResponse } from './message.ts';

type Event = ['request', string, string, string] | ['response', number, string] | ['frame', number, string];

function collect(options: RtspDemuxerOptions = {}): { demuxer: RtspDemuxer; events: Event[] } {
  const events: Event[] = [];
  const demuxer = new RtspDemuxer({
    ...options,
    onRequest: (r) => events.push(['request', r.method, r.uri, r.body.toString('hex')]),
    onResponse: (r) => events.push(['response', r.status, r.body.toString('hex')]),
    onFrame: (channel, payload) => events.push(['frame', channel, payload.toString('hex')]),
  });
  return { demuxer, events };
}

const rtp = (byte: number, length = 12) => Buffer.concat([Buffer.from([0x80]), Buffer.alloc(length - 1, byte)]);

describe('RtspDemuxer', () => {
  it('gives back whatever was written, however it is cut', () => {
    const message = fc.oneof(
      fc
        .tuple(fc.constantFrom('OPTIONS', 'DESCRIBE', 'GET_PARAMETER'), fc.uint8Array({ maxLength: 300 }))
        .map(([method, body]): [Event, Buffer] => [
          ['request', method, 'rtsp://h/1', Buffer.from(body).toString('hex')],
          formatRtspRequest(method, 'rtsp://h/1', { CSeq: 1 }, Buffer.from(body)),
        ]),
      fc
        .tuple(fc.integer({ min: 100, max: 599 }), fc.uint8Array({ maxLength: 300 }))
        .map(([status, body]): [Event, Buffer] => [
          ['response', status, Buffer.from(body).toString('hex')],
          formatRtspResponse(status, { CSeq: 1 }, Buffer.from(body)),
        ]),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 2000 }))
        .map(([channel, payload]): [Event, Buffer] => [
          ['frame', channel, Buffer.from(payload).toString('hex')],
          formatInterleaved(channel, Buffer.from(payload)),
        ]),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 900 })),
        (messages, cuts) => {
          const { demuxer, events } = collect();
          const stream = Buffer.concat(messages.map(([, bytes]) => bytes));
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            demuxer.push(Buffer.from(stream.subarray(at, at + cut)));
            at = Math.min(stream.length, at + cut);
          }
          expect(events).toEqual(messages.map(([event]) => event));
          expect(demuxer.garbageBytes).toBe(0);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('passes whole packets as views of the chunk', () => {
    const chunk = Buffer.concat([formatInterleaved(0, rtp(1)), formatInterleaved(1, rtp(2))]);
    let views = 0;
    new RtspDemuxer({ onFrame: (_channel, payload) => (views += payload.buffer === chunk.buffer ? 1 : 0) }).push(chunk);
    expect(views).toBe(2);
  });

  it('says where a packet lies to who wants no view of it, also one that straddles chunks', () => {
    const packets = [rtp(1), rtp(2), rtp(3)];
    const stream = Buffer.concat(packets.map((packet, at) => formatInterleaved(at, packet)));
    for (let cut = 0; cut <= stream.length; cut++) {
      const found: [number, string][] = [];
      const demuxer = new RtspDemuxer({
        onFrame: () => expect.unreachable(),
        onPacket: (channel, bytes, start, end) => found.push([channel, bytes.toString('hex', start, end)]),
      });
      demuxer.push(stream.subarray(0, cut));
      demuxer.push(stream.subarray(cut));
      expect(found).toEqual(packets.map((packet, at) => [at, packet.toString('hex')]));
    }
  });

  it('finds its way after garbage of any kind, at any cut', () => {
    const stream = Buffer.concat([
      formatInterleaved(0, rtp(1)),
      Buffer.from('a=recvonly\r\n$$$ABC AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u0000\u0001$\u0000\u00ff\u00ffxx'),
      formatInterleaved(0, rtp(2)),
      Buffer.from('\r\n\r\njunk'),
      formatRtspResponse(200, { CSeq: 4 }),
      formatInterleaved(0, rtp(3)),
    ]);
    for (let cut = 1; cut < stream.length; cut++) {
      const { demuxer, events } = collect();
      demuxer.push(stream.subarray(0, cut));
      demuxer.push(stream.subarray(cut));
      expect(events.map((e) => e[0])).toEqual(['frame', 'frame', 'response', 'frame']);
      expect(demuxer.garbageBytes).toBeGreaterThan(20);
    }
  });

  it('gives up on endless garbage', () => {
    const { demuxer } = collect({ maxGarbageBytes: 1000 });
    expect(() => demuxer.push(Buffer.alloc(5000, 'x'))).toThrow(expect.objectContaining({ code: 'RTSP_LOST_SYNC' }));
    expect(() => demuxer.push(rtp(1))).toThrow(MediaError);
  });

  it('refuses a million-byte header once 64 KB have come', () => {
    const { demuxer } = collect();
    let sent = 0;
    const send = () => {
      demuxer.push(Buffer.from('OPTIONS * RTSP/1.0\r\nX: '));
      for (; sent < 1_000_000; sent += 1000) demuxer.push(Buffer.alloc(1000, 'a'));
    };
    expect(send).toThrow(expect.objectContaining({ code: 'RTSP_HEADER_TOO_LARGE' }));
    expect(sent).toBeLessThan(67_000);
  });

  it('refuses bodies over the limit and lengths that are no number', () => {
    const reply = (length: string) => Buffer.from(`RTSP/1.0 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
    const push = (length: string) => () => collect().demuxer.push(reply(length));
    expect(push('1048577')).toThrow(expect.objectContaining({ code: 'RTSP_BODY_TOO_LARGE' }));
    expect(push('-1')).toThrow(expect.objectContaining({ code: 'RTSP_MALFORMED' }));
  });

  it('reads messages as sloppy cameras write them', () => {
    const { demuxer, events } = collect();
    demuxer.push(
      Buffer.from('RTSP/1.0 200\nCSeq: 1\nnonsense\nContent-length : 2\n\nok\r\n\r\nRTSP/1.0 404 Not Found\r\n\r\n'),
    );
    expect(events).toEqual([
      ['response', 200, '6f6b'],
      ['response', 404, ''],
    ]);
  });

  it('calls nobody once closed, also from within a callback', () => {
    let frames = 0;
    const demuxer = new RtspDemuxer({
      onFrame: () => {
        frames++;
        demuxer.close();
      },
    });
    demuxer.push(Buffer.concat([formatInterleaved(0, rtp(1)), formatInterleaved(0, rtp(1))]));
    expect(frames).toBe(1);
  });
});
