import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../fixtures/chromium.ts';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { pidOf } from '../system/processes.ts';
import { accessibilityProblems, type Look, liveTiles, newOperator, signIn, tile } from './operator.ts';

let marsad: RunningMarsad;
let browser: Browser;

beforeAll(async () => {
  [marsad, browser] = await Promise.all([RunningMarsad.start({ demoCameras: 12 }), launchChromium()]);
  await until(
    async () => (await marsad.client.cameras.list({ query: { status: 'ONLINE' } })).total === 12,
    240_000,
    'every simulated camera to be online',
  );
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await marsad?.stop();
}, 60_000);

async function open(look: Look = { language: 'en', theme: 'dark' }, path = '/'): Promise<Page> {
  const page = await newOperator(browser, look);
  await page.goto(marsad.url + path);
  return page;
}

async function fill(page: Page, layout: string, count: number): Promise<void> {
  await tile(page, 0).click();
  await page.keyboard.press(layout);
  await page.keyboard.press('a');
  await until(async () => (await liveTiles(page).count()) >= count, 20_000, `${count} live tiles`);
}

describe('signing in', () => {
  it('says what was wrong in the operator’s language and lets them in after', async () => {
    const page = await open({ language: 'ar', theme: 'dark' });
    await page.locator('input[name=login]').fill('admin');
    await page.locator('input[name=password]').fill('not this one');
    await page.keyboard.press('Enter');
    await page.getByText('اسم المستخدم أو كلمة المرور غير صحيحة').waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    await signIn(page, marsad);
    await page.context().close();
  });

  it('comes back to the page that was asked for, survives a reload, and ends in every tab at once', async () => {
    const page = await open(undefined, '/cameras?q=bus');
    await page.locator('input[name=login]').fill(marsad.admin.login);
    await page.locator('input[name=password]').fill(marsad.admin.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cameras?q=bus');
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    const second = await page.context().newPage();
    await second.goto(`${marsad.url}/wall`);
    await second.locator('[role=tree]').waitFor();
    await page.keyboard.press('Shift+Q');
    await second.waitForURL('**/sign-in**');
    await page.waitForURL('**/sign-in**');
    await page.context().close();
  });
});

describe('the wall', () => {
  it('shows live pictures a fraction of a second behind, and gives everything back when the tab closes', async () => {
    const page = await open();
    await signIn(page, marsad);
    await fill(page, '3', 9);
    const widths = await page.$$eval('video', (videos) => videos.map((video) => video.videoWidth));
    expect(widths.filter((width) => width > 0)).toHaveLength(9);
    await until(async () => (await page.locator('[data-delay]').count()) === 9, 15_000, 'a delay on every tile');
    const delays = await page
      .locator('[data-delay]')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-delay'))));
    expect(Math.max(...delays)).toBeLessThan(1000);
    expect((await marsad.client.streams.stats()).total_viewers).toBe(9);
    await page.close();
    await until(
      async () => (await marsad.client.streams.stats()).total_viewers === 0,
      10_000,
      'reservations to be released',
    );
  }, 60_000);

  it('says of a picture that stands still since when it is old, and forgets it when pictures come again', async () => {
    const page = await open();
    await signIn(page, marsad);
    await fill(page, '2', 4);
    const farm = pidOf(marsad.dataDir, 'simulator');
    const stopped = Date.now();
    // Its connections stay, and nothing comes over them any more.
    process.kill(farm, 'SIGSTOP');
    try {
      const frozen = page.locator('[data-tile][data-state=frozen] .tile-veil');
      await until(async () => (await frozen.count()) === 4, 10_000, 'four frozen tiles');
      for (const text of await frozen.allTextContents()) {
        const [, hours = '', minutes = '', seconds = ''] = /Frozen since (\d\d):(\d\d):(\d\d)/.exec(text) ?? [];
        const since = new Date(stopped).setHours(Number(hours), Number(minutes), Number(seconds), 0);
        expect(Math.abs(since - stopped), text).toBeLessThan(2500);
      }
    } finally {
      process.kill(farm, 'SIGCONT');
    }
    await until(async () => (await liveTiles(page).count()) === 4, 20_000, 'four live tiles again');
    await page.context().close();
  }, 60_000);

  it('is worked by keyboard alone, in the direction of the screen', async () => {
    const page = await open({ language: 'ar', theme: 'dark' });
    await signIn(page, marsad);
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await tile(page, 0).and(page.locator('[data-filled]')).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('4');
    await tile(page, 3).and(page.locator('[data-filled]')).waitFor();
    await tile(page, 0).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('[data-tile]:focus').getAttribute('data-tile')).toBe('1');
    const box = async (index: number) => (await tile(page, index).boundingBox())?.x ?? 0;
    expect(await box(1)).toBeLessThan(await box(0));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await tile(page, 0).and(page.locator(':not([data-filled])')).waitFor();
    await page.keyboard.press('Control+z');
    await tile(page, 0).and(page.locator('[data-filled]')).waitFor();
    await page.context().close();
  }, 60_000);

  it('keeps the picture running while its camera is dragged to another tile', async () => {
    const page = await open();
    await signIn(page, marsad);
    await fill(page, '2', 4);
    const camera = await tile(page, 0).getAttribute('data-camera');
    await tile(page, 0).dragTo(tile(page, 3));
    await until(
      async () => (await tile(page, 3).getAttribute('data-camera')) === camera,
      5000,
      'the camera to have moved',
    );
    expect(await tile(page, 3).getAttribute('data-state')).toBe('live');
    await page.context().close();
  }, 60_000);

  it('is remembered for the user, and travels in a link', async () => {
    const page = await open();
    await signIn(page, marsad);
    const { cameras } = await marsad.client.cameras.list({ query: { limit: 2 } });
    await page.goto(`${marsad.url}/wall?layout=16-hotspot&cameras=${cameras[0]?.id},,${cameras[1]?.id}`);
    await tile(page, 2).and(page.locator('[data-filled]')).waitFor();
    expect(await page.locator('[data-tile]').count()).toBe(8);
    await page.goto(`${marsad.url}/wall`);
    await tile(page, 2).and(page.locator('[data-filled]')).waitFor();
    await page.context().close();
  }, 60_000);
});

