import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Ingest } from '../../ingest/ingest.ts';
import type { StreamKey } from '../../stream-provider.ts';
import { MemoryPublishing } from '../testing/memory-publishing.ts';
import { RtspTestClient } from '../testing/rtsp-test-client.ts';
import { type TestRtsp, testRtsp } from '../testing/test-rtsp.ts';

const run = promisify(execFile);
let ingest: Ingest;
let server: TestRtsp;

beforeAll(async () => {
  ingest = new Ingest({
    log: pino({ level: 'silent' }),
    connect: () => {
      throw new Error('nothing is pulled here');
    },
  });
  server = await testRtsp(ingest, { publishing: ingest });
});

afterAll(async () => {
  await server.close();
  ingest.close();
});

/** ffmpeg as an encoder that pushes: pictures, and sound of that codec. */
function publisher(camera: string, audio: string[], transport = 'tcp', seconds = 30) {
  const child = spawn('ffmpeg', [
    ...['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-re', '-f', 'lavfi', '-i', 'sine'],
    ...['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', ...audio],
    ...['-f', 'rtsp', '-rtsp_transport', transport, `${server.url}/key-${camera}`],
  ]);
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  return { child, complaints: () => complaints };
}

function statusOf(key: StreamKey): Promise<string> {
  return new Promise((resolve) => {
    const subscription = ingest.subscribe(key, {
      tracks: () => {},
      unit: () => true,
      status: ({ state, reason }) => {
        queueMicrotask(() => subscription.close());
        resolve(`${state} ${reason ?? ''}`.trim());
      },
    });
  });
}

const main = (camera: string): StreamKey => ({ camera, profile: 'main' });

test.each([
  ['tcp', 'aac', ['-c:a', 'aac', '-ar', '48000', '-ac', '2'], 48_000],
  ['udp', 'pcm_alaw', ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'], 8000],
  ['tcp', 'opus', ['-c:a', 'libopus', '-ac', '2'], 48_000],
])(
  'what ffmpeg publishes over %s with %s is read by ffmpeg, picture and sound',
  async (transport, codec, audio, rate) => {
    const camera = `cam-${codec}`;
    const { child, complaints } = publisher(camera, audio, transport);
    await expect.poll(() => statusOf(main(camera)), { timeout: 10_000 }).toBe('live');
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-rtsp_transport', transport, '-of', 'json', '-show_streams'],
      `${server.adaUrl}/${camera}`,
    ]);
    expect(JSON.parse(stdout).streams).toMatchObject([
      { codec_name: 'h264', width: 320 },
      { codec_name: codec, sample_rate: String(rate) },
    ]);
    const { stderr } = await run('ffmpeg', [
      ...['-v', 'warning', '-rtsp_transport', transport, '-i', `${server.adaUrl}/${camera}`, '-t', '1.5'],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'null', '-'],
    ]);
    expect(stderr).toBe('');
    const before = server.access.closedSessions.length;
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(complaints()).not.toMatch(/failed|refused|4\d\d/i);
    await expect.poll(() => statusOf(main(camera))).toMatch(/^offline/);
    expect(server.access.closedSessions.length).toBe(before + 1);
  },
);

const h264 = (control = 'a=control:streamid=0\r\n') =>
  `v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n${control}`;
const sdp = { 'Content-Type': 'application/sdp' };
const record = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' };

async function begin(client: RtspTestClient, path: string): Promise<number[]> {
  return [
    await client.status('ANNOUNCE', path, sdp, h264()),
    await client.status('SETUP', `${path}/streamid=0`, record),
    await client.status('RECORD', path),
  ];
}

