import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livekitCredentials, loadSecrets } from '../../secrets.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
let key: { apiKey: string; apiSecret: string };

beforeAll(async () => {
  t = await testApi();
  key = livekitCredentials(t.config, loadSecrets(t.config.secretsDir));
}, 60_000);
afterAll(() => t?.close());

async function signed(body: string, { secret = key.apiSecret, issuer = key.apiKey } = {}): Promise<string> {
  const sha256 = createHash('sha256').update(body).digest('base64');
  return new SignJWT({ sha256 })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setExpirationTime('5m')
    .setNotBefore('0s')
    .sign(new TextEncoder().encode(secret));
}
async function post(body: string, authorization: string | null, type = 'application/webhook+json'): Promise<number> {
  const headers = { 'content-type': type, ...(authorization === null ? {} : { authorization }) };
  return (await t.api.server.inject({ method: 'POST', url: '/webhook/livekit', headers, payload: body })).statusCode;
}
const event = (id: string) =>
  JSON.stringify({ event: 'participant_left', id, room: { name: 'camera_x' }, participant: { identity: 'user_1' } });

describe('webhooks', () => {
  it('are taken when signed over exactly these bytes, with our secret', async () => {
    const body = event('EV_1');
    expect(await post(body, await signed(body))).toBe(200);
    expect(await post(body, `Bearer ${await signed(body)}`)).toBe(200);
    expect(await post(`${body} `, await signed(body))).toBe(401);
    expect(await post(body, await signed(body, { secret: 'another secret of thirty-two characters' }))).toBe(401);
    expect(await post(body, await signed(body, { issuer: 'somebody' }))).toBe(401);
    expect(await post(body, null)).toBe(401);
    expect(await post(body, 'nonsense')).toBe(401);
    expect(await post(body, await signed(body), 'text/html')).toBe(415);
    const large = JSON.stringify({ event: 'x', id: 'EV_2', junk: 'x'.repeat(1_100_000) });
    expect(await post(large, await signed(large))).toBe(413);
  });

  it('count once however often they come', async () => {
    const body = event('EV_3');
    for (let i = 0; i < 3; i += 1) expect(await post(body, await signed(body))).toBe(200);
    const text = await t.client().system.metrics();
    const count = (outcome: string) =>
      Number(new RegExp(`event="participant_left",outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
    expect(count('taken')).toBe(2);
    expect(count('duplicate')).toBe(3);
  });
});
