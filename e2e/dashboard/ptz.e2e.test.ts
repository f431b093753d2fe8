import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Farm, startFarm } from '../../apps/simulator/src/index.ts';
import { launchChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { accessibilityProblems, newOperator, signIn, tile } from './operator.ts';

// The one that the simulator's own tests use.
const cache = fileURLToPath(new URL('../../.cache/loops', import.meta.url));
const credentials = { user: 'viewer', password: 'p@ss/word', scheme: 'digest' } as const;
const camera = 'cam-0001';

let farm: Farm;
let marsad: RunningMarsad;
let browser: Browser;
let page: Page;
let id: string;

const withLogin = (address: string) => address.replace('://', `://viewer:${encodeURIComponent('p@ss/word')}@`);

beforeAll(async () => {
  [farm, marsad, browser] = await Promise.all([
    startFarm({ port: 0, onvifPort: 0, cameras: 1, scene: 'junction', cache, credentials }),
    RunningMarsad.start({ demoCameras: 0 }),
    launchChromium(),
  ]);
  const { name, nameAr: name_ar, source, rtspUrl, subRtspUrl } = farm.cameras[0] ?? {};
  if (!name || !name_ar || !source || !rtspUrl || !subRtspUrl) throw new Error('the farm has no camera');
  const addresses = { rtsp_url: withLogin(rtspUrl), sub_rtsp_url: withLogin(subRtspUrl) };
  ({ id } = await marsad.client.cameras.create({ body: { name, name_ar, source, ...addresses } }));
  await until(
    async () => (await marsad.client.cameras.get({ params: { id } })).status === 'ONLINE',
    60_000,
    'the camera to be online',
  );
  page = await newOperator(browser, { language: 'en', theme: 'dark' });
  await page.goto(marsad.url);
  await signIn(page, marsad);
  await page.goto(`${marsad.url}/wall?layout=2x2&cameras=${id}`);
  await page.locator('[data-tile="0"][data-state=live]').waitFor({ timeout: 20_000 });
}, 400_000);

afterEach(() => farm.clearFault(camera));

afterAll(async () => {
  await browser?.close();
  await marsad?.stop();
  await farm?.close();
}, 60_000);

const position = () => farm.ptz(camera).position;
const still = () => until(() => !farm.ptz(camera).moving, 5_000, 'the camera to stand still');
const moved = (than: ReturnType<typeof position>, axis: 'pan' | 'tilt' | 'zoom', way: 1 | -1) =>
  until(() => (position()[axis] - than[axis]) * way > 0.05, 5_000, `${axis} to move`);

/** Begins to move the camera on the first tile. */
async function move(): Promise<void> {
  // On a busy machine a picture stands still for a moment now and then, and then it says so instead.
  const begun = async () => {
    if ((await page.locator('.moving-panel').count()) === 1) return true;
    await page.locator('[data-tile="0"][data-state=live]').waitFor({ timeout: 20_000 });
    await tile(page, 0).focus();
    await page.keyboard.press('p');
    return false;
  };
  await until(begun, 20_000, 'the controls');
}

// One after the other, on one wall.
describe('a camera that can be moved', () => {
  it('is made so in its form, with an address whose password is not shown again', async () => {
    await tile(page, 0).focus();
    await page.keyboard.press('p');
    await page.getByText(/^Moving .* is not switched on\.$/).waitFor();

    await page.keyboard.press('c');
    const edit = page.getByRole('button', { name: /^Change / });
    await edit.click();
    await page.getByRole('checkbox', { name: 'Can be moved (PTZ)' }).check();
    const address = page.locator('input[name=ptz_url]');
    await address.fill('rtsp://wrong');
    await page.keyboard.press('Enter');
    await page.getByText('An address begins with http://').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await address.fill(withLogin(farm.cameras[0]?.ptzUrl ?? ''));
    await page.keyboard.press('Enter');
    await page.getByRole('row').getByText('Can be moved').waitFor();
    await edit.click();
    expect(await address.inputValue()).toContain('viewer:***@');
    await page.locator('input[name=address]').fill('Junction');
    await page.keyboard.press('Enter');
    await address.waitFor({ state: 'detached' });
    await page.keyboard.press('w');
  });

  it('follows keys, buttons and a pull on the picture, and stands still when they are let go', async () => {
    await move();
    let before = position();
    await page.keyboard.down('ArrowLeft');
    await moved(before, 'pan', -1);
    await page.keyboard.up('ArrowLeft');
    await still();
    expect(await page.locator('[data-tile]:focus').getAttribute('data-tile')).toBe('0');
    before = position();
    await page.keyboard.down('+');
    await moved(before, 'zoom', 1);
    await page.keyboard.up('+');
    await still();

    before = position();
    await page.getByRole('button', { name: 'Up' }).hover();
    await page.mouse.down();
    await moved(before, 'tilt', 1);
    await page.mouse.up();
    await still();

    before = position();
    const { x = 0, y = 0 } = (await page.locator('.moving-surface').boundingBox()) ?? {};
    await page.mouse.move(x + 200, y + 120);
    await page.mouse.down();
    await page.mouse.move(x + 300, y + 130, { steps: 5 });
    await moved(before, 'pan', 1);
    // Nobody can be seen to hold it any more.
    await page.evaluate("dispatchEvent(new Event('blur'))");
    await still();
    await page.mouse.up();

    // The tile was not dragged, and the wall has its keys back.
    expect(await tile(page, 0).getAttribute('data-camera')).toBe(id);
    await page.keyboard.press('Escape');
    await page.locator('.moving-panel').waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('[data-tile]:focus').getAttribute('data-tile')).toBe('1');
  });

  it('says what it did not do, and is not asked again until the next press', async () => {
    await move();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/ptz')) asked.push(request.postDataJSON().command);
    });
    await farm.setFault(camera, { kind: 'ptz-refuse' });
    await page.keyboard.down('ArrowUp');
    await page.getByRole('alert').getByText('did not take the command').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.waitForTimeout(500);
    await page.keyboard.up('ArrowUp');
    expect(asked).toEqual(['tilt_up', 'stop']);
    farm.clearFault(camera);
    const before = position();
    await page.keyboard.down('ArrowUp');
    await page.getByRole('alert').getByText('did not take the command').waitFor({ state: 'detached' });
    await moved(before, 'tilt', 1);
    await page.keyboard.up('ArrowUp');
    await still();
    await page.keyboard.press('p');
  });

  it('goes to its presets and home, in Arabic with the same left and right', async () => {
    await tile(page, 0).focus();
    for (const key of ['Shift+L', 't', '6']) await page.keyboard.press(key);
    // Too small to move a camera in: the tile is made large, and small again after.
    await move();
    expect(await page.locator('[data-tile]:visible').count()).toBe(1);
    await page.keyboard.press('v');
    await page.keyboard.press('g');
    const preset = page.getByRole('dialog').getByRole('button', { name: 'Entrance' });
    await preset.waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await preset.click();
    await until(() => position().pan === -0.5 && position().tilt === -0.25, 10_000, 'the camera at its preset');
    await page.keyboard.press('2');
    await until(() => position().pan > 0, 10_000, 'the camera on its way to the other preset');
    await page.keyboard.press('Home');
    await until(() => position().pan === 0 && position().zoom === 0, 10_000, 'the camera at home');

    const before = position();
    await page.keyboard.down('ArrowLeft');
    await moved(before, 'pan', -1);
    await page.keyboard.up('ArrowLeft');
    await still();
    const left = await page.getByRole('button', { name: 'يسار' }).boundingBox();
    const right = await page.getByRole('button', { name: 'يمين' }).boundingBox();
    expect(left?.x).toBeLessThan(right?.x ?? 0);
    await page.keyboard.press('p');
    await until(async () => (await page.locator('[data-tile]:visible').count()) === 36, 5_000, 'the wall again');
  });
});
