import type { Client } from '@marsad/contract';
import { CameraPath } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretBox } from '../../platform/crypto/secret-box.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { loadSecrets } from '../../secrets.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import type { Tables } from '../tables.ts';
import { CameraRepository } from './cameras.repository.ts';
import { maskAddress } from './rtsp-address.ts';

let t: TestApi;
let admin: Client;
let repository: CameraRepository;
let closeDatabase: () => Promise<void>;

beforeAll(async () => {
  t = await testApi();
  admin = t.client(await t.admin());
  const database = openDatabase<Tables>({ url: t.config.database.url ?? '', connections: 1, log: silent });
  closeDatabase = () => database.close();
  const box = new SecretBox(loadSecrets(t.config.secretsDir).cameraKey);
  repository = new CameraRepository(database.sql, box, maskAddress);
}, 60_000);
afterAll(async () => {
  await closeDatabase?.();
  await t?.close();
});

const refusal = (promise: Promise<unknown>) => promise.then(() => 'done').catch((error) => error.code);
const pushed = (name: string, more: object = {}) =>
  admin.cameras.create({ body: { name, source: 'BUS', ingest: 'push', ...more } });

describe('a camera that is pushed', () => {
  it('needs no address, and has a key that only administrators see, each look written down', async () => {
    const camera = await pushed('Bus 12', { path: 'bus/12' });
    expect(camera).toMatchObject({ ingest: 'push', path: 'bus/12' });
    expect(camera).not.toHaveProperty('rtsp_url');
    const params = { id: camera.id };
    const { stream_key: key } = await admin.cameras.streamKey({ params });
    expect(key).toMatch(/^[A-Za-z0-9_-]{32,}$/);
    expect((await repository.findByKey(key))?.id).toBe(camera.id);
    expect((await repository.findByPath('bus/12'))?.id).toBe(camera.id);
    expect((await repository.specs()).find(({ spec }) => spec.id === camera.id)?.spec).toMatchObject({
      main: { push: true },
      sub: null,
    });
    const [row] = await t.query<{ text: string }>(
      `select cameras::text || encode(stream_key, 'escape') as text from cameras where id = $1`,
      [camera.id],
    );
    expect(row?.text).not.toContain(key);
    const log = JSON.stringify(await t.query(`select details, event_type from audit_log`));
    expect(log).toContain('stream_key_shown');
    expect(log).not.toContain(key);
    const operator = t.client((await t.user('BUS', ['camera:BUS:view'])).token);
    expect(await refusal(operator.cameras.streamKey({ params }))).toBe('FORBIDDEN');
    expect(await refusal(operator.cameras.renewStreamKey({ params }))).toBe('FORBIDDEN');
  });

  it('forgets the old key when it is renewed, and every key when it is pulled or removed', async () => {
    const camera = await pushed('Bus 13');
    const params = { id: camera.id };
    const { stream_key: old } = await admin.cameras.streamKey({ params });
    const { stream_key: renewed } = await admin.cameras.renewStreamKey({ params });
    expect(renewed).not.toBe(old);
    expect(await repository.findByKey(old)).toBeUndefined();
    expect((await repository.findByKey(renewed))?.id).toBe(camera.id);
    const rtsp_url = 'rtsp://10.0.0.1/a';
    expect(await refusal(admin.cameras.update({ params, body: { ingest: 'pull' } }))).toBe('VALIDATION_FAILED');
    expect(await admin.cameras.update({ params, body: { ingest: 'pull', rtsp_url } })).toMatchObject({ rtsp_url });
    expect(await refusal(admin.cameras.streamKey({ params }))).toBe('CAMERA_NOT_PUSHED');
    expect(await repository.findByKey(renewed)).toBeUndefined();
    expect(await admin.cameras.update({ params, body: { ingest: 'push' } })).not.toHaveProperty('rtsp_url');
    const { stream_key: third } = await admin.cameras.streamKey({ params });
    expect(await repository.findByKey(renewed)).toBeUndefined();
    await admin.cameras.remove({ params });
    expect(await repository.findByKey(third)).toBeUndefined();
    expect(await refusal(admin.cameras.streamKey({ params }))).toBe('CAMERA_NOT_FOUND');
  });

  it('has no address, and one that is pulled needs one', async () => {
    expect(await refusal(pushed('x', { rtsp_url: 'rtsp://10.0.0.1/a' }))).toBe('VALIDATION_FAILED');
    expect(await refusal(pushed('x', { ingest: 'pull' }))).toBe('VALIDATION_FAILED');
  });
});

describe('the path of a camera', () => {
  it('belongs to one camera; a removed one loses it to the next', async () => {
    const first = await pushed('A', { path: 'gate' });
    const second = await pushed('B');
    expect(await refusal(pushed('C', { path: 'gate' }))).toBe('CAMERA_PATH_TAKEN');
    const params = { id: second.id };
    expect(await refusal(admin.cameras.update({ params, body: { path: 'gate' } }))).toBe('CAMERA_PATH_TAKEN');
    await admin.cameras.remove({ params: { id: first.id } });
    expect(await admin.cameras.update({ params, body: { path: 'gate' } })).toMatchObject({ path: 'gate' });
    const restored = admin.cameras.restore({ params: { id: first.id } });
    await expect(restored).rejects.toMatchObject({ code: 'CAMERA_PATH_TAKEN', facts: { path: 'gate' } });
    expect(await admin.cameras.update({ params, body: { path: null } })).toMatchObject({ path: null });
    expect(await admin.cameras.restore({ params: { id: first.id } })).toMatchObject({ path: 'gate' });
  });

  it('is what an address can hold and nothing else means', () => {
    for (const good of ['gate', 'Metro/Platform_2', 'a.b~c-d', 'main-hall', 'x/y/z']) {
      expect(CameraPath.safeParse(good).success, good).toBe(true);
    }
    const id = 'd0b1f6a2-8a27-4b8e-9f35-6f6a8a1f0b11';
    for (const bad of [
      '',
      '/a',
      'a/',
      'a//b',
      'a b',
      'ع',
      '..',
      'a/../b',
      '.',
      'a?b',
      'a/sub',
      'main',
      id,
      `camera_${id}`,
    ]) {
      expect(CameraPath.safeParse(bad).success, bad).toBe(false);
    }
  });
});
