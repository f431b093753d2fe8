import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { StreamProvider } from '../../stream-provider.ts';
import type { Access } from '../access.ts';
import { Edge } from '../edge.ts';
import type { EdgeOptions } from '../edge-options.ts';
import { freeUdpPort } from './free-ports.ts';

export const KEY = 'test-key';
export const SECRET = 'test-secret-that-is-long-enough-for-hs256';

/** An edge on free loopback ports, started. */
export async function testEdge(
  streams: StreamProvider,
  options: Partial<EdgeOptions> = {},
): Promise<{ edge: Edge; url: string; registry: Registry }> {
  const registry = new Registry();
  const edge = new Edge({
    http: { host: '127.0.0.1', port: 0 },
    udp: { port: await freeUdpPort(), bindAddress: '127.0.0.1', publicAddresses: [] },
    publicUrl: null,
    livekit: { apiKey: KEY, apiSecret: SECRET },
    webhookUrls: [],
    corsOrigins: '*',
    streams,
    access: nobody,
    publishing: { publish: () => null },
    log: pino({ level: 'silent' }),
    metrics: registry,
    ...options,
  });
  await edge.start();
  return { edge, url: `http://127.0.0.1:${edge.port}`, registry };
}

/** Lets nobody in: for tests in which everybody brings a token of a room. */
const nobody: Access = {
  ask: async () => ({ outcome: 'refused', reason: 'UNAUTHENTICATED', detail: 'nobody is let in' }),
  closed: () => {},
};

export function metadataOf(ids: readonly string[]): string {
  return JSON.stringify({ cameras: ids.map((id) => ({ id, name: `Camera ${id}` })) });
}
