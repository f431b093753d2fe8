import { describe, expect, it } from 'vitest';
import { ClientAddress } from './client-address.ts';

const from = (trusted: readonly string[], remoteAddress: string, forwarded?: string) =>
  new ClientAddress(trusted).of({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });

describe('ClientAddress', () => {
  it.each([
    ['no proxy', [], '192.0.2.1', undefined, '192.0.2.1'],
    ['a header nobody asked for', [], '127.0.0.1', '203.0.113.5', '127.0.0.1'],
    ['a header of somebody who is no proxy', ['10.0.0.0/8'], '192.0.2.1', '203.0.113.5', '192.0.2.1'],
    ['a proxy', ['127.0.0.1'], '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['a proxy on a socket for both families', ['127.0.0.1'], '::ffff:127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['what the client wrote itself', ['127.0.0.1'], '127.0.0.1', '198.51.100.1, 203.0.113.5', '203.0.113.5'],
    ['two proxies', ['127.0.0.1', '10.0.0.0/8'], '127.0.0.1', '198.51.100.1, 203.0.113.5, 10.1.2.3', '203.0.113.5'],
    ['proxies alone', ['127.0.0.1', '10.0.0.0/8'], '127.0.0.1', '10.1.2.3', '10.1.2.3'],
    ['IPv6', ['fd00::/8'], 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['garbage', ['127.0.0.1'], '127.0.0.1', '203.0.113.5, <script>', '127.0.0.1'],
    ['nothing', ['127.0.0.1'], '127.0.0.1', '', '127.0.0.1'],
  ])('%s', (_, trusted, address, forwarded, expected) => {
    expect(from(trusted, address, forwarded)).toBe(expected);
  });

  it('refuses what is no range', () => {
    expect(() => new ClientAddress(['proxy.example'])).toThrow();
    expect(() => new ClientAddress(['10.0.0.0/99'])).toThrow();
  });
});
