import { NodeLease } from '@marsad/contract';
import { loadScript } from '../platform/valkey/script.ts';
import type { Valkey } from '../platform/valkey/valkey.ts';

const script = loadScript(new URL('leases.lua', import.meta.url));

/**
 * The leases that media nodes hold at this moment. What is not a lease is passed over.
 * @throws AppError `SERVICE_UNAVAILABLE` while Valkey is away: then nothing is known, which is not "there are none"
 */
export async function readLeases(valkey: Valkey): Promise<NodeLease[]> {
  const answer = await valkey.eval(script, [valkey.key('nodes')], [valkey.key('node', '')]);
  const leases: NodeLease[] = [];
  for (const text of Array.isArray(answer) ? answer : []) {
    const lease = NodeLease.safeParse(parseJson(String(text)));
    if (lease.success) leases.push(lease.data);
  }
  return leases;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
