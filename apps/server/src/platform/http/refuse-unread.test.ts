import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await testApi();
}, 60_000);
afterAll(() => t?.close());

async function said(bytes: string): Promise<{ status: number; head: string; code: string }> {
  const socket = connect(Number(new URL(t.api.address).port), '127.0.0.1');
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const { error } = JSON.parse(body);
  expect(error.message_en).not.toBe('');
  expect(error.message_ar).toMatch(/[\u0600-\u06ff]/);
  return { status: Number(head.split(' ')[1]), head, code: error.code };
}

it('what is no request is refused in both languages, with an id', async () => {
  const garbage = await said('what is this\r\n\r\n');
  expect(garbage).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  expect(garbage.head).toMatch(/^x-request-id: [0-9a-f-]{36}$/im);
  const large = await said(`GET /health HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`);
  expect(large).toMatchObject({ status: 431, code: 'HEADERS_TOO_LARGE' });
  const socket = await said('GET /ws/stream/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(socket).toMatchObject({ status: 426, code: 'UPGRADE_REQUIRED' });
});
