import { describe, expect, it } from 'vitest';
import {
  formatRange,
  formatRtpInfo,
  formatSession,
  parsePublic,
  parseRange,
  parseRtpInfo,
  parseSession,
} from './fields.ts';
import { RtspHeaders } from './headers.ts';
import { formatRtspRequest, formatRtspResponse } from './message.ts';
import { formatTransport, parseTransport } from './transport.ts';

describe('Session', () => {
  it('reads and writes id and timeout', () => {
    expect(parseSession('abc ; timeout = 30')).toEqual({ id: 'abc', timeout: 30 });
    expect(parseSession('abc')).toEqual({ id: 'abc', timeout: 60 });
    expect(parseSession('abc;timeout=0')).toEqual({ id: 'abc', timeout: 60 });
    expect(parseSession(' ;timeout=1')).toBeNull();
    expect(formatSession('abc', 30)).toBe('abc;timeout=30');
  });
});

describe('Transport', () => {
  it('reads what servers and clients write', () => {
    const [tcp, udp] = parseTransport('RTP/AVP/TCP;unicast;interleaved=2-3,RTP/AVP;unicast;client_port=5000');
    expect(tcp).toMatchObject({ lower: 'tcp', interleaved: [2, 3] });
    expect(udp).toMatchObject({ lower: 'udp', clientPort: [5000, 5001] });
    const [answer] = parseTransport(
      'RTP/AVP/UDP;unicast;source=10.0.0.1;client_port=5000-5001;server_port=6000-6001;ssrc=DEADBEEF;mode="PLAY"',
    );
    expect(answer).toMatchObject({ source: '10.0.0.1', serverPort: [6000, 6001], ssrc: 0xdeadbeef, mode: 'play' });
    expect(parseTransport('garbage;;=,RTP/AVP;interleaved=900-901;ssrc=zz;multicast;ttl=16;port=1-2')).toMatchObject([
      { interleaved: null, ssrc: null, delivery: 'multicast', ttl: 16, port: [1, 2] },
    ]);
  });

  it('writes what it reads', () => {
    const text = 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000000A;mode=record';
    expect(parseTransport(text).map((one) => formatTransport(one))).toEqual([text]);
    expect(() => formatTransport({ destination: 'a;b' })).toThrow(expect.objectContaining({ code: 'RTSP_MALFORMED' }));
  });
});

describe('RTP-Info', () => {
  it('reads URLs with commas and semicolons, and fields in any order', () => {
    expect(parseRtpInfo('url=rtsp://h/a;b,c/track1;seq=5;rtptime=7, url=track2;rtptime=9;seq=99999999')).toEqual([
      { url: 'rtsp://h/a;b,c/track1', seq: 5, rtptime: 7 },
      { url: 'track2', seq: null, rtptime: 9 },
    ]);
    expect(formatRtpInfo([{ url: 'u', seq: 1, rtptime: null }])).toBe('url=u;seq=1');
    expect(parseRtpInfo('nonsense')).toEqual([]);
  });
});

describe('Range', () => {
  it('reads normal play time and clock time', () => {
    expect(parseRange('npt=0.000-')).toEqual({ unit: 'npt', start: 0, end: null });
    expect(parseRange('npt=now-')).toEqual({ unit: 'npt', start: 'now', end: null });
    expect(parseRange('npt=1:02:03.5-2:00:00;time=x')).toEqual({ unit: 'npt', start: 3723.5, end: 7200 });
    expect(parseRange('clock=20260102T030405.25Z-')).toEqual({
      unit: 'clock',
      start: Date.parse('2026-01-02T03:04:05.250Z'),
      end: null,
    });
    expect(parseRange('smpte=0:0:0-')).toBeNull();
    expect(parseRange('npt=x-')).toBeNull();
  });

  it('writes what it reads', () => {
    for (const text of [
      'npt=0.000-',
      'npt=now-',
      'npt=1.500-2.000',
      'clock=20260102T030405.250Z-20260102T030406.000Z',
    ]) {
      const range = parseRange(text);
      expect(range === null ? null : formatRange(range)).toBe(text);
    }
  });
});

describe('messages', () => {
  it('refuse to be broken apart', () => {
    const malformed = expect.objectContaining({ code: 'RTSP_MALFORMED' });
    expect(() => formatRtspRequest('PLAY', 'rtsp://h/ x', {})).toThrow(malformed);
    expect(() => formatRtspRequest('play', 'rtsp://h/', {})).toThrow(malformed);
    expect(() => formatRtspResponse(200, { X: 'a\r\nY: b' })).toThrow(malformed);
    expect(() => formatRtspResponse(200, { 'X Y': 'a' })).toThrow(malformed);
    expect(() => formatRtspResponse(99, {})).toThrow(malformed);
    expect(() => formatRtspResponse(200, {}, undefined, 'O\nK')).toThrow(malformed);
  });

  it('know the phrases and the length of a body', () => {
    expect(formatRtspResponse(454, { CSeq: 3 }).toString()).toBe('RTSP/1.0 454 Session Not Found\r\nCSeq: 3\r\n\r\n');
    expect(formatRtspResponse(200, { 'Content-Length': 99 }, Buffer.from('ab')).toString()).toBe(
      'RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab',
    );
  });

  it('have headers without case, in order, several of a name', () => {
    const headers = new RtspHeaders({ A: ['1', '2'], cseq: 7, none: undefined });
    expect(headers.all('a')).toEqual(['1', '2']);
    expect(headers.cseq).toBe(7);
    expect(headers.set('a', 3).all('A')).toEqual(['3']);
    expect(headers.has('none')).toBe(false);
    expect(new RtspHeaders({ CSeq: 'x' }).cseq).toBeNull();
    expect([...parsePublic(['OPTIONS, describe', 'PLAY'])]).toEqual(['OPTIONS', 'DESCRIBE', 'PLAY']);
  });
});
