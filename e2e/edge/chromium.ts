import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import { launchChromium } from '../fixtures/chromium.ts';

/** Chromium with a page on a loopback server of its own, another origin than the edge. */
export async function openChromium(flags: readonly string[] = []): Promise<{
  browser: Browser;
  open: () => Promise<Page>;
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium(flags);
  return {
    browser,
    open: async () => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
