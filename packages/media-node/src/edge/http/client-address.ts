import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** From where a request really comes, when it comes through proxies. */
export class ClientAddress {
  readonly #trusted = new BlockList();

  /**
   * @param trusted addresses or ranges (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed
   * @throws Error when one is neither
   */
  constructor(trusted: readonly string[]) {
    for (const range of trusted) {
      const [address = '', bits] = range.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  /** The nearest that is not a trusted proxy: what stands further left in the header anybody may have written. */
  of({
    socket,
    headers,
  }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }): string {
    const named = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse();
    let nearest = plain(socket.remoteAddress ?? '');
    for (const name of named) {
      const before = plain(name.trim());
      if (!this.#isTrusted(nearest) || isIP(before) === 0) break;
      nearest = before;
    }
    return nearest;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

/** An IPv4 address as a socket for both families shows it (RFC 4291, 2.5.5.2) is an IPv4 address. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
