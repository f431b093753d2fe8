import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import type { WallPage, Watched, WatchRequest } from '../../page/watched.ts';
import { repository } from '../fixtures/repository.ts';

/** Bundles a script of `bench/page`, so that what runs in the page can use the same modules as everything else. */
export async function bundlePageScript(name: 'watch' | 'wall'): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: repository(`bench/page/${name}.ts`), formats: ['iife'], name: 'bench' },
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

/** Calls a function of the wall's script (bench/page/wall.ts) in the page. */
export async function askWall<Name extends keyof WallPage>(
  page: Page,
  name: Name,
  ...given: Parameters<WallPage[Name]>
): Promise<ReturnType<WallPage[Name]>> {
  return page.evaluate(
    ([called, values]) => {
      const { benchWall } = globalThis as unknown as { benchWall: Record<string, (...all: unknown[]) => unknown> };
      return benchWall[called]?.(...values);
    },
    [name as string, given as unknown[]] as const,
  ) as Promise<ReturnType<WallPage[Name]>>;
}
