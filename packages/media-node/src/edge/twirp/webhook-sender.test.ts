import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinnedSender, publicSender } from './webhook-sender.ts';

let folder: string;
let own: { cert: string; key: string };
let other: { cert: string; key: string };
let server: Server;
let url: string;
const heard: { body: string; type: string | undefined }[] = [];

/** A certificate for a name that is not where the server is reached. */
function certificate(name: string): { cert: string; key: string } {
  const files = [join(folder, `${name}-key`), join(folder, `${name}-cert`)] as const;
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', files[0], '-out', files[1]],
  ]);
  expect(made.status).toBe(0);
  return { key: readFileSync(files[0], 'utf8'), cert: readFileSync(files[1], 'utf8') };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'webhook-'));
  [own, other] = [certificate('wall.example'), certificate('wall.example.org')];
  server = createServer(own, (request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      heard.push({ body, type: request.headers['content-type'] });
      response.writeHead(body === 'no' ? 401 : 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/livekit`;
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const headers = { 'content-type': 'application/webhook+json' };
const post = (send: typeof publicSender, body: string) => send(url, body, headers, AbortSignal.timeout(3_000));

describe('a webhook', () => {
  it('goes to the one certificate it is meant for, whatever name that has', async () => {
    const send = pinnedSender(own.cert);
    expect(await post(send, '{"event":"حضر"}')).toBe(true);
    expect(await post(send, 'no')).toBe(false);
    expect(heard).toEqual([
      { body: '{"event":"حضر"}', type: 'application/webhook+json' },
      { body: 'no', type: 'application/webhook+json' },
    ]);
  });

  it('goes to nobody else', async () => {
    heard.length = 0;
    await expect(post(pinnedSender(other.cert), 'x')).rejects.toThrow();
    await expect(post(publicSender, 'x')).rejects.toThrow();
    expect(heard).toEqual([]);
  });

  it('is given up when nobody answers in time', async () => {
    const silent = createServer(own, () => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const where = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    await expect(pinnedSender(own.cert)(where, 'x', headers, AbortSignal.timeout(200))).rejects.toThrow(/abort/i);
    silent.closeAllConnections();
    silent.close();
  });
});
