import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export interface MediaPortOptions {
  /** UDP. */
  readonly port: number;
  readonly bindAddress?: string;
  readonly publicAddresses: readonly string[];
}

/**
 * The candidates a viewer is told for one found here: itself, and the same port at each public address. A public address
 * is a host candidate to the viewer: the 1:1 NAT in front is invisible to both ends.
 */
export function candidatesFor(candidate: string, publicAddresses: readonly string[]): string[] {
  const line = candidate.startsWith('a=') ? candidate.slice(2) : candidate;
  const fields = line.split(' ');
  const address = fields[4];
  if (address === undefined || fields[7] !== 'host') return [line];
  const translated = publicAddresses
    .filter((publicAddress) => isIPv6(publicAddress) === isIPv6(address))
    .map((publicAddress, index) => {
      const copy = [...fields];
      copy[0] = `candidate:${900 + index}`;
      copy[4] = publicAddress;
      return copy.join(' ');
    });
  return [line, ...translated];
}

/** Rejects when the port cannot be had: the native library would only say so at the first viewer. */
export async function requireFree({ port, bindAddress }: MediaPortOptions): Promise<void> {
  const socket = createSocket(bindAddress !== undefined && isIPv6(bindAddress) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, bindAddress, () => socket.close(() => resolve()));
  });
}
