import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { Watched, WatchRequest } from '../../page/watched.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

/** Bundles what runs in the page, so that it can use the same modules as everything else. */
export async function bundlePageScript(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('../../page/watch.ts', import.meta.url)), formats: ['iife'], name: 'bench' },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !('output' in output)) throw new Error('the page script could not be bundled');
  return output.output[0].code;
}

/** A page of the server's own origin with the bench's script in it, whatever the server's CSP says. */
export async function openBenchPage(browser: Browser, url: string, script: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${url}/health`);
  await page.evaluate(script);
  return page;
}

/** Runs `watch` of the page's script (bench/page/watch.ts). */
export async function watchInPage(page: Page, request: WatchRequest): Promise<Watched> {
  return page.evaluate(
    (given) => (globalThis as unknown as { watch(request: WatchRequest): Promise<Watched> }).watch(given),
    request,
  );
}
