import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRtspResponse, RtspAuthVerifier, type RtspRequest } from '@marsad/media';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Encoded, encode } from '../../testing/encoded.ts';
import { MemorySource } from '../../testing/memory-source.ts';
import { TestCamera, type TestCameraOptions } from '../../testing/rtsp-camera.ts';
import { RtspPullFactory, type RtspPullOptions } from './rtsp-pull-source.ts';

let video: Encoded;
const opened: { close(): unknown }[] = [];

beforeAll(() => {
  video = encode();
});

afterAll(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
});

async function camera(options: Partial<TestCameraOptions> = {}): Promise<TestCamera> {
  const made = await new TestCamera({ ...video, ...options }).start();
  opened.push(made);
  return made;
}

function pull(url: string, options: Partial<RtspPullOptions> = {}): MemorySource {
  const factory = new RtspPullFactory({
    url,
    transport: 'auto',
    verifyCertificate: false,
    timeoutMs: 1000,
    ...options,
  });
  const source = new MemorySource(factory);
  opened.push(source);
  return source;
}

const withUser = (url: string, user = 'operator:p%40ss') => url.replace('://', `://${user}@`);
const pictures = (source: MemorySource, count: number) =>
  vi.waitFor(() => expect(source.units.length).toBeGreaterThanOrEqual(count), { timeout: 5000 });
const ended = (source: MemorySource) => vi.waitFor(() => expect(source.error).not.toBeNull(), { timeout: 5000 });

/** The pictures that came are exactly those that were sent, from a key picture on. */
function expectWhole(source: MemorySource): void {
  expect(source.units[0]?.key).toBe(true);
  for (const [i, unit] of source.units.entries()) {
    const before = source.units[i - 1];
    if (before) expect(unit.pts - before.pts).toBe(3600);
    const index = Math.round(unit.pts / 3600) % video.pictures.length;
    const sent = video.pictures[index] ?? [];
    const slices = unit.nals.filter((nal) => ((nal[0] ?? 0) & 0x1f) !== 6);
    expect(Buffer.concat(slices).equals(Buffer.concat(sent.filter((nal) => ((nal[0] ?? 0) & 0x1f) !== 6)))).toBe(true);
  }
}

