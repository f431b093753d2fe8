import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CameraInput, Client } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretBox } from '../../platform/crypto/secret-box.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { loadSecrets } from '../../secrets.ts';
import { silent, type TestApi, testApi } from '../../testing/test-api.ts';
import type { Tables } from '../tables.ts';
import { CameraRepository } from './cameras.repository.ts';
import { seedDemoCameras } from './demo-cameras.ts';
import { maskAddress } from './rtsp-address.ts';

let t: TestApi;
let admin: Client;
beforeAll(async () => {
  t = await testApi();
  admin = t.client(await t.admin());
}, 60_000);
afterAll(() => t?.close());

const input = (name: string, source: CameraInput['source'] = 'METRO') => ({
  name,
  source,
  rtsp_url: 'rtsp://root:s3cr3t@10.1.2.3/a?pwd=s3cr3t',
});

describe('the catalogue', () => {
  it('keeps what was given, shows no password, and hides addresses from operators', async () => {
    const made = await admin.cameras.create({
      body: {
        ...input('  Station – Hall  '),
        name_ar: 'المحطة – القاعة',
        sub_rtsp_url: 'rtsps://10.1.2.3/b',
        mode: 'always',
        transport: 'udp',
        ptz_enabled: true,
        recording_server: 'recorder-1',
        metadata: { floor: 2, tags: ['عام'] },
        location: { latitude: 25.2048, longitude: 55.2708, address: 'شارع الشيخ زايد' },
      },
    });
    expect(made).toMatchObject({
      name: 'Station – Hall',
      name_ar: 'المحطة – القاعة',
      rtsp_url: 'rtsp://root:***@10.1.2.3/a?pwd=***',
      sub_rtsp_url: 'rtsps://10.1.2.3/b',
      status: 'OFFLINE',
      state: 'connecting',
      state_reason: 'UNASSIGNED',
      has_sub: true,
      metadata: { floor: 2, tags: ['عام'] },
      location: { latitude: 25.2048, longitude: 55.2708, address: 'شارع الشيخ زايد' },
    });
    const operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    const seen = await operator.cameras.get({ params: { id: made.id } });
    expect(seen).not.toHaveProperty('rtsp_url');
    expect(seen).not.toHaveProperty('sub_rtsp_url');
    const [row] = await t.query<{ text: string }>(
      `select cameras::text || encode(main_url, 'escape') as text from cameras where id = $1`,
      [made.id],
    );
    expect(row?.text).not.toContain('s3cr3t');
    const log = await t.query<{ text: string }>('select audit_log::text as text from audit_log');
    expect(JSON.stringify(log)).not.toContain('s3cr3t');
  });

  it('changes only what is given, and keeps a masked password for the same host', async () => {
    const { id } = await admin.cameras.create({ body: { ...input('Edit'), location: { latitude: 1, longitude: 2 } } });
    const change = (body: object) => admin.cameras.update({ params: { id }, body });
    expect(await change({ name_ar: 'تعديل' })).toMatchObject({
      name: 'Edit',
      name_ar: 'تعديل',
      location: { latitude: 1 },
    });
    expect(await change({ rtsp_url: 'rtsp://root:***@10.1.2.3/new?pwd=***' })).toMatchObject({
      rtsp_url: 'rtsp://root:***@10.1.2.3/new?pwd=***',
    });
    expect(await change({ location: null, sub_rtsp_url: 'rtsp://10.1.2.3/s' })).toMatchObject({
      location: null,
      has_sub: true,
    });
    expect(await change({ sub_rtsp_url: null })).toMatchObject({ has_sub: false });
    await expect(change({ rtsp_url: 'rtsp://root:***@evil.example/a' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      facts: { field: 'rtsp_url' },
    });
    expect(await change({})).toMatchObject({ name: 'Edit' });
  });

  it('removes softly and restores', async () => {
    const { id } = await admin.cameras.create({ body: input('Gone') });
    await admin.cameras.remove({ params: { id } });
    await expect(admin.cameras.get({ params: { id } })).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' });
    await expect(admin.cameras.remove({ params: { id } })).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' });
    await expect(admin.cameras.create({ body: { ...input('Again'), id } })).rejects.toMatchObject({
      code: 'CAMERA_EXISTS',
    });
    expect(await admin.cameras.restore({ params: { id } })).toMatchObject({ id, name: 'Gone' });
    expect(await admin.cameras.restore({ params: { id } })).toMatchObject({ id });
    const events = await t.query<{ event_type: string }>(
      `select event_type from audit_log where details->>'camera_id' = $1 order by id`,
      [id],
    );
    expect(events.map(({ event_type }) => event_type)).toEqual(['camera_created', 'camera_deleted', 'camera_restored']);
  });

  it.each([
    ['another scheme', { rtsp_url: 'http://10.0.0.1/' }],
    ['a file', { rtsp_url: 'file:///etc/passwd' }],
    ['no host', { rtsp_url: 'rtsp:///x' }],
    ['spaces', { rtsp_url: 'rtsp://a b/x' }],
    ['a line break', { rtsp_url: 'rtsp://a/x\r\nSETUP' }],
    ['a control character in the name', { name: 'a\u0007b' }],
    ['a NUL in the metadata', { metadata: { a: '\0' } }],
    ['half a letter', { metadata: { '\ud800': 1 } }],
    ['an empty name', { name: '   ' }],
    ['an agency that is none', { source: 'MOON' }],
    ['a latitude off the globe', { location: { latitude: 91, longitude: 0 } }],
    ['an id that is none', { id: 'one' }],
  ])('refuses %s', async (_what, wrong) => {
    const error = await admin.cameras
      .create({ body: { ...input('Wrong'), ...wrong } as CameraInput })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'VALIDATION_FAILED',
      status: 400,
      facts: { field: expect.stringContaining(Object.keys(wrong)[0] ?? '') },
    });
    expect((error as { messageAr: string }).messageAr).toMatch(/\p{Script=Arabic}/u);
  });
});

