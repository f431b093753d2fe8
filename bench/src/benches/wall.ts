import { setTimeout as wait } from 'node:timers/promises';
import { launchChromium } from '@marsad/e2e/fixtures/chromium';
import { RunningMarsad } from '@marsad/e2e/fixtures/running-marsad';
import { until } from '@marsad/e2e/fixtures/until';
import type { Page } from 'playwright-core';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { onlineCameras } from '../fixtures/demonstration.ts';
import { askWall, bundlePageScript } from '../measure/browser.ts';
import { rendererMemory } from '../measure/renderer-memory.ts';
import { startStolenTime } from '../measure/stolen-time.ts';

/** Pictures per second of every simulated camera. */
const RATE = 25;
/** A task that holds up the page for longer than this is felt as a hitch, in milliseconds. */
const LONG_TASK_MS = 200;

async function signIn(page: Page, marsad: RunningMarsad): Promise<void> {
  await page.goto(marsad.url);
  await page.locator('input[type=password]').waitFor();
  await page.locator('input').first().fill(marsad.admin.login);
  await page.locator('input[type=password]').fill(marsad.admin.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/wall**');
}

/** The operator's page with every tile taken: one page, one room, sub profiles. */
export const wall: Bench = {
  name: 'wall',
  summary: 'a full wall in the dashboard: time until all show, pictures shown, memory',
  options: { tiles: 'how many, default 64' },
  async run({ seconds, options }, say) {
    const tiles = numberOption(options, 'tiles', 64);
    const side = Math.ceil(Math.sqrt(tiles));
    const marsad = await RunningMarsad.start({ demoCameras: tiles });
    const browser = await launchChromium();
    try {
      const cameras = await onlineCameras(marsad.client, tiles);
      const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
      await signIn(page, marsad);
      await wait(3000);
      const emptyBytes = await rendererMemory();
      const link = `${marsad.url}/wall?layout=${side}x${side}&cameras=${cameras.map((camera) => camera.id).join(',')}`;
      const openedAt = performance.now();
      await page.goto(link);
      await page.evaluate(await bundlePageScript('wall'));
      await until(
        async () => (await askWall(page, 'shown')).tiles === tiles,
        60_000,
        `${tiles} tiles to show a picture`,
      );
      const allShownMs = performance.now() - openedAt;
      say(`all ${tiles} show after ${Math.round(allShownMs)} ms; measuring for ${seconds} s`);
      await wait(3000);
      await askWall(page, 'observeLongTasks', LONG_TASK_MS);
      const before = await askWall(page, 'shown');
      const stolen = startStolenTime();
      const startedAt = performance.now();
      await wait(seconds * 1000);
      const after = await askWall(page, 'shown');
      const stolenPercent = stolen();
      const measured = (performance.now() - startedAt) / 1000;
      const shownRatio = (after.pictures - before.pictures) / (tiles * RATE * measured);
      const mbPerTile = ((await rendererMemory()) - emptyBytes) / tiles / 1e6;
      const long = await askWall(page, 'longTasks');
      return {
        figures: [
          { name: 'tiles showing', value: after.tiles },
          { name: 'all shown after', value: Math.round(allShownMs), unit: 'ms' },
          { name: 'pictures shown of sent', value: shownRatio },
          { name: `tasks over ${LONG_TASK_MS} ms`, value: long, target: '0' },
          { name: 'processor time the host gave to others', value: stolenPercent, unit: '%' },
          { name: 'renderer memory per tile', value: mbPerTile, unit: 'MB', target: '< 12' },
        ],
        json: {
          tiles: after.tiles,
          all_shown_ms: Math.round(allShownMs),
          shown_ratio: Number(shownRatio.toFixed(3)),
          long_tasks: long,
          mb_per_tile: Number(mbPerTile.toFixed(1)),
          stolen_percent: Number(stolenPercent.toFixed(1)),
        },
      };
    } finally {
      await browser.close();
      await marsad.stop();
    }
  },
};
