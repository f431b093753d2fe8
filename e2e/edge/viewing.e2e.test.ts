import type { Page } from '@playwright/test';
import { DataPacket_Kind } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openChromium } from './chromium.ts';
import { type EdgeFixture, edgeFixture } from './edge-fixture.ts';
import { lossyPath } from './lossy-path.ts';

interface Tile {
  first: number | null;
  count: number;
  width: number | null;
  attributes: Record<string, string> & { state?: string };
  muted: boolean;
}

let fixture: EdgeFixture;
let chromium: Awaited<ReturnType<typeof openChromium>>;
let page: Page;
const slow = { timeout: 15_000, interval: 200 };

beforeAll(async () => {
  fixture = await edgeFixture();
  chromium = await openChromium();
}, 90_000);

afterEach(async () => {
  await page?.close();
});

afterAll(async () => {
  await chromium?.close();
  await fixture?.close();
});

async function join(room: string, identity: string, options: Record<string, unknown> = {}): Promise<void> {
  const token = await fixture.token(room, identity);
  await page.evaluate(([url, jwt, given]) => Reflect.get(globalThis, 'livekit')(url, jwt, given), [
    fixture.ws,
    token,
    options,
  ] as const);
}

const tiles = (): Promise<Record<string, Tile>> => page.evaluate(() => Reflect.get(globalThis, 'summary')());
const events = (): Promise<string[]> =>
  page.evaluate(() => Reflect.get(globalThis, 'events').map((event: { name: string }) => event.name));
const style = (change: Record<string, string>): Promise<void> =>
  page.evaluate((given) => Reflect.get(globalThis, 'styleTiles')(given), change);
const tile = async (camera: string): Promise<Tile | undefined> => (await tiles())[`camera_${camera}`];

test('livekit-client with its defaults shows a camera, falling back from the newer protocol', async () => {
  await fixture.room('camera_cam1', ['cam1']);
  page = await chromium.open();
  await join('camera_cam1', 'ada');
  await expect.poll(async () => (await tile('cam1'))?.count ?? 0, slow).toBeGreaterThan(25);
  const shown = await tile('cam1');
  expect(shown?.width).toBe(1280);
  expect(shown?.attributes).toMatchObject({ state: 'live', reason: '', profile: 'main' });
  const { participants } = { participants: await fixture.rooms.listParticipants('camera_cam1') };
  expect(participants.map((each) => each.identity).sort()).toEqual(['ada', 'camera_cam1']);
  const say = (text: string, kind: DataPacket_Kind, destinationIdentities: string[] = []) =>
    fixture.rooms.sendData('camera_cam1', new TextEncoder().encode(text), kind, {
      topic: 'note',
      destinationIdentities,
    });
  await say('not for ada', DataPacket_Kind.RELIABLE, ['bob']);
  await say('to all', DataPacket_Kind.RELIABLE);
  await say('to ada', DataPacket_Kind.LOSSY, ['bob', 'ada']);
  const heard = { topic: 'note', from: null };
  await expect
    .poll(() => page.evaluate(() => Reflect.get(globalThis, 'heard')), slow)
    .toEqual([
      { ...heard, text: 'to all', kind: DataPacket_Kind.RELIABLE },
      { ...heard, text: 'to ada', kind: DataPacket_Kind.LOSSY },
    ]);
  await fixture.rooms.removeParticipant('camera_cam1', 'ada');
  await expect.poll(events, slow).toContain('disconnected');
});

