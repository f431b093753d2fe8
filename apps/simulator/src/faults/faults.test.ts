import { createSocket } from 'node:dgram';
import { parseRtp, parseSps, sdpAttribute } from '@marsad/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Farm } from '../farm/farm.ts';
import { TestClient } from '../testing/rtsp-client.ts';
import { startTestFarm, urlOf } from '../testing/test-farm.ts';

const nalType = (packet: Buffer) => (packet[12] ?? 0) & 0x1f;
const h265Type = (packet: Buffer) => ((packet[12] ?? 0) >> 1) & 0x3f;

describe.concurrent('faults', { timeout: 30_000 }, () => {
  let farm: Farm;
  let next = 0;
  beforeAll(async () => {
    farm = await startTestFarm({ cameras: 30, controlPort: 0 });
    // What is encoded on demand is encoded before the clock of a test runs.
    await farm.setFault('cam-0030', { kind: 'b-frames', referenced: false });
    await farm.setFault('cam-0030', { kind: 'b-frames', referenced: true });
    await farm.setFault('cam-0030', { kind: 'h265' });
  }, 180_000);
  afterAll(() => farm.close());

  /** A camera nobody else uses, and a client that plays it. */
  const fresh = async (play = true) => {
    const camera = `cam-${String(++next).padStart(4, '0')}`;
    const client = new TestClient(urlOf(farm, camera));
    if (play) {
      await client.play();
      await client.until((video) => video.length > 5);
    }
    return { camera, client, url: urlOf(farm, camera) };
  };
  const parameter = async (url: string) => {
    const client = new TestClient(url);
    const media = (await client.describe()).media[0] ?? { attributes: [] };
    client.close();
    return { rtpmap: sdpAttribute(media, 'rtpmap') ?? '', fmtp: sdpAttribute(media, 'fmtp') ?? '' };
  };

  it('unplug: cuts in mid-picture, refuses, comes back', async () => {
    const { camera, client, url } = await fresh();
    await farm.setFault(camera, { kind: 'unplug', seconds: 0.6 });
    await client.closed;
    expect(await new TestClient(url).request('DESCRIBE')).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 800));
    const again = new TestClient(url);
    expect((await again.request('DESCRIBE'))?.status).toBe(200);
    again.close();
  });

  it('garbage: stray bytes, packets that are no RTP, scribbled payloads', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'garbage', form: 'stream', share: 1 });
    await client.until(() => client.demuxer.garbageBytes > 500 || client.failure !== null);
    client.close();
    const other = await fresh();
    await farm.setFault(other.camera, { kind: 'garbage', form: 'rtp', share: 1 });
    await other.client.until((video) => video.some((packet) => (packet[0] ?? 0) >> 6 !== 2));
    await farm.setFault(other.camera, { kind: 'garbage', form: 'nal', share: 1 });
    await other.client.until((video) => video.some((packet) => ![1, 5, 7, 8, 28].includes(nalType(packet))));
    other.client.close();
  });

  it('stall: the connection answers, nothing is sent', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'stall' });
    const { length } = client.packets;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(client.packets.length).toBe(length);
    expect((await client.request('GET_PARAMETER'))?.status).toBe(200);
    farm.clearFault(camera);
    await client.until((video) => video.length > length + 5);
    client.close();
  });

  it('resolution: another size from the next key picture on', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'resolution' });
    const found = (video: readonly Buffer[]) =>
      video.find((one) => nalType(one) === 7 && parseSps(one.subarray(12)).width === 1280);
    await client.until((video) => found(video) !== undefined);
    client.close();
  });

  it('clock-jump: timestamps step back', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'clock-jump', seconds: -5 });
    const steps = (video: readonly Buffer[]) => {
      const times = video.map((one) => parseRtp(one).timestamp);
      return times.map((time, i) => (time - (times[i - 1] ?? time)) | 0);
    };
    await client.until((video) => steps(video).includes(3600 - 450_000));
    client.close();
  });

  it('sequence-restart: another source and other numbers', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'sequence-restart', everySeconds: 0.2 });
    await client.until((video) => new Set(video.map((one) => parseRtp(one).ssrc)).size > 2);
    client.close();
  });

  it.each([false, true])('b-frames: timestamps go back and forth, referenced %s', async (referenced) => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'b-frames', referenced });
    const back = (video: readonly Buffer[]) => {
      const times = video.map((one) => parseRtp(one).timestamp);
      return video.filter((_, i) => (((times[i] ?? 0) - (times[i - 1] ?? times[i] ?? 0)) | 0) < 0);
    };
    await client.until((video) => back(video).length > 20, 10_000);
    const references = back(client.video).map((one) => ((one[12] ?? 0) >> 5) & 3);
    expect(references.some((value) => value > 0)).toBe(referenced);
    client.close();
  });

  it('h265: says so and sends so', async () => {
    const { camera, client, url } = await fresh();
    await farm.setFault(camera, { kind: 'h265' });
    await client.closed;
    const { rtpmap, fmtp } = await parameter(url);
    expect(rtpmap).toBe('96 H265/90000');
    expect(fmtp).toContain('sprop-vps=');
    const again = new TestClient(url);
    await again.play();
    await again.until((video) => [32, 33, 34, 49].every((type) => video.some((one) => h265Type(one) === type)));
    again.close();
  });

  it('huge-header: a million bytes', async () => {
    const { camera, client, url } = await fresh();
    await farm.setFault(camera, { kind: 'huge-header' });
    await client.closed;
    const again = new TestClient(url);
    expect(await again.request('DESCRIBE')).toBeNull();
    expect(again.failure?.message).toContain('header block exceeds');
  });

  it.each([
    ['wrong-password', 401],
    ['not-found', 404],
  ] as const)('%s: %i', async (kind, status) => {
    const { camera, client, url } = await fresh(false);
    await farm.setFault(camera, { kind });
    expect((await client.request('DESCRIBE', url))?.status).toBe(status);
    client.close();
  });

  it('loss: a share of the packets over UDP is missing', async () => {
    const { camera, client } = await fresh(false);
    const socket = createSocket('udp4');
    const numbers: number[] = [];
    socket.on('message', (packet) => numbers.push(parseRtp(packet).sequence));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    await farm.setFault(camera, { kind: 'loss', percent: 30 });
    await client.play(`RTP/AVP;unicast;client_port=${port}-${port + 1}`);
    await client.until(() => numbers.length > 150, 10_000);
    const span = (((numbers.at(-1) ?? 0) - (numbers[0] ?? 0)) & 0xffff) + 1;
    expect(1 - numbers.length / span).toBeGreaterThan(0.15);
    expect(1 - numbers.length / span).toBeLessThan(0.45);
    socket.close();
    client.close();
  });

  it('no-marker: not one', async () => {
    const { camera, client } = await fresh();
    await farm.setFault(camera, { kind: 'no-marker' });
    // What is under way may still have it.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { length } = client.video;
    const video = await client.until((all) => all.length > length + 40);
    expect(video.slice(length).every((one) => !parseRtp(one).marker)).toBe(true);
    client.close();
  });

  it('params-in-band-only', async () => {
    const { camera, client, url } = await fresh(false);
    await farm.setFault(camera, { kind: 'params-in-band-only' });
    expect((await parameter(url)).fmtp).not.toContain('sprop');
    await client.play();
    await client.until((video) => video.some((one) => nalType(one) === 7));
    client.close();
  });

  it('params-in-sdp-only', async () => {
    const { camera, client, url } = await fresh(false);
    await farm.setFault(camera, { kind: 'params-in-sdp-only' });
    expect((await parameter(url)).fmtp).toContain('sprop');
    await client.play();
    const isKey = (one: Buffer) => nalType(one) === 28 && ((one[13] ?? 0) & 0x9f) === 0x85;
    const video = await client.until((all) => all.some(isKey));
    expect(video.some((one) => nalType(one) === 7 || nalType(one) === 8)).toBe(false);
    client.close();
  });

  it('wrong-content-base', async () => {
    const { camera, client } = await fresh(false);
    await farm.setFault(camera, { kind: 'wrong-content-base' });
    expect((await client.request('DESCRIBE'))?.headers.get('Content-Base')).toContain('192.0.2.1');
    client.close();
  });

  it('redirect: 302 to a path that works', async () => {
    const { camera, client } = await fresh(false);
    await farm.setFault(camera, { kind: 'redirect' });
    const answer = await client.request('DESCRIBE');
    expect(answer?.status).toBe(302);
    const moved = new TestClient(answer?.headers.get('Location') ?? '');
    await moved.describe();
    await moved.play();
    await moved.until((video) => video.length > 3);
    moved.close();
    client.close();
  });

  it('are switched through the control endpoint', async () => {
    const { camera, client } = await fresh(false);
    const at = `http://127.0.0.1:${farm.controlPort}/cameras`;
    const post = (path: string, body: unknown) =>
      fetch(`${at}/${path}/fault`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post(camera, { kind: 'not-found' })).status).toBe(204);
    expect((await client.request('DESCRIBE'))?.status).toBe(404);
    const { cameras } = (await (await fetch(at)).json()) as {
      cameras: { path: string; fault: { kind: string } | null }[];
    };
    expect(cameras.find(({ path }) => path === camera)?.fault?.kind).toBe('not-found');
    expect((await fetch(`${at}/${camera}/fault`, { method: 'DELETE' })).status).toBe(204);
    expect((await client.request('DESCRIBE'))?.status).toBe(200);
    expect((await post('cam-9999', { kind: 'stall' })).status).toBe(404);
    expect((await post(camera, { kind: 'fire' })).status).toBe(400);
    client.close();
  });
});