// Beside each other: they mostly wait, each for a camera of its own.
describe.concurrent('RtspPullSource', () => {
  it.each(['tcp', 'udp'] as const)('receives every picture as sent over %s, and takes its leave', async (transport) => {
    const one = await camera();
    const source = pull(one.url, { transport });
    await pictures(source, 40);
    expectWhole(source);
    expect(source.tracks.at(-1)?.[0]).toMatchObject({ kind: 'video', width: 320, height: 240, reorders: false });
    expect(source.units[0]?.parameterSets?.sps.length).toBeGreaterThan(4);
    expect(source.counters).toMatchObject({ packetsLost: 0, picturesLost: 0 });
    source.close();
    await vi.waitFor(() => expect(one.methods()).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']));
  });

  it('turns to UDP where TCP is refused, but not when TCP is demanded', async () => {
    const one = await camera({ transports: ['udp'] });
    const source = pull(one.url);
    await pictures(source, 5);
    expect(one.methods()).toEqual(['DESCRIBE', 'SETUP', 'SETUP', 'PLAY']);
    const strict = pull(one.url, { transport: 'tcp' });
    await ended(strict);
    expect(strict.error).toMatchObject({ reason: 'RTSP_ERROR', detail: 'SETUP: 461 Unsupported Transport' });
  });

  it('puts UDP packets in order and drops those that come twice', async () => {
    const packets = (all: Buffer[]) => [...all].reverse().flatMap((packet) => [packet, packet]);
    const one = await camera({ packets });
    const source = pull(one.url, { transport: 'udp' });
    await pictures(source, 30);
    expectWhole(source);
  });

  it('after a loss shows nothing broken: the next picture is a key picture', async () => {
    const one = await camera({ packets: (all, picture) => (picture % 50 === 10 ? all.slice(1) : all) });
    const source = pull(one.url);
    await pictures(source, 40);
    const gap = source.units.findIndex((unit, i) => i > 0 && unit.pts - (source.units[i - 1]?.pts ?? 0) > 3600);
    expect(gap).toBeGreaterThan(0);
    expect(source.units[gap]?.key).toBe(true);
    expect(source.counters.picturesLost).toBeGreaterThanOrEqual(14);
    expect(source.counters.packetsLost).toBeGreaterThan(0);
  });

  it.each(['sdp', 'band'] as const)('finds parameter sets only in %s', async (sets) => {
    const source = pull((await camera({ sets })).url);
    await pictures(source, 10);
    expectWhole(source);
  });

  it('needs no marker bits', async () => {
    const source = pull((await camera({ markers: false })).url);
    await pictures(source, 30);
    expectWhole(source);
  });

  it.each([
    ['another host', () => 'rtsp://192.0.2.1/live/'],
    ['a wrong path', (url: string) => url.replace('/live', '/nowhere/')],
    ['nothing', () => null],
  ])('copes with a Content-Base that names %s', async (_, contentBase) => {
    const source = pull((await camera({ contentBase })).url);
    await pictures(source, 3);
  });

  it('picks the video among several media, and takes audio along', async () => {
    const one = await camera({
      before: 'm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:meta\r\n',
      after: 'm=audio 0 RTP/AVP 8\r\na=control:audio\r\n',
    });
    const source = pull(one.url);
    await pictures(source, 3);
    expect(source.tracks.at(-1)?.map(({ kind, codec }) => `${kind} ${codec}`)).toEqual(['video h264', 'audio pcma']);
    const setups = one.requests.filter(({ method }) => method === 'SETUP').map(({ uri }) => uri.split('/').at(-1));
    expect(setups).toEqual(['video', 'audio']);
  });

  it('says which codec it is that cannot be shown', async () => {
    const h265 = 'm=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:video\r\n';
    const answer = (request: RtspRequest) =>
      request.method === 'DESCRIBE'
        ? formatRtspResponse(
            200,
            { CSeq: request.headers.cseq ?? 0 },
            Buffer.from(`v=0\r\ns=-\r\nt=0 0\r\n${request.uri.endsWith('sound') ? '' : h265}`),
          )
        : null;
    const one = await camera({ answer });
    const source = pull(one.url);
    await ended(source);
    expect(source.error).toMatchObject({ reason: 'CODEC_UNSUPPORTED', detail: 'H.265' });
    const silent = pull(`${one.url}/sound`);
    await ended(silent);
    expect(silent.error?.reason).toBe('NO_VIDEO');
  });

  describe('authentication', () => {
    const guard = (scheme: 'Basic' | 'MD5' | 'SHA-256') => {
      const verifier = new RtspAuthVerifier({ realm: 'camera', schemes: [scheme] });
      const password = (username: string) => (username === 'operator' ? 'p@ss' : null);
      return ({ method, uri, headers }: RtspRequest) =>
        verifier.verify(method, uri, headers.get('Authorization'), password).ok
          ? null
          : formatRtspResponse(401, { CSeq: headers.cseq ?? 0, 'WWW-Authenticate': verifier.challenges() });
    };

    it.each(['Basic', 'MD5', 'SHA-256'] as const)('answers %s', async (scheme) => {
      const one = await camera({ answer: guard(scheme) });
      const source = pull(withUser(one.url));
      await pictures(source, 3);
      expect(one.requests.every(({ uri }) => !uri.includes('operator'))).toBe(true);
    });

    it('gives up after one wrong password, and does not tell it', async () => {
      const one = await camera({ answer: guard('MD5') });
      const source = pull(withUser(one.url, 'operator:hunter2'));
      await ended(source);
      expect(source.error).toMatchObject({ reason: 'AUTH_FAILED', detail: 'DESCRIBE: 401 Unauthorized' });
      expect(JSON.stringify([source.error, String(source.error), source.error?.cause])).not.toContain('hunter2');
      expect(one.methods()).toEqual(['DESCRIBE', 'DESCRIBE']);
    });
  });

  describe('redirects', () => {
    const redirect = (to: () => string) => (request: RtspRequest) =>
      request.method === 'DESCRIBE'
        ? formatRtspResponse(302, { CSeq: request.headers.cseq ?? 0, Location: to() })
        : null;

    it('are followed', async () => {
      const there = await camera();
      const here = await camera({ answer: redirect(() => there.url) });
      await pictures(pull(here.url), 3);
    });

    it('are followed no more than five times', async () => {
      const here: TestCamera = await camera({ answer: redirect((): string => here.url) });
      const source = pull(here.url);
      await ended(source);
      expect(source.error?.reason).toBe('RTSP_ERROR');
      expect(here.connections).toBe(6);
    });

    it('to what is no address are an error', async () => {
      const source = pull((await camera({ answer: redirect(() => 'http://elsewhere/') })).url);
      await ended(source);
      expect(source.error?.reason).toBe('PROTOCOL_ERROR');
    });
  });

  it('stays alive with GET_PARAMETER once the camera said that it knows it', async () => {
    const one = await camera({ sessionTimeout: 2 });
    const source = pull(one.url);
    await vi.waitFor(() => expect(one.methods().slice(3)).toEqual(['OPTIONS', 'GET_PARAMETER', 'GET_PARAMETER']), 6000);
    const kept = one.requests.at(-1);
    expect(kept?.headers.get('Session')).toBe('12345678');
    expect(source.error).toBeNull();
  });

  it.each(['tcp', 'udp'] as const)('sends receiver reports over %s', async (transport) => {
    const one = await camera();
    pull(one.url, { transport });
    await vi.waitFor(() => expect(one.reports.some((report) => report.length > 30)).toBe(true), 8000);
    expect(one.reports.at(-1)?.[1]).toBe(201);
  });

  it.each([
    ['NXDOMAIN', 'rtsp://camera.invalid/live', 'HOST_NOT_FOUND'],
    ['a closed port', 'rtsp://127.0.0.1:9/live', 'CONNECTION_REFUSED'],
    ['no address', 'http://127.0.0.1/', 'ADDRESS_INVALID'],
  ])('tells %s', async (_, url, reason) => {
    const source = pull(url);
    await ended(source);
    expect(source.error?.reason).toBe(reason);
  });

  it.each([
    [404, 'STREAM_NOT_FOUND'],
    [403, 'AUTH_FAILED'],
    [503, 'RTSP_ERROR'],
  ])('tells status %i', async (status, reason) => {
    const answer = (request: RtspRequest) => formatRtspResponse(status, { CSeq: request.headers.cseq ?? 0 });
    const source = pull((await camera({ answer })).url);
    await ended(source);
    expect(source.error?.reason).toBe(reason);
  });

  it('gives up a camera that does not answer, or answers a million bytes of header', async () => {
    const mute = pull((await camera({ answer: () => Buffer.from('\r\n') })).url);
    const flood = pull((await camera({ answer: () => Buffer.from(`RTSP/1.0 200 OK\r\nX: ${'x'.repeat(1e6)}`) })).url);
    await ended(mute);
    expect(mute.error).toMatchObject({ reason: 'TIMEOUT', detail: 'DESCRIBE: no answer' });
    await ended(flood);
    expect(flood.error).toMatchObject({ reason: 'PROTOCOL_ERROR', detail: 'RTSP_HEADER_TOO_LARGE' });
  });

  it('tells a cut connection once, and nothing after close', async () => {
    const one = await camera();
    const [cut, closed] = [pull(one.url), pull(one.url)];
    await pictures(cut, 3);
    await pictures(closed, 3);
    closed.close();
    closed.close();
    one.unplug();
    await ended(cut);
    expect(cut.error?.reason).toBe('CONNECTION_LOST');
    expect(cut.ends).toBe(1);
    expect(closed.ends).toBe(0);
  });

  it('probes with DESCRIBE alone', async () => {
    const one = await camera();
    const factory = new RtspPullFactory({ url: one.url, transport: 'auto', verifyCertificate: false, timeoutMs: 500 });
    expect(await factory.probe(new AbortController().signal)).toMatchObject({ width: 320, height: 240 });
    expect(one.methods()).toEqual(['DESCRIBE']);
    const discreet = await camera({ sets: 'band' });
    const other = new RtspPullFactory({ url: discreet.url, transport: 'auto', verifyCertificate: false });
    expect(await other.probe(new AbortController().signal)).toBeNull();
    const mute = await camera({ answer: () => Buffer.alloc(0) });
    const stop = new AbortController();
    const probe = new RtspPullFactory({ url: mute.url, transport: 'auto', verifyCertificate: false }).probe(
      stop.signal,
    );
    setTimeout(() => stop.abort(), 50);
    await expect(probe).rejects.toMatchObject({ reason: 'CONNECTION_LOST' });
  });

  it('speaks rtsps, and refuses a certificate that nobody vouches for when told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rtsps-'));
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=camera', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')],
    ]);
    expect(made.status).toBe(0);
    const tls = { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
    rmSync(folder, { recursive: true });
    const one = await camera({ tls });
    const source = pull(one.url);
    await pictures(source, 5);
    expectWhole(source);
    const strict = pull(one.url, { verifyCertificate: true });
    await ended(strict);
    expect(strict.error?.reason).toBe('TLS_FAILED');
  });
});
