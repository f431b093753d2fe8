import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QuietCamera, quietCamera } from './testing/quiet-camera.ts';
import { type TestApi, testApi } from './testing/test-api.ts';

let t: TestApi;
let gate: QuietCamera;
beforeAll(async () => {
  [t, gate] = await Promise.all([testApi(), quietCamera()]);
}, 60_000);
afterAll(async () => {
  await t?.close();
  await gate?.close();
});

describe('from sign-in to a picture', () => {
  it('signs in, adds a camera, and reserves it on a real media node', async () => {
    const admin = t.client(await t.admin());
    const me = await admin.auth.me();
    expect(me).toMatchObject({
      login: 'admin',
      is_admin: true,
      camera_sources: ['DUBAI_POLICE', 'METRO', 'BUS', 'OTHER'],
    });
    const address = (password: string) => `${gate.url.replace('//', `//user:${password}@`)}/gate`;
    const made = await admin.cameras.create({
      body: { name: 'Gate 1', name_ar: 'بوابة 1', source: 'METRO', rtsp_url: address('s3cret') },
    });
    expect(made.rtsp_url).toBe(address('***'));
    await t.mediaNode();
    await expect.poll(() => t.api.mediaPlane.ready, { timeout: 5_000 }).toBe(true);
    const reserved = await admin.streams.reserve({ body: { camera_id: made.id, wall_id: 'one' } }).catch((e) => e);
    expect(reserved).toMatchObject({ camera_id: made.id, participant_identity: `camera_${made.id}` });
    expect(await (await fetch(`${t.api.address}/metrics`)).text()).toContain('cctv_streams_active{source="METRO"} 1');
  });
});
