import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSdp } from './format.ts';
import { parseSdp } from './parse.ts';
import type { SessionDescription } from './session-description.ts';
import { sdpTracks } from './tracks.ts';

const sps = 'Z0LADdkBQfsBEAAAAwAQAAADAyDxYuQ=';
const camera = `v=0
o=- 1109162014219182 0 IN IP4 0.0.0.0
s=HIK Media Server V3.4.103
e=NONE
c=IN IP4 0.0.0.0
t=0 0
a=control:*
b=AS:5050
m=video 0 RTP/AVP 96
b=AS:5000
a=control:rtsp://10.0.0.5:554/Streaming/Channels/101/trackID=1
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=${sps},aM48gA==
a=Media_header:MEDIAINFO=494D4B48010100
m=audio 0 RTP/AVP 104
a=control:trackID=2
a=rtpmap:104 mpeg4-generic/16000/1
a=fmtp:104 profile-level-id=15; streamtype=5; mode=AAC-hbr; config=1408;SizeLength=13; IndexLength=3; IndexDeltaLength=3; Profile=1;
m=application 0 RTP/AVP 107
a=rtpmap:107 vnd.onvif.metadata/90000
a=appversion:1.0
\u0000\u0000garbage`;

describe('parseSdp', () => {
  it('reads a camera with LF, several media and garbage behind', () => {
    const sdp = parseSdp(Buffer.from(camera));
    expect(sdp.name).toBe('HIK Media Server V3.4.103');
    expect(sdp.media.map((media) => media.type)).toEqual(['video', 'audio', 'application']);
    expect(sdp.media[0]?.bandwidth).toEqual({ AS: 5000 });
    const [video, audio, metadata] = sdpTracks(sdp);
    expect(video).toMatchObject({
      codec: 'h264',
      payloadType: 96,
      clockRate: 90_000,
      packetizationMode: 1,
      profileLevelId: '420029',
      control: 'rtsp://10.0.0.5:554/Streaming/Channels/101/trackID=1',
    });
    expect(video?.codec === 'h264' && video.sps[0]?.toString('base64')).toBe(sps);
    expect(video?.codec === 'h264' && video.pps.length).toBe(1);
    expect(audio).toMatchObject({ codec: 'aac', clockRate: 16_000, channels: 1, sizeLength: 13, control: 'trackID=2' });
    expect(metadata).toMatchObject({ codec: null, kind: 'other', reason: 'codec', codecName: 'ONVIF metadata' });
  });

  it('manages with hardly a line', () => {
    const sdp = parseSdp('m=audio 0 RTP/AVP 0\r\nm=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 26');
    expect(sdp).toMatchObject({ origin: null, name: '-', timing: ['0 0'], connection: null });
    expect(sdpTracks(sdp).map((track) => [track.codec, track.codecName])).toEqual([
      ['pcmu', 'G.711 µ-law'],
      ['pcma', 'G.711 A-law'],
      [null, 'Motion JPEG'],
    ]);
  });

  it('says why a track is of no use', () => {
    const track = (...lines: string[]) => sdpTracks(parseSdp(lines.join('\n')))[0];
    expect(track('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000')).toMatchObject({
      reason: 'codec',
      codecName: 'H.265',
    });
    expect(track('m=video 0 RTP/SAVP 96', 'a=rtpmap:96 H264/90000')).toMatchObject({ reason: 'encrypted' });
    expect(track('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=2')).toMatchObject({
      reason: 'interleaved-mode',
    });
    expect(track('m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000')).toMatchObject({ reason: 'aac-config' });
    expect(track('m=video 0 RTP/AVP')).toMatchObject({ reason: 'no-payload-type' });
    expect(track('m=audio 0 RTP/AVP 97 98', 'a=rtpmap:98 PCMA/16000/2')).toMatchObject({
      codec: 'pcma',
      payloadType: 98,
      channels: 2,
      clockRate: 16_000,
    });
    expect(track('m=audio 0 RTP/AVP 111', 'a=rtpmap:111 opus/48000/2')).toMatchObject({
      codec: 'opus',
      channels: 2,
      clockRate: 48_000,
    });
  });

  it('refuses what is no SDP, and too much of it', () => {
    expect(() => parseSdp('hello')).toThrow(expect.objectContaining({ code: 'SDP_MALFORMED' }));
    expect(() => parseSdp('a=x\n'.repeat(5000))).toThrow(expect.objectContaining({ code: 'SDP_TOO_LARGE' }));
    expect(() => parseSdp('m=video 0 RTP/AVP 96\n'.repeat(65))).toThrow(
      expect.objectContaining({ code: 'SDP_TOO_LARGE' }),
    );
    expect(() => parseSdp(Buffer.alloc(300_000, 'a'))).toThrow(expect.objectContaining({ code: 'SDP_TOO_LARGE' }));
    expect(() => formatSdp({ name: 'a\nm=video 0', media: [] })).toThrow(
      expect.objectContaining({ code: 'SDP_MALFORMED' }),
    );
  });
});

describe('formatSdp', () => {
  it('writes what parseSdp reads', () => {
    const token = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const text = fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/);
    const attributes = fc.array(fc.record({ name: token, value: fc.option(text) }), { maxLength: 5 });
    const bandwidth = fc.dictionary(fc.constantFrom('AS', 'TIAS'), fc.nat());
    const addressType = fc.constantFrom('IP4' as const, 'IP6' as const);
    const connection = fc.option(fc.record({ addressType, address: token }));
    const description: fc.Arbitrary<SessionDescription> = fc.record({
      origin: fc.option(
        fc.record({ username: token, sessionId: token, sessionVersion: token, addressType, address: token }),
      ),
      name: text,
      information: fc.option(text),
      connection,
      bandwidth,
      timing: fc.array(fc.constantFrom('0 0', '1 2'), { minLength: 1, maxLength: 2 }),
      attributes,
      media: fc.array(
        fc.record({
          type: fc.constantFrom('audio', 'video'),
          port: fc.integer({ min: 0, max: 65_535 }),
          portCount: fc.integer({ min: 1, max: 9 }),
          protocol: fc.constantFrom('RTP/AVP', 'RTP/AVP/TCP'),
          formats: fc.array(token, { maxLength: 3 }),
          title: fc.option(text),
          connection,
          bandwidth,
          attributes,
        }),
        { maxLength: 3 },
      ),
    });
    const origin = { username: '-', sessionId: '0', sessionVersion: '0', addressType: 'IP4', address: '0.0.0.0' };
    fc.assert(
      fc.property(description, (sdp) => {
        expect(parseSdp(formatSdp(sdp))).toEqual({ ...sdp, origin: sdp.origin ?? origin });
      }),
      { seed: 5 },
    );
  });
});
