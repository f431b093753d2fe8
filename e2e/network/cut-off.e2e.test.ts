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

test('a wall without UDP says so, joins anew when it has been given up, and shows everything seconds after', async () => {
  const page = await newOperator(browser, { language: 'en', theme: 'dark' });
  await page.goto(`http://${network.server}:${marsad.place.httpPort}/wall`);
  await signIn(page, marsad);
  await tile(page, 0).click();
  await page.keyboard.press('2');
  await page.keyboard.press('a');
  await until(async () => (await liveTiles(page).count()) === 4, 20_000, 'four live tiles');
  const first = await joinedAt();

  network.letThrough(['meta l4proto tcp accept']);
  const cut = performance.now();
  await until(async () => (await liveTiles(page).count()) === 0, 6000, 'the wall to say that its pictures are old');
  // Longer than a browser hopes for a connection it has lost.
  await page.waitForTimeout(22_000 - (performance.now() - cut));
  expect(await page.locator('[data-tile][data-state=frozen]').count()).toBe(4);
  network.letThrough(['accept']);
  await until(async () => (await liveTiles(page).count()) === 4, 10_000, 'four live tiles again');
  expect(await joinedAt()).toBeGreaterThan(first);
  await page.context().close();
}, 90_000);
