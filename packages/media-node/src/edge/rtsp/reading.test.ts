import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCameras } from '../testing/file-cameras.ts';
import { type TestRtsp, testRtsp } from '../testing/test-rtsp.ts';
import { testVideo } from '../testing/test-video.ts';

const run = promisify(execFile);
let cameras: FileCameras;
let server: TestRtsp;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  const sub = await testVideo({ width: 320, height: 180, bitrate: '200k' });
  cameras = new FileCameras({ main, sub });
  server = await testRtsp(cameras);
}, 60_000);

afterAll(async () => {
  await server.close();
  await server.close();
  cameras.close();
});

/** What ffprobe finds. */
async function probe(url: string, ...args: string[]): Promise<{ width: number; height: number; codec_name: string }[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', ...args, url]);
  return JSON.parse(stdout).streams;
}

/** Decodes `seconds` of a stream with ffmpeg; answers its complaints and the pictures it decoded. */
async function decode(url: string, ...args: string[]): Promise<{ complaints: string; pictures: number }> {
  const { stdout, stderr } = await run('ffmpeg', [
    ...['-v', 'warning', ...args, '-i', url, '-t', '2', '-an'],
    // At the times that came: what a reader begins with comes faster than the stream's rate.
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'null', '-', '-progress', 'pipe:1'],
  ]);
  const pictures = [...stdout.matchAll(/^frame=(\d+)/gm)].at(-1)?.[1];
  return { complaints: stderr, pictures: Number(pictures ?? 0) };
}

test.each(['tcp', 'udp'])(
  'ffmpeg plays a camera over %s, from its first picture on and without loss',
  async (transport) => {
    const { complaints, pictures } = await decode(`${server.adaUrl}/cam1`, '-rtsp_transport', transport);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(40);
    await expect
      .poll(() => server.access.closedSessions.length)
      .toBe(server.access.asked.filter((each) => each.credentials.kind !== 'none').length);
  },
);

test('ffprobe finds both profiles under all their names', async () => {
  expect(await probe(`${server.adaUrl}/cam1`, '-rtsp_transport', 'tcp')).toMatchObject([
    { codec_name: 'h264', width: 640 },
  ]);
  expect(await probe(`${server.adaUrl}/cam1/sub`, '-rtsp_transport', 'tcp')).toMatchObject([{ width: 320 }]);
  expect(await probe(`${server.url}/cam1?profile=sub&jwt=good`, '-rtsp_transport', 'tcp')).toMatchObject([
    { width: 320 },
  ]);
});
