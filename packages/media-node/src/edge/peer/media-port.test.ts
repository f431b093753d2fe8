import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { candidatesFor, requireFree } from './media-port.ts';

test('a host candidate is offered at the public addresses of its family too', () => {
  const found = 'a=candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host';
  expect(candidatesFor(found, [])).toEqual(['candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host']);
  expect(candidatesFor(found, ['203.0.113.9', '2001:db8::1'])).toEqual([
    'candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host',
    'candidate:900 1 UDP 2114977791 203.0.113.9 7882 typ host',
  ]);
});

test('a port in use is refused before a viewer comes', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const port = { port: socket.address().port, bindAddress: '127.0.0.1', publicAddresses: [] };
  await expect(requireFree(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  await requireFree(port);
});
