import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveTiles, newOperator, signIn, tile } from '../dashboard/operator.ts';
import { launchChromium, systemChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { RoutedViewers } from './routed-viewers.ts';

let network: RoutedViewers;
let marsad: RunningMarsad;
let browser: Browser;

beforeAll(async () => {
  network = new RoutedViewers();
  const settings = { MARSAD_HTTP_HOST: '0.0.0.0', MARSAD_EDGE_HOST: '0.0.0.0' };
  [marsad, browser] = await Promise.all([
    RunningMarsad.start({ demoCameras: 4, settings }),
    launchChromium([], network.launcher(systemChromium)),
  ]);
  await until(
    async () => (await marsad.client.cameras.list({ query: { status: 'ONLINE' } })).total === 4,
    60_000,
    'every simulated camera to be online',
  );
}, 150_000);

afterAll(async () => {
  await browser?.close();
  await marsad?.stop();
  network?.close();
});

async function joinedAt(): Promise<number> {
  const [room] = (await marsad.client.rooms.list()).rooms;
  if (!room) return 0;
  const { viewers } = await marsad.client.rooms.participants({ params: { room: room.room_name } });
  return Date.parse(viewers[0]?.joined_at ?? '');
}

test('a wall whose UDP is cut until it is given up says so, and shows everything seconds after UDP is back', async () => {
  const page = await newOperator(browser, { language: 'en', theme: 'dark' });
  await page.goto(`http://${network.server}:${marsad.place.httpPort}/wall`);
  await signIn(page, marsad);
  await tile(page, 0).click();
  await page.keyboard.press('2');
  await page.keyboard.press('a');
  await until(async () => (await liveTiles(page).count()) === 4, 20_000, 'four live tiles');
  const first = await joinedAt();

  network.letThrough(['meta l4proto tcp accept']);
  await until(async () => (await liveTiles(page).count()) === 0, 6000, 'the wall to say that its pictures are old');
  await until(async () => (await joinedAt()) !== first, 45_000, 'the lost connection to be given up');
  expect(await liveTiles(page).count()).toBe(0);
  network.letThrough(['accept']);
  await until(async () => (await liveTiles(page).count()) === 4, 10_000, 'four live tiles again');
  await page.context().close();
}, 90_000);
