import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import { launchChromium } from '../fixtures/chromium.ts';

interface PlaceOptions {
  /** What starts the browser, when it is to run somewhere else. */
  readonly executable?: string;
  /** Address the page's server listens on; loopback when left out. */
  readonly host?: string;
}

/** Chromium with a page on a server of its own, another origin than the edge. */
export async function openChromium(
  flags: readonly string[] = [],
  { executable, host = '127.0.0.1' }: PlaceOptions = {},
): Promise<{
  browser: Browser;
  /** `through`: the address under which the browser reaches the page's server, when another. */
  open: (through?: string) => Promise<Page>;
  close: () => Promise<void>;
}> {
  const require = createRequire(import.meta.url);
  const client = require.resolve('livekit-client').replace(/[^/]+$/, 'livekit-client.umd.js');
  const files = new Map([
    ['/', { type: 'text/html', body: await readFile(new URL('page.html', import.meta.url)) }],
    ['/page.js', { type: 'text/javascript', body: await readFile(new URL('page.js', import.meta.url)) }],
    ['/livekit-client.js', { type: 'text/javascript', body: await readFile(client) }],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium(flags, executable);
  return {
    browser,
    open: async (through = host) => {
      const page = await browser.newPage();
      await page.goto(`http://${through}:${port}/`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
