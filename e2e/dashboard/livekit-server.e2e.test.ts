import { KEY, SECRET } from '@marsad/media-node/testing/edge';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EdgeFixture, edgeFixture } from '../edge/edge-fixture.ts';
import { launchChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { liveTiles, newOperator, signIn } from './operator.ts';

const count = 6;
let remote: EdgeFixture;
let marsad: RunningMarsad;
let browser: Browser;

beforeAll(async () => {
  // An edge of ours plays the LiveKit server; its own cameras are shown to nobody.
  remote = await edgeFixture();
  const settings = { LIVEKIT_URL: remote.ws, LIVEKIT_API_KEY: KEY, LIVEKIT_API_SECRET: SECRET };
  [marsad, browser] = await Promise.all([RunningMarsad.start({ demoCameras: count, settings }), launchChromium()]);
  await until(
    async () => (await marsad.client.cameras.list({ query: { status: 'ONLINE' } })).total === count,
    240_000,
    'every simulated camera to be online',
  );
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await marsad?.stop();
  await remote?.close();
}, 60_000);

async function wall(): Promise<Page> {
  const page = await newOperator(browser, { language: 'en', theme: 'dark' });
  await page.goto(marsad.url);
  await signIn(page, marsad);
  const { cameras } = await marsad.client.cameras.list();
  await page.goto(`${marsad.url}/wall?layout=3x3&cameras=${cameras.map(({ id }) => id).join()}`);
  return page;
}

it('a wall against a LiveKit server is many rooms of small pictures; a second window takes them over', async () => {
  const first = await wall();
  await until(async () => (await liveTiles(first).count()) === count, 30_000, 'every tile to be live');
  const { reservations } = await marsad.client.admin.reservations();
  expect(new Set(reservations.map(({ room_name, quality }) => `${quality} ${room_name.replace(/.*_/, '')}`))).toEqual(
    new Set(['low sub']),
  );
  const widths = await first.$$eval('video', (videos) => videos.map((video) => video.videoWidth).filter(Boolean));
  expect(Math.max(...widths)).toBe(640);

  const second = await wall();
  await until(async () => (await liveTiles(second).count()) === count, 30_000, 'every tile of the second to be live');
  const ended = first.locator('[data-tile][data-state=ended]');
  await until(async () => (await ended.count()) === count, 10_000, 'the first window to say that it has ended');
  // Neither throws the other out again.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await liveTiles(second).count()).toBe(count);
  expect((await marsad.client.admin.reservations()).total).toBe(count);
}, 90_000);
