import { createSocket, type Socket } from 'node:dgram';
import { expect, test } from 'vitest';
import { candidatesFor, MediaPort } from './media-port.ts';

test('a host candidate is offered at the public addresses of its family too', () => {
  const found = 'a=candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host';
  expect(candidatesFor(found, [])).toEqual(['candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host']);
  expect(candidatesFor(found, ['203.0.113.9', '2001:db8::1'])).toEqual([
    'candidate:1 1 UDP 2114977791 10.0.0.5 7882 typ host',
    'candidate:900 1 UDP 2114977791 203.0.113.9 7882 typ host',
  ]);
});

const bound = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = createSocket('udp4').once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });

test('a port in use is refused before a viewer comes; once had, it is kept', async () => {
  const other = await bound(0);
  const { port } = other.address();
  const media = new MediaPort({ port, bindAddress: '127.0.0.1', publicAddresses: [] });
  await expect(media.open()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise<void>((resolve) => other.close(() => resolve()));
  await media.open();
  await expect(bound(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  media.close();
  media.close();
});