test('cameras come and go in a room, and a lost one says so and comes back', async () => {
  await fixture.room('wall_a', ['cam2']);
  page = await chromium.open();
  await join('wall_a', 'bob', { singlePeerConnection: false });
  await expect.poll(async () => (await tile('cam2'))?.count ?? 0, slow).toBeGreaterThan(5);
  await fixture.room('wall_a', ['cam2', 'cam3', 'cam4']);
  await expect.poll(async () => (await tile('cam4'))?.count ?? 0, slow).toBeGreaterThan(5);
  await fixture.room('wall_a', ['cam3', 'cam4']);
  await expect.poll(events, slow).toContain('trackUnsubscribed');

  const stream = fixture.cameras.stream({ camera: 'cam3', profile: 'main' });
  stream.fail();
  await expect
    .poll(async () => (await tile('cam3'))?.attributes, slow)
    .toMatchObject({ state: 'offline', reason: 'CONNECTION_LOST' });
  expect((await tile('cam3'))?.muted).toBe(true);
  stream.recover();
  await expect.poll(async () => (await tile('cam3'))?.attributes.state, slow).toBe('live');
  const count = (await tile('cam3'))?.count ?? 0;
  await expect.poll(async () => (await tile('cam3'))?.count ?? 0, slow).toBeGreaterThan(count + 10);
  expect((await tile('cam3'))?.muted).toBe(false);
});

test('cameras come into an empty room; the first goes for another, again and again, and nobody else notices', async () => {
  await fixture.room('wall_g', []);
  page = await chromium.open();
  await page.evaluate(() => Reflect.set(globalThis, 'readsBarcode', false));
  await join('wall_g', 'kim', { singlePeerConnection: false });
  let shown = ['cam1', 'cam2', 'cam8'];
  await fixture.room('wall_g', shown);
  await expect.poll(async () => (await tile('cam8'))?.count ?? 0, slow).toBeGreaterThan(5);
  for (const next of ['cam3', 'cam4', 'cam5']) {
    shown = shown.slice(1);
    await fixture.room('wall_g', shown);
    await new Promise((resolve) => setTimeout(resolve, 300));
    shown = [...shown.filter((each) => each !== 'cam8'), next, 'cam8'];
    await fixture.room('wall_g', shown);
    await expect.poll(async () => (await tile(next))?.count ?? 0, slow).toBeGreaterThan(5);
  }
  const pause: number = await page.evaluate(() => {
    const pictures: { at: number }[] = Reflect.get(globalThis, 'tiles').camera_cam8.seen.pictures;
    return Math.max(...pictures.slice(1).map((picture, index) => picture.at - (pictures[index]?.at ?? 0)));
  });
  expect(pause).toBeLessThan(1000);
  expect(await events()).not.toContain('reconnecting');
});

test('an adaptive client gets what its tiles need: sub when small, main when large, nothing when hidden', async () => {
  await fixture.room('wall_b', ['cam5']);
  page = await chromium.open();
  await page.evaluate(() => Reflect.set(globalThis, 'tileClass', 'tile'));
  await join('wall_b', 'eve', { singlePeerConnection: false, adaptiveStream: true });
  await expect.poll(async () => (await tile('cam5'))?.width, slow).toBe(640);
  await style({ width: '1200px', height: '675px' });
  await expect.poll(async () => (await tile('cam5'))?.width, slow).toBe(1280);
  const main = fixture.cameras.stream({ camera: 'cam5', profile: 'main' });
  const sub = fixture.cameras.stream({ camera: 'cam5', profile: 'sub' });
  await expect.poll(() => sub.sinks, slow).toBe(0);
  await style({ display: 'none' });
  await expect.poll(() => main.sinks, slow).toBe(0);
  const count = (await tile('cam5'))?.count ?? 0;
  await style({ display: 'block' });
  await expect.poll(async () => (await tile('cam5'))?.count ?? 0, slow).toBeGreaterThan(count + 10);
});

test('a lost signalling connection is resumed with pictures going on; a refused one joins anew', async () => {
  await fixture.room('wall_c', ['cam6']);
  page = await chromium.open();
  await join('wall_c', 'fay');
  await expect.poll(async () => (await tile('cam6'))?.count ?? 0, slow).toBeGreaterThan(5);
  await page.evaluate(() => Reflect.get(globalThis, 'room').simulateScenario('signal-reconnect'));
  await expect.poll(events, slow).toContain('reconnected');
  expect(await events()).not.toContain('trackUnsubscribed');
  const count = (await tile('cam6'))?.count ?? 0;
  await expect.poll(async () => (await tile('cam6'))?.count ?? 0, slow).toBeGreaterThan(count + 10);
  await page.evaluate(() => Reflect.get(globalThis, 'room').simulateScenario('full-reconnect'));
  await expect.poll(async () => (await events()).filter((name) => name === 'reconnected').length, slow).toBe(2);
  await expect.poll(async () => (await tile('cam6'))?.count ?? 0, slow).toBeGreaterThan(10);
  expect((await fixture.rooms.listParticipants('wall_c')).filter((each) => each.identity === 'fay')).toHaveLength(1);
});