describe('cameras', () => {
  it('are added, corrected, removed and had back', async () => {
    const page = await open(undefined, '/cameras');
    await page.locator('input[name=login]').fill(marsad.admin.login);
    await page.locator('input[name=password]').fill(marsad.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.locator('input[name=name]').fill('Port gate 9');
    await page.locator('input[name=rtsp_url]').fill('http://wrong');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('An address begins with rtsp://').waitFor();
    await page.locator('input[name=rtsp_url]').fill('rtsp://viewer:secret@127.0.0.1:1/main');
    await page.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row', { name: /Port gate 9/ });
    await row.waitFor();
    expect(await row.textContent()).not.toContain('secret');
    await row.getByRole('button', { name: 'Remove Port gate 9' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    await page.context().close();
  }, 60_000);

  it('are only those of one’s own agency, and not to be changed by an operator', async () => {
    const page = await open();
    const operators = marsad.admin['operators'] as { login: string; password: string; agency: string }[];
    const metro = operators.find(({ agency }) => agency === 'METRO');
    if (!metro) throw new Error('the demonstration has no operator of METRO');
    await signIn(page, marsad, metro);
    expect(await page.locator('[role=treeitem][aria-level="1"]').count()).toBe(1);
    await page.keyboard.press('c');
    await page.locator('tbody tr').first().waitFor();
    expect(await page.getByRole('button', { name: 'Add camera' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'System' }).count()).toBe(0);
    await page.context().close();
  }, 60_000);
});

describe('streams under quota', () => {
  afterAll(async () => {
    await marsad?.client.admin.setLimits({ body: { limits: { BUS: 20 } } });
  });

  it('are refused with numbers, given back on request, taken when there are more, and said to be ended', async () => {
    const { admin } = marsad.client;
    // A browser that is ended at once releases nothing: what tests before left would run out only after 45 s.
    for (const { reservation_id: id } of (await admin.reservations()).reservations) {
      await admin.endReservation({ params: { id } });
    }
    await admin.setLimits({ body: { limits: { BUS: 2 } } });
    const page = await open();
    await signIn(page, marsad);
    const buses = await marsad.client.cameras.list({ query: { source: 'BUS' } });
    await page.goto(`${marsad.url}/wall?layout=2x2&cameras=${buses.cameras.map(({ id }) => id).join()}`);
    await until(async () => (await liveTiles(page).count()) === 2, 20_000, 'two live tiles');
    const refused = page.locator('[data-tile][data-state=refused]');
    await refused.getByText('Bus: 2 of 2 streams in use.').waitFor();
    await page.locator('[data-quota=BUS][data-level=full]').waitFor();
    const place = await refused.getAttribute('data-tile');
    await refused.locator('.tile-veil').getByRole('button', { name: 'Release a stream…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Release / })
      .first()
      .click();
    await page.locator(`[data-tile="${place}"][data-state=live]`).waitFor({ timeout: 20_000 });

    // Had back, it finds no stream until the limit changes, and then takes it by itself.
    await page.keyboard.press('Control+z');
    await refused.waitFor();
    await admin.setLimits({ body: { limits: { BUS: 20 } } });
    await until(async () => (await liveTiles(page).count()) === 3, 20_000, 'the third to start by itself');

    const held = (await admin.reservations({ query: { source: 'BUS' } })).reservations.at(-1);
    await admin.endReservation({ params: { id: held?.reservation_id ?? '' } });
    const ended = page.locator('[data-tile][data-state=ended]');
    await ended.waitFor({ timeout: 5000 });
    await ended.locator('.tile-veil').getByRole('button', { name: 'Reserve again' }).click();
    await until(async () => (await liveTiles(page).count()) === 3, 20_000, 'the ended one to be taken again');
    await page.context().close();
  }, 120_000);

  it('that were reserved without the page hearing of it are given back with the tile', async () => {
    const { admin, cameras } = marsad.client;
    for (const { reservation_id: id } of (await admin.reservations()).reservations) {
      await admin.endReservation({ params: { id } });
    }
    const page = await open();
    await signIn(page, marsad);
    const [seen, lost] = (await cameras.list({ query: { source: 'BUS' } })).cameras.map(({ id }) => id);
    // The server hears the page, and the page hears nothing.
    await page.route('**/api/v1/stream/reserve', async (route) => {
      if (route.request().postDataJSON().camera_id !== lost) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.goto(`${marsad.url}/wall?layout=2x2&cameras=${seen},${lost}`);
    await until(async () => (await liveTiles(page).count()) === 1, 20_000, 'one live tile');
    const held = async () => (await admin.reservations()).reservations.map(({ camera_id }) => camera_id).sort();
    await until(async () => (await held()).length === 2, 10_000, 'both to be reserved');
    await tile(page, 1).focus();
    await page.keyboard.press('Delete');
    await until(async () => String(await held()) === seen, 5_000, 'the lost one to be given back');
    await page.context().close();
  }, 60_000);

  it('are followed and limited by the administrator, without polling', async () => {
    const page = await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await signIn(page, marsad);
    await page.keyboard.press('q');
    const limit = page.getByRole('textbox', { name: 'Limit of Metro' });
    await limit.fill('many');
    await page.getByText('A whole number from 0 to 100000.').waitFor();
    await limit.fill('31');
    await page.keyboard.press('Enter');
    await page.getByText('Metro may use 31 streams.', { exact: true }).waitFor();
    await page.locator('[data-quota=METRO]').getByText('/31').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('[data-quota=METRO]').getByText('/30').waitFor();

    const { cameras } = await marsad.client.cameras.list({ query: { source: 'METRO', status: 'ONLINE' } });
    const { reservation_id: id } = await marsad.client.streams.reserve({ body: { camera_id: cameras[0]?.id ?? '' } });
    const row = page.locator(`[data-reservation="${id}"]`);
    await row.waitFor({ timeout: 5000 });
    await row.getByRole('button', { name: /^End:/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End this stream' }).click();
    await row.waitFor({ state: 'detached' });
    expect(asked.filter((path) => path === '/api/v1/stream/stats').length).toBeLessThan(3);
    await page.context().close();
  }, 60_000);
});

// Each language and theme once on either side.
describe.each<{ admin: Look; operator: Look; words: Record<'hide' | 'show' | 'hidden', string> }>([
  {
    admin: { language: 'ar', theme: 'light' },
    operator: { language: 'en', theme: 'dark' },
    words: { hide: 'أخفِ', show: 'أظهرها من جديد', hidden: 'Hidden by the administrator since' },
  },
  {
    admin: { language: 'en', theme: 'dark' },
    operator: { language: 'ar', theme: 'light' },
    words: { hide: 'Hide', show: 'Show again', hidden: 'مخفية بقرار المسؤول منذ' },
  },
])('the system page in $admin.language', (look) => {
  it('speaks to those who watch, and takes a camera from them and gives it back', async () => {
    const operators = marsad.admin['operators'] as { login: string; password: string; agency: string }[];
    const metro = operators.find(({ agency }) => agency === 'METRO');
    if (!metro) throw new Error('the demonstration has no operator of METRO');
    const wall = await open(look.operator);
    await signIn(wall, marsad, metro);
    await fill(wall, '2', 3);

    const page = await open(look.admin);
    await signIn(page, marsad);
    await page.keyboard.press('s');
    await page.locator('tbody tr svg').first().waitFor();
    const chart = page.locator('[data-sparkline]').nth(1);
    await chart.waitFor({ timeout: 15_000 });
    const said = page.locator('[data-said]');
    await chart.hover({ position: { x: 1, y: 10 } });
    const earliest = await said.textContent();
    expect(earliest).toMatch(look.admin.language === 'ar' ? /:.*\S/ : /^\d\d:\d\d:\d\d \d+$/);
    await page.mouse.move(0, 0);
    await said.waitFor({ state: 'detached' });
    await chart.focus();
    await page.keyboard.press('Home');
    expect(await said.textContent()).toBe(earliest);
    expect((await chart.getAttribute('aria-valuetext'))?.replace(': ', ' ')).toBe(earliest);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await said.waitFor({ state: 'detached' });
    await page.locator('[data-room] button').first().click();
    await page.locator('[data-viewer]').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.locator('[role=dialog] select').last().selectOption('critical');
    await page.locator('input[name=message]').fill('نهاية الوردية 18:00');
    await page.locator('input[name=message]').press('Enter');
    await wall.getByText('نهاية الوردية 18:00', { exact: true }).waitFor({ timeout: 3000 });

    await page.getByRole('button', { name: look.words.hide }).first().click();
    const taken = wall.locator('[data-tile][data-state=hidden]');
    await taken.getByText(look.words.hidden).waitFor({ timeout: 5000 });
    const camera = await taken.getAttribute('data-camera');
    // The first one closes the toast that says so.
    const drawer = page.locator('[role=dialog]');
    await until(
      async () => {
        await page.keyboard.press('Escape');
        return (await drawer.count()) === 0;
      },
      5000,
      'the drawer to close',
    );
    const hidden = page.locator(`[data-hidden="${camera}"]`);
    await hidden.waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await hidden.getByRole('button', { name: look.words.show }).click();
    await until(async () => (await liveTiles(wall).count()) === 3, 10_000, 'the picture to be back');
    await hidden.waitFor({ state: 'detached' });
    await Promise.all([page.context().close(), wall.context().close()]);
  }, 60_000);
});

// Two looks give every page both languages and both themes.
describe.each<Look>([
  { language: 'en', theme: 'dark' },
  { language: 'ar', theme: 'light' },
])('in $language, $theme', (look) => {
  it('every page is clean by axe and says nothing in the console', async () => {
    const page = await open(look);
    const said: string[] = [];
    page.on('console', (message) => {
      // The browser itself reports the refresh that finds no session.
      if (message.type() === 'error' && !message.text().includes('401')) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(String(error)));
    await page.locator('input[name=login]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await signIn(page, marsad);
    expect(await accessibilityProblems(page)).toEqual([]);
    await fill(page, '3', 9);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    await page.locator('[cmdk-list]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Slash');
    await page.locator('[role=dialog] dl').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.locator('tbody tr').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.locator('tbody button').first().click();
    await page.locator('input[name=rtsp_url]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('q');
    await page.locator('[data-reservation]').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('s');
    await page.locator('tbody tr').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.context().close();
  }, 180_000);
});