describe('listing', () => {
  let operator: Client;
  beforeAll(async () => {
    for (let i = 0; i < 25; i += 1)
      await admin.cameras.create({ body: { ...input(`List ${i % 5}`, i % 2 ? 'BUS' : 'OTHER'), name_ar: 'قائمة' } });
    operator = t.client((await t.user('BUS', ['camera:BUS:view', 'camera:OTHER:*', '!camera:OTHER:view'])).token);
  });

  it('shows an operator the agencies that are allowed, and refuses the others by name', async () => {
    const { cameras, total, count } = await operator.cameras.list();
    expect({ count, total }).toEqual({ count: 12, total: 12 });
    expect(new Set(cameras.map(({ source }) => source))).toEqual(new Set(['BUS']));
    await expect(operator.cameras.list({ query: { source: 'OTHER' } })).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
      facts: { source: 'OTHER' },
    });
    expect(await operator.agencies.list()).toEqual({ agencies: [{ code: 'BUS', name: 'Bus', name_ar: 'الحافلات' }] });
    const nobody = t.client((await t.user('METRO', [])).token);
    expect(await nobody.cameras.list()).toEqual({ cameras: [], count: 0, total: 0 });
    expect(await nobody.agencies.list()).toEqual({ agencies: [] });
  });

  it('pages without repeating or skipping, though names are equal', async () => {
    const seen: string[] = [];
    for (let offset = 0; ; offset += 4) {
      const page = await admin.cameras.list({ query: { q: 'list', limit: 4, offset } });
      expect(page.total).toBe(25);
      seen.push(...page.cameras.map(({ id }) => id));
      if (page.count < 4) break;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('finds words in both languages, takes wildcards literally, and addresses only for administrators', async () => {
    expect((await admin.cameras.list({ query: { q: 'قائمة', source: 'BUS' } })).total).toBe(12);
    expect((await admin.cameras.list({ query: { q: '%' } })).total).toBe(0);
    expect((await admin.cameras.list({ query: { q: "'; drop table cameras; --" } })).total).toBe(0);
    expect((await admin.cameras.list({ query: { q: '10.1.2.3', source: 'BUS' } })).total).toBe(12);
    expect((await operator.cameras.list({ query: { q: '10.1.2.3' } })).total).toBe(0);
    expect((await admin.cameras.list({ query: { q: 's3cr3t' } })).total).toBe(0);
  });

  it('filters by status', async () => {
    expect((await operator.cameras.list({ query: { status: 'OFFLINE' } })).total).toBe(12);
    expect((await operator.cameras.list({ query: { status: 'ONLINE' } })).total).toBe(0);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'offset=-1',
    'offset=1.5',
    'status=UP',
    'source=moon',
    `q=${'x'.repeat(201)}`,
    'q=%00',
    'limit=1&limit=2',
  ])('refuses ?%s', async (query) => {
    const { statusCode, json } = await t.api.server.inject({
      url: `/api/v1/cameras?${query}`,
      headers: { authorization: `Bearer ${await t.admin()}` },
    });
    expect(statusCode).toBe(400);
    expect(json().error.code).toBe('VALIDATION_FAILED');
  });

  it.each(['x', '00000000-0000-0000-0000-000000000000', "'", '%25', 'ك'])('does not find a camera %s', async (id) => {
    await expect(admin.cameras.get({ params: { id } })).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' });
  });
});

describe('a demonstration', () => {
  it('brings its cameras once, follows its list, and leaves with it', async () => {
    const file = join(t.config.dataDir, 'list.json');
    const camera = (id: string, port: number) => ({
      id,
      name: `Demo ${id}`,
      name_ar: 'تجربة',
      source: 'OTHER',
      rtsp_url: `rtsp://127.0.0.1:${port}/${id}`,
    });
    const write = (list: object[]) => writeFileSync(file, JSON.stringify({ cameras: list }));
    const database = openDatabase<Tables>({ url: t.config.database.url ?? '', connections: 2, log: silent });
    try {
      const box = new SecretBox(loadSecrets(t.config.secretsDir).cameraKey);
      const repository = new CameraRepository(database.sql, box, maskAddress);
      const seed = (list: string | null) => seedDemoCameras({ repository, file: list, log: silent });
      const shown = async () => (await admin.cameras.list({ query: { q: 'demo ' } })).cameras;
      write([camera('a', 1), camera('b', 1)]);
      await seed(file);
      const first = await shown();
      expect(first.map(({ name }) => name)).toEqual(['Demo a', 'Demo b']);
      const revision = await repository.revision();
      await seed(file);
      expect(await repository.revision()).toBe(revision);
      write([camera('a', 2)]);
      await seed(file);
      expect(await shown()).toMatchObject([{ id: first[0]?.id, rtsp_url: 'rtsp://127.0.0.1:2/a' }]);
      await seed(null);
      expect(await shown()).toEqual([]);
      write([camera('a', 2), camera('b', 1)]);
      await seed(file);
      expect((await shown()).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
      expect((await admin.cameras.list({ query: { q: 'list' } })).total).toBe(25);
    } finally {
      await database.close();
    }
  });
});
