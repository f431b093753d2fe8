import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { promisify } from 'node:util';
import { parseRtp, sdpAttribute } from '@marsad/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient } from '../testing/rtsp-client.ts';
import { startTestFarm, urlOf } from '../testing/test-farm.ts';
import type { Farm } from './farm.ts';

const run = promisify(execFile);
const hasFfmpeg = await run('ffprobe', ['-version']).then(
  () => true,
  () => false,
);

describe('camera farm', () => {
  let farm: Farm;
  const sent: { camera: string; profile: string; frame: number; epochMs: number }[] = [];
  beforeAll(async () => {
    farm = await startTestFarm({
      sessionTimeout: 2,
      logFramesFor: ['cam-0001'],
      onFrameSent: (camera, profile, frame, epochMs) => sent.push({ camera, profile, frame, epochMs }),
    });
  }, 180_000);
  afterAll(() => farm.close());

  it('describes, plays, pauses and ends', async () => {
    const client = new TestClient(urlOf(farm, 'cam-0001', 'main'));
    expect((await client.request('OPTIONS'))?.headers.get('Public')).toContain('GET_PARAMETER');
    const sdp = await client.describe();
    expect(sdpAttribute(sdp.media[0] ?? { attributes: [] }, 'fmtp')).toMatch(
      /profile-level-id=42[c0]01f;sprop-parameter/,
    );
    await client.play();
    await client.until((video) => video.length > 30);
    expect((await client.request('GET_PARAMETER'))?.status).toBe(200);
    await client.request('PAUSE');
    const { length } = client.packets;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.packets.length).toBe(length);
    expect((await client.request('TEARDOWN'))?.status).toBe(200);
    expect((await client.request('PLAY'))?.status).toBe(454);
    client.close();
  });

  it('numbers packets without a gap, marks pictures and keeps time', async () => {
    const client = new TestClient(urlOf(farm, 'cam-0003'));
    await client.play();
    const packets = (await client.until((video) => video.length > 80)).map(parseRtp);
    const ends = packets.filter(({ marker }) => marker);
    packets.forEach((packet, i) => {
      if (i > 0) expect(packet.sequence).toBe(((packets[i - 1]?.sequence ?? 0) + 1) & 0xffff);
    });
    for (let i = 1; i < ends.length; i++) {
      expect(((ends[i]?.timestamp ?? 0) - (ends[i - 1]?.timestamp ?? 0)) >>> 0).toBe(3600);
    }
    const report = client.packets.find(({ channel }) => channel === 1)?.bytes;
    const wall = ((report?.readUInt32BE(8) ?? 0) - 2_208_988_800) * 1000;
    expect(Math.abs(wall - Date.now())).toBeLessThan(10_000);
    client.close();
  });

  it('joins the running loop: nothing makes it send a key picture', async () => {
    const types = (packets: readonly Buffer[]) => packets.map((one) => (one[12] ?? 0) & 0x1f);
    const beginnings: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      const client = new TestClient(urlOf(farm, 'cam-0002'));
      await client.play();
      beginnings.push(
        types(await client.until((video) => video.length > 5))
          .slice(0, 2)
          .includes(7),
      );
      client.close();
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(beginnings).toContain(false);
  });

  it('sends sound with some cameras', async () => {
    const client = new TestClient(urlOf(farm, 'cam-0002'));
    expect((await client.describe()).media.map(({ type }) => type)).toEqual(['video', 'audio']);
    await client.play(undefined, true);
    await client.until(() => client.packets.filter(({ channel }) => channel === 2).length > 10);
    const sound = client.packets.filter(({ channel }) => channel === 2).map(({ bytes }) => parseRtp(bytes));
    expect(sound[0]?.payload.length).toBe(320);
    expect(((sound[1]?.timestamp ?? 0) - (sound[0]?.timestamp ?? 0)) >>> 0).toBe(320);
    client.close();
  });

  it('sends over UDP, and ends a session whose client is silent', async () => {
    const client = new TestClient(urlOf(farm, 'cam-0001'));
    const socket = createSocket('udp4');
    let count = 0;
    socket.on('message', () => count++);
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const setup = await client.play(`RTP/AVP;unicast;client_port=${port}-${port + 1}`);
    expect(setup?.headers.get('Transport')).toMatch(/server_port=\d+-\d+/);
    await client.until(() => count > 20);
    await client.closed;
    const after = count;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(count).toBe(after);
    socket.close();
  });

  it('tells when it sent each frame of the cameras asked for', () => {
    expect(new Set(sent.map(({ camera }) => camera))).toEqual(new Set(['cam-0001']));
    expect(sent.length).toBeGreaterThan(20);
    for (const { camera, frame, epochMs } of sent) expect(epochMs).toBeGreaterThan(farm.frameTime(camera, frame) - 5);
  });

  it.runIf(hasFfmpeg)(
    'is played by ffmpeg over TCP and UDP',
    async () => {
      const probe = async (camera: string, transport: string) => {
        const options = ['-v', 'error', '-rtsp_transport', transport, '-show_streams', '-of', 'json'];
        const { stdout } = await run('ffprobe', [...options, urlOf(farm, camera)]);
        return (JSON.parse(stdout) as { streams: { codec_name: string; width?: number; height?: number }[] }).streams;
      };
      const [tcp, udp] = await Promise.all([probe('cam-0001', 'tcp'), probe('cam-0002', 'udp')]);
      expect(tcp).toMatchObject([{ codec_name: 'h264', width: 640, height: 360 }]);
      expect(udp.map(({ codec_name }) => codec_name)).toEqual(['h264', 'pcm_mulaw']);
      // FFmpeg joins in the middle of a GOP and may complain about what it misses up to the next key picture.
      const input = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', urlOf(farm, 'cam-0001')];
      const { stdout } = await run('ffmpeg', [...input, '-t', '4', '-f', 'framemd5', '-']);
      expect(stdout.split('\n').filter((line) => line.startsWith('0,')).length).toBeGreaterThan(40);
    },
    30_000,
  );
});

describe.each(['basic', 'digest-md5', 'digest-sha256', 'digest'] as const)('credentials, %s', (scheme) => {
  it('lets in only who knows them', async () => {
    const farm = await startTestFarm({ cameras: 1, credentials: { user: 'operator', password: 'p@ss/w:rd', scheme } });
    const right = new TestClient(urlOf(farm, 'cam-0001', 'sub', 'operator:p%40ss%2Fw%3Ard@'));
    expect((await right.describe()).media).toHaveLength(1);
    const wrong = new TestClient(urlOf(farm, 'cam-0001', 'sub', 'operator:guess@'));
    expect((await wrong.request('DESCRIBE'))?.status).toBe(401);
    const nobody = new TestClient(urlOf(farm, 'cam-0001'));
    expect((await nobody.request('SETUP'))?.status).toBe(401);
    for (const client of [right, wrong, nobody]) client.close();
    await farm.close();
  });
});
