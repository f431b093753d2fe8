import type { ChildProcess } from 'node:child_process';
import type { Client } from '@marsad/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encode } from '../../testing/encoder.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

let t: TestApi;
let admin: Client;
let camera: string;
let port: number;
const encoders: ChildProcess[] = [];

beforeAll(async () => {
  t = await testApi();
  admin = t.client(await t.admin());
  camera = (await admin.cameras.create({ body: { name: 'Gate', source: 'METRO', ingest: 'push', path: 'gate' } })).id;
  await t.mediaNode();
  await until(() => t.api.mediaPlane.ready, 8_000);
  port = t.api.mediaPlane.edges()[0]?.lease.rtsp_port ?? 0;
}, 60_000);
afterAll(async () => {
  for (const encoder of encoders) encoder.kill('SIGKILL');
  await t?.close();
});

const state = async () => (await admin.cameras.get({ params: { id: camera } })).state;

async function publish(url: string): Promise<ChildProcess> {
  const encoder = encode(url);
  encoders.push(encoder);
  await until(async () => (await state()) === 'live', 15_000);
  return encoder;
}

it('who publishes with a sign-in is ended when the account is disabled; who has shown the key needs none', async () => {
  const { id, token } = await t.user('OTHER', ['admin:*']);
  const player = await t.client(token).auth.makePlayerPassword();
  const signedIn = await publish(
    `rtsp://${encodeURIComponent(player.login)}:${player.password}@127.0.0.1:${port}/gate`,
  );
  expect(t.api.mediaPlane.published()).toEqual([{ camera, by: id }]);
  await t.query(`update users set status = 'DISABLED' where id = $1`, [id]);
  await until(async () => (await state()) === 'offline', 14_000);
  await until(() => signedIn.exitCode !== null, 5_000);

  const { rtsp_url } = await admin.cameras.streamKey({ params: { id: camera } });
  await publish(rtsp_url?.replace('localhost', '127.0.0.1') ?? '');
  expect(t.api.mediaPlane.published()).toEqual([{ camera, by: undefined }]);
}, 60_000);
