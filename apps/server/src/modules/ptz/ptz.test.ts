import { fileURLToPath } from 'node:url';
import type { Client, PtzBody } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Farm, startFarm } from '../../../../simulator/src/index.ts';
import type { Identity } from '../../platform/auth/identity.ts';
import { Valkey } from '../../platform/valkey/valkey.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';
import { PtzHolds } from './ptz-holds.ts';

const cache = fileURLToPath(new URL('../../../../../.cache/loops', import.meta.url));
let t: TestApi;
let farm: Farm;
let admin: Client;
let operator: Client;
let operatorId: string;

beforeAll(async () => {
  [farm, t] = await Promise.all([
    startFarm({ port: 0, onvifPort: 0, cameras: 60, scene: 'junction', cache }),
    testApi(),
  ]);
  admin = t.client(await t.admin());
  const user = await t.user('METRO', ['camera:METRO:view', 'camera:METRO:ptz']);
  operatorId = user.id;
  operator = t.client(user.token);
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
}, 120_000);
afterAll(async () => {
  await t?.close();
  await farm?.close();
});

let next = 0;
/** A camera of its own for each test. */
async function camera(over: object = {}) {
  const info = farm.cameras.filter(({ ptzEnabled }) => ptzEnabled)[next++];
  if (!info?.ptzUrl) throw new Error('the farm has too few cameras that move');
  const made = { name: info.path, source: 'METRO', rtsp_url: info.rtspUrl, ptz_enabled: true, ptz_url: info.ptzUrl };
  const { id, name } = await admin.cameras.create({ body: { ...made, ...over } as never });
  return { id, name, state: () => farm.ptz(info.path) };
}
const command = (client: Client, id: string, body: Partial<PtzBody>) =>
  client.ptz.command({ params: { id }, body: { command: 'pan_left', ...body } });

describe('POST /api/v1/cameras/{id}/ptz', () => {
  it('takes the documented body, moves the camera that way, and stops it', async () => {
    const { id, state } = await camera();
    const url = `${t.api.address}/api/v1/cameras/${id}/ptz`;
    const token = await t.signIn('admin', t.adminPassword);
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'pan_left', speed: 0.5, user_id: 'admin' }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'success', message: 'PTZ command executed' });
    expect(state().moving).toBe(true);
    await until(() => !state().moving, 2_000);
    expect(state().position.pan).toBeLessThan(0);
  });

  it.each([
    ['pan_right', 'pan', 1],
    ['tilt_up', 'tilt', 1],
    ['tilt_down', 'tilt', -1],
    ['zoom_in', 'zoom', 1],
    ['zoom_out', 'zoom', -1],
  ] as const)('%s', async (word, axis, sign) => {
    const { id, state } = await camera();
    await command(operator, id, { command: 'zoom_in', duration_ms: 300, speed: 1 });
    await until(() => !state().moving, 2_000);
    const before = state().position;
    await command(operator, id, { command: word, duration_ms: 100, speed: 1 });
    await until(() => !state().moving, 2_000);
    const after = state().position;
    const still = (['pan', 'tilt', 'zoom'] as const).filter((other) => other !== axis);
    expect(Math.sign(after[axis] - before[axis])).toBe(sign);
    expect(still.map((other) => after[other])).toEqual(still.map((other) => before[other]));
  });

  it('knows presets and home', async () => {
    const { id, state } = await camera();
    const { presets } = await operator.ptz.presets({ params: { id } });
    expect(presets.map(({ preset_id }) => preset_id)).toEqual([1, 2, 3]);
    await command(operator, id, { command: 'preset', preset_id: 3, speed: 1 });
    await until(() => state().moving && state().position.pan !== 0, 8_000);
    await command(operator, id, { command: 'home', speed: 1 });
    await until(() => !state().moving && state().position.pan === 0, 8_000);
    await expect(command(operator, id, { command: 'preset', preset_id: 77 })).rejects.toMatchObject({
      status: 404,
      code: 'PTZ_PRESET_NOT_FOUND',
      facts: { preset_id: 77 },
    });
  });

  it.each([
    ['no such command', { command: 'dance' }, 'command'],
    ['a speed over 1', { speed: 1.5 }, 'speed'],
    ['a preset without a number', { command: 'preset' }, 'preset_id'],
    ['a move of an hour', { duration_ms: 3_600_000 }, 'duration_ms'],
  ])('refuses %s', async (_, body, field) => {
    const told = operator.ptz.command({ params: { id: 'any' }, body: { command: 'pan_left', ...body } as never });
    await expect(told).rejects.toMatchObject({ status: 400, code: 'VALIDATION_FAILED', facts: { field } });
  });

  it('is only for whoever may move cameras of the agency, as themselves', async () => {
    const { id, state } = await camera();
    const viewer = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    await expect(command(viewer, id, {})).rejects.toMatchObject({ status: 403, code: 'PTZ_FORBIDDEN' });
    await expect(viewer.ptz.presets({ params: { id } })).rejects.toMatchObject({ code: 'PTZ_FORBIDDEN' });
    await expect(command(operator, id, { user_id: 'someone-else' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(command(operator, 'nowhere', {})).rejects.toMatchObject({ status: 404, code: 'CAMERA_NOT_FOUND' });
    await expect(command(t.client(null), id, {})).rejects.toMatchObject({ status: 401 });
    expect(state().commands).toEqual([]);
    await command(operator, id, { user_id: operatorId });
  });

  it('says of a camera why it was not moved', async () => {
    const fixed = await camera({ ptz_enabled: false });
    await expect(command(operator, fixed.id, {})).rejects.toMatchObject({ status: 409, code: 'PTZ_NOT_ENABLED' });
    const away = await camera({ ptz_url: 'http://127.0.0.1:1/onvif/device_service' });
    await expect(command(operator, away.id, {})).rejects.toMatchObject({
      status: 409,
      code: 'CAMERA_OFFLINE',
      facts: { camera_name: away.name, detail: 'ECONNREFUSED' },
    });
    const refusing = await camera();
    await farm.setFault(refusing.name, { kind: 'ptz-refuse' });
    await expect(command(operator, refusing.id, {})).rejects.toMatchObject({ status: 502, code: 'PTZ_REFUSED' });
  });

  it('answers within a tenth of a second, once a camera is known', async () => {
    const { id } = await camera();
    await command(operator, id, {});
    const took: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const began = performance.now();
      await command(operator, id, { command: i % 2 ? 'pan_left' : 'pan_right' });
      took.push(performance.now() - began);
    }
    expect(took.sort((a, b) => a - b)[10]).toBeLessThan(100);
  });
});

