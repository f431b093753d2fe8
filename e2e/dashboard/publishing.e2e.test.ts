import { type ChildProcess, spawn } from 'node:child_process';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { accessibilityProblems, liveTiles, newOperator, signIn, tile } from './operator.ts';

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
function publish(address: string): ChildProcess {
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
  return child;
}

/** Pictures that ffmpeg decodes of an address within 3 s. */
async function picturesRead(address: string): Promise<number> {
  const child = spawn(
    'ffmpeg',
    ['-v', 'error', '-rtsp_transport', 'tcp', '-i', address, '-t', '3', '-f', 'framecrc', '-'],
    { stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return text.split('\n').filter((line) => /^0,/.test(line)).length;
}

describe('a camera that publishes', () => {
  it('gets its address in the form, comes onto the wall, says that nobody publishes, and comes back', async () => {
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

    const encoder = publish(rtsp ?? '');
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
    await page.keyboard.press('a');
    await until(async () => (await liveTiles(page).count()) === 1, 20_000, 'its tile live');
    encoder.kill('SIGKILL');
    await page.getByText('nobody pushes it now').first().waitFor({ timeout: 15_000 });
    publish(rtsp ?? '');
    await until(async () => (await liveTiles(page).count()) === 1, 20_000, 'its tile live again');
    await page.context().close();
  }, 120_000);

  it('is read by a player with the password that its user makes, until that is removed', async () => {
    const page = await newOperator(browser, { language: 'ar', theme: 'light' });
    await page.goto(marsad.url);
    await signIn(page, marsad);
    await page.keyboard.press('Shift+P');
    await page.getByRole('button', { name: 'أنشئ كلمة مرور' }).click();
    const shown = page.locator('input[readonly]');
    await shown.nth(1).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const [login, password] = await Promise.all([0, 1].map((index) => shown.nth(index).inputValue()));
    const address = `rtsp://${login}:${password}@127.0.0.1:${marsad.place.edgeRtspPort}/bus/12`;
    expect(await picturesRead(address)).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'احذفها' }).click();
    await page.getByText('ليست لديك كلمة مرور').waitFor();
    expect(await picturesRead(address)).toBe(0);
    await page.context().close();
  }, 60_000);
});
