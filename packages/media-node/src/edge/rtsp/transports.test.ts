import { spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RtpPacket } from '@marsad/media';
import { afterEach, expect, test } from 'vitest';
import { picture, videoTrack } from '../../testing/pictures.ts';
import { HandFedCamera } from '../testing/hand-fed-camera.ts';
import { RtspTestClient } from '../testing/rtsp-test-client.ts';
import { type TestRtsp, testRtsp } from '../testing/test-rtsp.ts';
import type { RtspOptions } from './rtsp-options.ts';

const closing: (() => unknown)[] = [];
let server: TestRtsp;
let camera: HandFedCamera;

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: Partial<RtspOptions> = {}): Promise<void> {
  camera = new HandFedCamera([videoTrack]);
  server = await testRtsp(camera, options);
  closing.push(() => server.close());
}

function newClient(scheme: 'rtsp' | 'rtsps' = 'rtsp'): RtspTestClient {
  const port = scheme === 'rtsp' ? server.endpoint.port : (server.endpoint.securePort ?? 0);
  const client = new RtspTestClient(port, scheme);
  closing.unshift(() => client.close());
  return client;
}

/** A UDP socket of a client, and what it got. */
async function datagrams(): Promise<{ socket: Socket; port: number; got: Buffer[] }> {
  const socket = createSocket('udp4');
  const got: Buffer[] = [];
  socket.on('message', (packet) => got.push(packet));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closing.unshift(() => socket.close());
  return { socket, port: socket.address().port, got };
}

const good = { Authorization: 'Bearer good' };
const numbers = (packets: readonly Buffer[]) =>
  packets.map((bytes) => {
    const packet = new RtpPacket();
    if (!packet.read(bytes)) throw new Error('no RTP');
    return packet.payload[1] ?? 0;
  });

test('over TLS everything is the same, but that no datagram leaves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtsps-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=marsad', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')],
  ]);
  expect(made.status).toBe(0);
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(join(folder, name), 'utf8'));
  await start({ tls: { port: 0, key: key ?? '', cert: cert ?? '' } });
  const client = newClient('rtsps');
  expect(await client.status('DESCRIBE', '/cam1', good)).toBe(200);
  expect(client.responses[0]?.headers.get('Content-Base')).toBe(`${client.url}/cam1/`);
  const udp = { Transport: 'RTP/AVP;unicast;client_port=40000-40001' };
  expect(await client.status('SETUP', '/cam1/trackID=0', udp)).toBe(461);
  await client.play('/cam1');
  camera.unit(picture(0, { key: true }));
  await expect.poll(() => client.packets.length).toBe(3);
  expect(server.endpoint.list()).toMatchObject([{ secure: true, state: 'read', transport: 'tcp' }]);
  // Who connects and does not go on to speak TLS holds nothing up.
  const mute = connect(server.endpoint.securePort ?? 0, '127.0.0.1');
  const garbled = connect(server.endpoint.securePort ?? 0, '127.0.0.1');
  for (const socket of [mute, garbled]) socket.on('error', () => {});
  garbled.write('OPTIONS * RTSP/1.0\r\n\r\n');
  await expect.poll(() => garbled.destroyed).toBe(true);
  expect(mute.destroyed).toBe(false);
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(1000);
});

test('datagrams go where the client said, and from a NAT where they come from', async () => {
  await start();
  const [honest, translated, translatedRtcp] = [await datagrams(), await datagrams(), await datagrams()];
  const client = newClient();
  const way = (port: number) => ({ Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}` });
  expect(await client.status('SETUP', '/cam1/trackID=0', { ...way(honest.port), ...good })).toBe(200);
  const transport = client.responses.at(-1)?.headers.get('Transport') ?? '';
  const [rtp, rtcp] = server.endpoint.udpPorts;
  expect(transport).toContain(`server_port=${rtp}-${rtcp}`);
  expect([rtp + 1, await client.status('PLAY', '/cam1')]).toEqual([rtcp, 200]);
  camera.unit(picture(0, { key: true }));
  await expect.poll(() => honest.got.length).toBe(3);
  const heard = (index: number) => server.endpoint.list()[index]?.bytesReceived ?? 0;
  // Both of its ports have been heard of, so that what comes from elsewhere can only be another's.
  const before = heard(0);
  honest.socket.send('hole', rtp, '127.0.0.1');
  honest.socket.send('hole', rtcp, '127.0.0.1');
  await expect.poll(() => heard(0)).toBe(before + 8);
  const behind = newClient();
  expect(await behind.status('SETUP', '/cam1/trackID=0', { ...way(9), ...good })).toBe(200);
  const atFirst = heard(1);
  translated.socket.send('hole', rtp, '127.0.0.1');
  translatedRtcp.socket.send('hole', rtcp, '127.0.0.1');
  await expect.poll(() => heard(1)).toBe(atFirst + 8);
  expect(await behind.status('PLAY', '/cam1')).toBe(200);
  camera.unit(picture(1));
  await expect.poll(() => translated.got.length).toBe(4);
  expect(numbers(translated.got)).toEqual([1, 3, 0, 1]);
  await expect.poll(() => numbers(honest.got)).toEqual([1, 3, 0, 1]);
  expect(translatedRtcp.got.length).toBeGreaterThan(0);
  expect(server.endpoint.list().map((each) => each.transport)).toEqual(['udp', 'udp']);
  // Nothing comes any more once the connection is gone.
  behind.close();
  await expect.poll(() => server.endpoint.list().length).toBe(1);
  camera.unit(picture(2));
  await expect.poll(() => honest.got.length).toBe(5);
  expect(translated.got.length).toBe(4);
});