test('a second publisher of the same stream is told so, and the first one stays', async () => {
  const [first, second] = [new RtspTestClient(server.endpoint.port), new RtspTestClient(server.endpoint.port)];
  expect(await begin(first, '/key-cam-twice')).toEqual([200, 200, 200]);
  const refusal = await second.ask('ANNOUNCE', '/key-cam-twice', sdp, h264());
  expect([refusal?.status, refusal?.reason]).toEqual([409, 'Somebody else publishes this stream']);
  // The sub profile is another stream.
  expect(await second.status('ANNOUNCE', '/key-cam-twice/sub', sdp, h264())).toBe(200);
  expect(await first.status('OPTIONS', '/key-cam-twice')).toBe(200);
  // As GStreamer's rtspclientsink does at its end.
  expect(await first.status('PAUSE', '/key-cam-twice')).toBe(200);
  expect(server.endpoint.list()[0]?.state).toBe('idle');
  expect(await first.status('RECORD', '/key-cam-twice')).toBe(200);
  expect(server.endpoint.list().filter(({ camera }) => camera === 'cam-twice')).toMatchObject([
    { state: 'publish', transport: 'tcp', path: 'cam-twice' },
    { state: 'idle' },
  ]);
  expect(await first.status('TEARDOWN', '/key-cam-twice')).toBe(200);
  first.session = null;
  expect(await begin(first, '/key-cam-twice')).toEqual([200, 200, 200]);
  first.close();
  second.close();
});

test('what cannot be taken in is refused with words, and who may not publish is challenged', async () => {
  const client = new RtspTestClient(server.endpoint.port);
  const announce = async (path: string, body: string, fields: Record<string, string> = sdp) => {
    const answer = await client.ask('ANNOUNCE', path, fields, body);
    return [answer?.status, answer?.reason];
  };
  const h265 = h264().replace('H264', 'H265');
  const silent = 'v=0\r\nm=audio 0 RTP/AVP 0\r\na=control:0\r\n';
  expect(await announce('/key-cam-x', h265)).toEqual([415, 'H.265 is not taken in: H.264 is needed']);
  expect(await announce('/key-cam-x', silent)).toEqual([415, 'There is no video: H.264 is needed']);
  expect(await announce('/key-cam-x', 'hello')).toEqual([400, 'The description cannot be read']);
  expect(await announce('/key-cam-x', h264(), { 'Content-Type': 'text/plain' })).toEqual([415, 'SDP is needed']);
  expect((await announce('/somewhere', h264()))[0]).toBe(401);
  expect((await announce('/', h264()))[0]).toBe(404);
  expect(await client.status('RECORD', '/key-cam-x')).toBe(455);
  const closed = server.access.closedSessions.length;
  // It was let in each time that the description was judged, and each time given back.
  expect(new Set(server.access.closedSessions).size).toBe(closed);
  expect(await statusOf(main('cam-x'))).toBe('offline UNASSIGNED');
  expect(await client.status('ANNOUNCE', '/key-cam-x', sdp, h264())).toBe(200);
  expect(await client.status('SETUP', '/key-cam-x/streamid=9', record)).toBe(404);
  expect(await client.status('SETUP', '/key-cam-x/streamid=0', { Transport: 'RTP/AVP;multicast' })).toBe(461);
  expect(await client.status('PLAY', '/key-cam-x')).toBe(455);
  client.close();
});

test('how a publisher went is told: torn down, cut, ended from here, silent', async () => {
  const memory = new MemoryPublishing();
  const own = await testRtsp(ingest, { publishing: memory });
  const went = async (leave: (client: RtspTestClient) => unknown) => {
    const client = new RtspTestClient(own.endpoint.port);
    expect(await begin(client, '/key-cam1')).toEqual([200, 200, 200]);
    const publication = memory.published.at(-1);
    await leave(client);
    await expect.poll(() => publication?.closed).not.toBeNull();
    client.close();
    await client.closed;
    return publication?.closed;
  };
  expect(await went((client) => client.status('TEARDOWN', '/key-cam1'))).toEqual({
    reason: 'STREAM_ENDED',
    detail: 'TEARDOWN',
  });
  expect(await went((client) => client.close())).toEqual({ reason: 'CONNECTION_LOST', detail: null });
  const ended = await went(async (client) => {
    memory.published.at(-1)?.publisher.end('ended by an administrator');
    await client.closed;
  });
  expect(ended).toEqual({ reason: 'STREAM_ENDED', detail: 'ended by an administrator' });
  expect(own.access.closedSessions).toHaveLength(3);
  await own.close();
});
