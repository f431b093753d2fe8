import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../edge/chromium.ts';
import { type EdgeFixture, edgeFixture } from '../edge/edge-fixture.ts';
import { systemChromium } from '../fixtures/chromium.ts';
import { freeUdpPort } from '../fixtures/ports.ts';
import { Coturn } from './coturn.ts';
import { RoutedViewers } from './routed-viewers.ts';

const slow = { timeout: 15_000, interval: 200 };
const secret = 'shared by coturn and the edge';
let network: RoutedViewers;
let coturn: Coturn;
let edge: EdgeFixture;
let chromium: Awaited<ReturnType<typeof openChromium>>;
let mediaPort: number;

beforeAll(async () => {
  network = new RoutedViewers();
  const { server, publicAddress } = network;
  [coturn, mediaPort] = await Promise.all([Coturn.start({ address: server, peer: server, secret }), freeUdpPort()]);
  const relay = `turn:${server}:${coturn.port}`;
  edge = await edgeFixture({
    http: { host: '0.0.0.0', port: 0 },
    udp: { port: mediaPort, bindAddress: server, publicAddresses: [publicAddress] },
    turn: { urls: [`${relay}?transport=udp`, `${relay}?transport=tcp`], secret, ttl: 600, forceRelay: false },
  });
  await edge.room('camera_cam1', ['cam1']);
  chromium = await openChromium([], { executable: network.launcher(systemChromium), host: server });
}, 60_000);

afterAll(async () => {
  await chromium?.close();
  await edge?.close();
  await coturn?.stop();
  network?.close();
});

interface Path {
  local: { candidateType: string; relayProtocol?: string };
  remote: { address: string; port: number };
}

const chosenPath = (page: Page): Promise<Path | null> => page.evaluate(() => Reflect.get(globalThis, 'chosenPath')());
const tcp = 'meta l4proto tcp accept';
const relayOnly = () => [`udp dport ${coturn.port} accept`, `udp sport ${coturn.port} accept`];

async function join(page: Page, host: string): Promise<void> {
  const token = await edge.token('camera_cam1', 'ada');
  await page.evaluate(([url, jwt]) => Reflect.get(globalThis, 'livekit')(url, jwt, { singlePeerConnection: false }), [
    `ws://${host}:${edge.edge.port}`,
    token,
  ] as const);
}

const shown = (page: Page): Promise<number> =>
  page.evaluate(() => Reflect.get(globalThis, 'summary')().camera_cam1?.count ?? 0);

test('with nothing but the relay in reach, livekit-client gets its picture through it', async () => {
  network.letThrough([tcp, ...relayOnly()]);
  const page = await chromium.open();
  await join(page, network.server);
  await expect.poll(() => shown(page), slow).toBeGreaterThan(20);
  expect((await chosenPath(page))?.local).toMatchObject({ candidateType: 'relay', relayProtocol: 'udp' });
  await page.close();
});

test('a WHEP player is told of the relay by OPTIONS, and gets its picture through it', async () => {
  network.letThrough([tcp, ...relayOnly()]);
  const page = await chromium.open();
  const token = await edge.token('camera_cam1', 'bob');
  await page.evaluate(
    async ([url, jwt]) => Reflect.set(globalThis, 'seen', await Reflect.get(globalThis, 'whep')(url, jwt, false)),
    [`${edge.http}/whep/cam1`.replace('127.0.0.1', network.server), token] as const,
  );
  await expect
    .poll(() => page.evaluate(() => Reflect.get(globalThis, 'seen').pictures.length), slow)
    .toBeGreaterThan(20);
  expect((await chosenPath(page))?.local).toMatchObject({ candidateType: 'relay', relayProtocol: 'udp' });
  await page.close();
});

// Not in Chromium: docs/operations/network.md says why.
test('where no UDP gets out at all, @livekit/rtc-node reaches the relay over TCP', async () => {
  network.letThrough([tcp]);
  const url = `ws://${network.server}:${edge.edge.port}`;
  const viewer = fileURLToPath(new URL('sdk-viewer.ts', import.meta.url));
  const token = await edge.token('camera_cam1', 'eve');
  const launcher = network.launcher(process.execPath);
  await promisify(execFile)(launcher, [viewer, url, token], { timeout: 20_000, killSignal: 'SIGKILL' });
});

test('behind a 1:1 NAT an edge is reached at its public address, which is all that viewers know', async () => {
  network.letThrough([tcp, `udp dport ${mediaPort} accept`, `udp sport ${mediaPort} accept`], { translated: true });
  const page = await chromium.open(network.publicAddress);
  await join(page, network.publicAddress);
  await expect.poll(() => shown(page), slow).toBeGreaterThan(20);
  const path = await chosenPath(page);
  expect(path?.remote).toMatchObject({ address: network.publicAddress, port: mediaPort });
  expect(path?.local.candidateType).not.toBe('relay');
  await page.close();
});
