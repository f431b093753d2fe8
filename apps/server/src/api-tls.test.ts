import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestViewer } from '../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { type QuietCamera, quietCamera } from './testing/quiet-camera.ts';
import { type TestApi, testApi } from './testing/test-api.ts';

const file = (name: string) => fileURLToPath(new URL(`testing/tls/${name}.pem`, import.meta.url));
let camera: QuietCamera;
let t: TestApi;
beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi({ environment: { MARSAD_TLS_CERT: file('cert'), MARSAD_TLS_KEY: file('key') } });
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
}, 60_000);
afterAll(async () => {
  await t?.close();
  await camera?.close();
});

describe('with TLS', () => {
  it('commands edges whose certificate is for another name, and sends viewers to wss', async () => {
    const admin = t.client(await t.admin());
    const { id } = await admin.cameras.create({ body: { name: 'Gate', source: 'BUS', rtsp_url: `${camera.url}/x` } });
    const reserved = await admin.streams.reserve({ body: { camera_id: id } });
    expect(reserved.livekit_url).toMatch(/^wss:\/\/localhost:\d+$/);
    expect(reserved.whep_url).toMatch(/^https:\/\/localhost:\d+\/whep\//);
    expect(await admin.streams.release({ params: { id: reserved.reservation_id } })).toMatchObject({
      status: 'released',
    });
  });

  it('hears what happens in rooms at once, over TLS too', async () => {
    const taken = async () =>
      Number(
        /cctv_livekit_webhooks_total\{event="participant_joined",outcome="taken"\} (\d+)/.exec(
          await t.client().system.metrics(),
        )?.[1] ?? 0,
      );
    const before = await taken();
    const admin = t.client(await t.admin());
    const { id } = await admin.cameras.create({ body: { name: 'Yard', source: 'BUS', rtsp_url: `${camera.url}/y` } });
    const reserved = await admin.streams.reserve({ body: { camera_id: id } });
    const viewer = new TestViewer(reserved.livekit_url.replace('localhost', '127.0.0.1'), reserved.token);
    await vi.waitUntil(async () => (await taken()) > before, { timeout: 4_000 }).finally(() => viewer.close());
  });

  it('speaks HTTPS only, with HSTS and a Secure cookie', async () => {
    const { port } = new URL(t.api.address);
    const body = JSON.stringify({ login: 'admin', password: t.adminPassword });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const asked = request(
        {
          port,
          host: '127.0.0.1',
          path: '/api/v1/auth/login',
          method: 'POST',
          rejectUnauthorized: false,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          resolve(response.headers);
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
    expect(String(headers['set-cookie'])).toMatch(/^marsad_refresh=.*; HttpOnly; Secure; SameSite=Strict$/);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });
});
