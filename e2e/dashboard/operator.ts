import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import type { Credentials, RunningMarsad } from '../fixtures/running-marsad.ts';

export type Look = { language: 'en' | 'ar'; theme: 'dark' | 'light' };

/** A browser of their own for one operator: nothing saved, the language and theme they like. */
export async function newOperator(browser: Browser, { language, theme }: Look): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  await context.addInitScript(
    (state) => {
      localStorage.getItem('marsad.settings') ??
        localStorage.setItem('marsad.settings', JSON.stringify({ state, version: 0 }));
    },
    { language, theme },
  );
  return await context.newPage();
}

export async function signIn(page: Page, marsad: RunningMarsad, as: Credentials = marsad.admin): Promise<void> {
  await page.locator('input[name=login]').fill(as.login);
  await page.locator('input[name=password]').fill(as.password);
  await page.keyboard.press('Enter');
  await page.locator('[role=tree]').waitFor();
}

/** What axe finds, one line each; empty when clean. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // In the page itself, which has no frames: else each look opens another tab and takes all that is well along.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

export function tile(page: Page, index: number) {
  return page.locator(`[data-tile="${index}"]`);
}

/** What the tiles say, for whoever waited for something else in vain. */
export function tileLabels(page: Page): Promise<(string | null)[]> {
  return page.locator('[data-tile]').evaluateAll((tiles) => tiles.map((one) => one.getAttribute('aria-label')));
}

export function liveTiles(page: Page) {
  return page.locator('[data-tile][data-state=live]');
}
