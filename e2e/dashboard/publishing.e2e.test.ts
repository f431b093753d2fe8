import { type ChildProcess, spawn } from 'node:child_process';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { accessibilityProblems, liveTiles, newOperator, signIn, tile, tileLabels } from './operator.ts';

let marsad: RunningMarsad;
let browser: Browser;
const running: ChildProcess[] = [];

beforeAll(async () => {
  [marsad, browser] = await Promise.all([RunningMarsad.start({ demoCameras: 0 }), launchChromium()]);
  // One that is there, so that the wall has a list.
  const body = { name: 'Depot', source: 'BUS', rtsp_url: 'rtsp://127.0.0.1:9/' } as const;
  await marsad.client.cameras.create({ body });
}, 200_000);
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await browser?.close();
  await marsad?.stop();
}, 60_000);

/** ffmpeg, as an encoder in the field that was given nothing but an address. */
function publish(address: string): void {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15'];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bf', '0', '-g', '15'];
  const child = spawn(
    'ffmpeg',
    ['-v', 'error', ...picture, ...coded, '-f', 'rtsp', '-rtsp_transport', 'tcp', address],
    {
      stdio: 'ignore',
    },
  );
  running.push(child);
}

describe('a camera that publishes', () => {
  it('gets its address in the form, and comes onto the wall', async () => {
    const page = await newOperator(browser, { language: 'en', theme: 'dark' });
    await page.goto(marsad.url);
    await signIn(page, marsad);
    await page.goto(`${marsad.url}/cameras`);
    await page.getByRole('button', { name: 'Add camera' }).first().click();
    await page.locator('input[name=name]').fill('Bus 12');
    await page.locator('select[name=ingest]').selectOption('push');
    await page.locator('input[name=path]').fill('bus/12');
    await page.keyboard.press('Enter');
    const shown = page.locator('input[readonly]');
    await shown.first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const [rtsp, whip, key] = await Promise.all([0, 1, 2].map((index) => shown.nth(index).inputValue()));
    expect(rtsp).toBe(`rtsp://publisher:${key}@127.0.0.1:${marsad.place.edgeRtspPort}/bus/12`);
    expect(whip).toBe(`http://127.0.0.1:${marsad.edgePort}/whip/${key}`);

    publish(rtsp ?? '');
    await page.goto(`${marsad.url}/wall`);
    await page.locator('[role=tree]').waitFor();
    const status = 'ONLINE';
    await until(
      async () => (await marsad.client.cameras.list({ query: { status } })).total === 1,
      20_000,
      'the camera online',
    );
    await tile(page, 0).click();
    await page.keyboard.press('2');
    // The page hears a moment later than the api says it that the camera is online.
    const filled = async () => {
      await page.keyboard.press('a');
      return (await page.locator('[data-tile][data-filled]').count()) > 0;
    };
    await until(filled, 10_000, 'the camera on the wall');
    const live = async () => {
      if ((await liveTiles(page).count()) === 1) return true;
      throw new Error(`the tiles say ${JSON.stringify(await tileLabels(page))}`);
    };
    await until(live, 20_000, 'its tile live');
    await page.context().close();
  }, 120_000);

  it('may be read with a password that its user makes, and removes again', async () => {
    const page = await newOperator(browser, { language: 'ar', theme: 'light' });
    await page.goto(marsad.url);
    await signIn(page, marsad);
    await page.keyboard.press('Shift+P');
    await page.getByRole('button', { name: 'أنشئ كلمة مرور' }).click();
    const shown = page.locator('input[readonly]');
    await shown.nth(1).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await shown.nth(0).inputValue()).toBe(marsad.admin.login);
    expect(await shown.nth(1).inputValue()).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect((await marsad.client.auth.playerPassword()).created_at).not.toBeNull();
    await page.getByRole('button', { name: 'احذفها' }).click();
    await until(
      async () => (await marsad.client.auth.playerPassword()).created_at === null,
      5_000,
      'the password to be gone',
    );
    await page.context().close();
  }, 60_000);
});