test('a second session of the same identity ends the first', async () => {
  await fixture.room('wall_d', ['cam1']);
  page = await chromium.open();
  await join('wall_d', 'gus', { singlePeerConnection: false });
  const other = await chromium.open();
  const token = await fixture.token('wall_d', 'gus');
  await other.evaluate(
    ([url, jwt]) => Reflect.get(globalThis, 'livekit')(url, jwt, { singlePeerConnection: false }),
    [fixture.ws, token],
  );
  await expect.poll(events, slow).toContain('disconnected');
  await other.close();
});

test('publishing data does not break a viewer', async () => {
  await fixture.room('wall_e', ['cam1']);
  page = await chromium.open();
  await join('wall_e', 'hal', { singlePeerConnection: false });
  await page.evaluate(() =>
    Reflect.get(globalThis, 'room')
      .localParticipant.publishData(new Uint8Array([1]), { reliable: true })
      .catch(() => {}),
  );
  const count = (await tile('cam1'))?.count ?? 0;
  await expect.poll(async () => (await tile('cam1'))?.count ?? 0, slow).toBeGreaterThan(count + 25);
  expect(await events()).not.toContain('reconnecting');
});

test('a room of 64 cameras shows them all', async () => {
  const ids = Array.from({ length: 64 }, (_, index) => `cam-wall-${index}`);
  await fixture.room('wall_f', ids);
  page = await chromium.open();
  await page.evaluate(() => {
    Reflect.set(globalThis, 'tileClass', 'tile');
    Reflect.set(globalThis, 'readsBarcode', false);
  });
  await join('wall_f', 'ian', { singlePeerConnection: false, adaptiveStream: true });
  const showing = async () => Object.values(await tiles()).filter((each) => each.first !== null).length;
  await expect.poll(showing, { timeout: 25_000, interval: 500 }).toBe(64);
}, 40_000);

test('WHEP in a browser: picture, audio line refused, loss of 5 % repaired, DELETE ends it', async () => {
  await fixture.room('camera_cam7', ['cam7']);
  page = await chromium.open();
  const token = await fixture.token('camera_cam7', 'joe');
  const path = await lossyPath(fixture.edge.mediaPort, 20);
  // The answer leads through the lossy path.
  await page.route('**/whep/cam7', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(` ${fixture.edge.mediaPort} typ`, ` ${path.port} typ`);
    await route.fulfill({ response: answer, body });
  });
  await page.evaluate(
    async ([url, jwt]) => Reflect.set(globalThis, 'seen', await Reflect.get(globalThis, 'whep')(url, jwt, true)),
    [`${fixture.http}/whep/cam7`, token],
  );
  const count = (): Promise<number> => page.evaluate(() => Reflect.get(globalThis, 'seen').pictures.length);
  await expect.poll(count, slow).toBeGreaterThan(75);
  const stats: { nackCount: number } = await page.evaluate(() => Reflect.get(globalThis, 'inboundVideo')());
  expect(stats.nackCount).toBeGreaterThan(0);
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  // Nearly all of the 50 pictures of two seconds, although about 40 of their packets were lost.
  expect((await count()) - before).toBeGreaterThan(30);
  const location = await page.evaluate(() => Reflect.get(globalThis, 'location_'));
  expect((await fetch(`${fixture.http}${location}`, { method: 'DELETE' })).status).toBe(200);
  await expect.poll(async () => (await fixture.rooms.listParticipants('camera_cam7')).length, slow).toBe(1);
  path.close();
});
