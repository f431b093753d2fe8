import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config.ts';

type Http = Config['http'];

const anyAddress = new Set(['0.0.0.0', '::', '']);

/** Whether the api says it is ready; also what it says is missing, for the one who waits. */
export function askReady({ host, port, tls }: Http): Promise<{ ready: boolean; body: string }> {
  const address = anyAddress.has(host) ? '127.0.0.1' : host;
  const options = { host: address, port, path: '/ready', timeout: 2000, agent: false };
  return new Promise((resolve) => {
    // Its certificate is for the name its users know, not for the address we call.
    const request = tls ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        if (body.length < 4096) body += part;
      });
      response.once('end', () => resolve({ ready: response.statusCode === 200, body }));
      response.once('error', () => resolve({ ready: false, body: '' }));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve({ ready: false, body: '' }));
    request.end();
  });
}

/** Addresses a browser can open: this machine first, then its addresses in the network. */
export function openAddresses({ host, port, tls }: Http): string[] {
  const scheme = tls ? 'https' : 'http';
  const hosts = anyAddress.has(host) ? ['localhost', ...networkAddresses()] : [host];
  return hosts.map((name) => `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`);
}

function networkAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
