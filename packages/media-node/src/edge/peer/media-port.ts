import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { IceUdpMuxListener } from 'node-datachannel';

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

/**
 * Holds the port as long as the edge lives. The native library binds it with the first connection and frees it with the last;
 * should somebody else have it by the next one, the library ends the process.
 */
export class MediaPort {
  readonly #options: MediaPortOptions;
  #listener: IceUdpMuxListener | null = null;

  constructor(options: MediaPortOptions) {
    this.#options = options;
  }

  /** Rejects when the port cannot be had. Port 0 is not held: then each connection takes one of its own. */
  async open(): Promise<void> {
    const { port, bindAddress } = this.#options;
    if (port === 0) return;
    // The library says only that it could not be had, this says why.
    await requireFree(this.#options);
    this.#listener = new IceUdpMuxListener(port, bindAddress);
  }

  /** Safe to call twice. The library may keep the port until the process ends. */
  close(): void {
    this.#listener?.stop();
    this.#listener = null;
  }
}

async function requireFree({ port, bindAddress }: MediaPortOptions): Promise<void> {
  const socket = createSocket(bindAddress !== undefined && isIPv6(bindAddress) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, bindAddress, () => socket.close(() => resolve()));
  });
}