describe('whose turn it is', () => {
  it('is whoever moved it last, until an administrator takes it; once in the audit log for each turn', async () => {
    const { id } = await camera();
    const other = t.client((await t.user('METRO', ['camera:METRO:ptz'])).token);
    await command(operator, id, {});
    await command(operator, id, { command: 'stop' });
    await expect(command(other, id, {})).rejects.toMatchObject({
      status: 409,
      code: 'PTZ_IN_USE',
      facts: { retry_after: 5, holder: expect.stringContaining('user-') },
    });
    await command(admin, id, {});
    await expect(command(operator, id, {})).rejects.toMatchObject({
      code: 'PTZ_IN_USE',
      facts: { holder_ar: 'مدير النظام' },
    });
    const turns = await t.query<{ actor_id: string }>(
      `select actor_id from audit_log where event_type = 'camera_moved' and details->>'camera_id' = $1 order by id`,
      [id],
    );
    expect(turns.map(({ actor_id }) => actor_id)).toEqual([operatorId, expect.not.stringMatching(operatorId)]);
  });

  it('ends with the seconds it was given', async () => {
    const valkey = new Valkey({ url: t.config.valkey.url ?? '', keyPrefix: t.config.valkey.keyPrefix, log: silent });
    await valkey.ready(5_000);
    const holds = new PtzHolds(valkey, 300);
    const one = { id: 'one', displayName: 'One', displayNameAr: 'واحد', isAdmin: false } as Identity;
    const two = { ...one, id: 'two' };
    expect(await holds.take('a camera', one)).toEqual({ held: true, fresh: true });
    expect(await holds.take('a camera', one)).toEqual({ held: true, fresh: false });
    expect(await holds.take('a camera', two)).toMatchObject({ held: false, holder: 'One', holderAr: 'واحد' });
    expect(await holds.take('another', two)).toMatchObject({ held: true });
    await until(async () => (await holds.take('a camera', two)).held, 2_000);
    valkey.close();
  });
});

describe('the address a camera is moved at', () => {
  it('is shown to administrators without its password, and kept', async () => {
    const { id } = await camera({ ptz_url: 'http://onvif:s3cr3t@10.1.2.3:8000/onvif/device_service' });
    const shown = await admin.cameras.get({ params: { id } });
    expect(shown.ptz_url).toBe('http://onvif:***@10.1.2.3:8000/onvif/device_service');
    expect(await operator.cameras.get({ params: { id } })).not.toHaveProperty('ptz_url');
    const changed = { ptz_url: 'http://onvif:***@10.1.2.3:8000/other' };
    expect(await admin.cameras.update({ params: { id }, body: changed })).toMatchObject(changed);
    const elsewhere = { ptz_url: 'http://onvif:***@10.9.9.9/onvif' };
    await expect(admin.cameras.update({ params: { id }, body: elsewhere })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      facts: { field: 'ptz_url' },
    });
    const [row] = await t.query<{ text: string }>(
      `select cameras::text || encode(ptz_url, 'escape') as text from cameras where id = $1`,
      [id],
    );
    expect(row?.text).not.toContain('s3cr3t');
    expect(await admin.cameras.update({ params: { id }, body: { ptz_url: null } })).toMatchObject({ ptz_url: null });
  });

  it('is needed for a camera that is pushed, and is no file', async () => {
    const pushed = { name: 'Drone', source: 'METRO', ingest: 'push', ptz_enabled: true } as const;
    const field = { code: 'VALIDATION_FAILED', facts: { field: 'ptz_url' } };
    await expect(admin.cameras.create({ body: pushed })).rejects.toMatchObject(field);
    const { id } = await admin.cameras.create({ body: { ...pushed, ptz_enabled: false } });
    await expect(admin.cameras.update({ params: { id }, body: { ptz_enabled: true } })).rejects.toMatchObject(field);
    const url = { ptz_url: 'file:///etc/passwd' };
    await expect(admin.cameras.update({ params: { id }, body: url })).rejects.toMatchObject(field);
  });
});
