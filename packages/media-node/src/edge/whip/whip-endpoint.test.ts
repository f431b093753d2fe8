import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyAccess, MemoryPublishing } from '../testing/memory-publishing.ts';
import { videoOffer } from '../testing/offers.ts';
import { testEdge } from '../testing/test-edge.ts';

const publishing = new MemoryPublishing();
const access = new KeyAccess();
let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  running = await testEdge({ subscribe: () => ({ close: () => {} }) }, { publishing, access });
});
afterAll(() => running.edge.close());

const OFFER = videoOffer({ direction: 'sendonly', profileLevelId: '64001f' });

interface Ask {
  readonly method?: string;
  readonly body?: string | null;
  readonly headers?: Record<string, string>;
}

async function ask(path: string, { method = 'POST', body = OFFER, headers = {} }: Ask = {}) {
  const response = await fetch(`${running.url}${path}`, {
    method,
    headers: { 'content-type': 'application/sdp', ...headers },
    ...(method === 'POST' || method === 'PATCH' ? { body } : {}),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const last = () => publishing.published.at(-1);

/** Publishes, and answers the session's path. */
async function published(path: string, headers = {}): Promise<string> {
  const answer = await ask(path, { headers });
  expect(answer.status).toBe(201);
  // FFmpeg 9 cannot read one in chunks.
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(500);
  return answer.headers.get('location') ?? '';
}
const end = async (session: string) => expect((await ask(session, { method: 'DELETE' })).status).toBe(200);

test.each([
  ['a trusted proxy', ['127.0.0.1'], '203.0.113.5'],
  ['nobody who is trusted', [], '127.0.0.1'],
])('whoever decides hears of the address behind %s', async (_, trustedProxies, address) => {
  const behind = await testEdge({ subscribe: () => ({ close: () => {} }) }, { publishing, access, trustedProxies });
  const headers = { 'content-type': 'application/sdp', 'x-forwarded-for': '203.0.113.5' };
  await fetch(`${behind.url}/whip/wrong`, { method: 'POST', body: OFFER, headers });
  expect(access.asked.at(-1)).toMatchObject({ protocol: 'whip', address });
  const authorization = 'Bearer none';
  await fetch(`${behind.url}/whep/cam`, { method: 'POST', body: OFFER, headers: { ...headers, authorization } });
  expect(access.asked.at(-1)).toMatchObject({ address });
  await behind.edge.close();
});

test('an offer is answered with everything that is needed', async () => {
  const answer = await ask('/whip/key-a');
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('application/sdp');
  expect(answer.headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
  const [, id] = /^\/whip\/session\/([0-9a-f-]{36})$/.exec(answer.headers.get('location') ?? '') ?? [];
  expect(answer.headers.get('etag')).toBe(`"${id}"`);
  expect(answer.text).toMatch(/^m=video [1-9]\d* UDP\/TLS\/RTP\/SAVPF 96\r$/m);
  expect(answer.text).toMatch(/^a=candidate:.* 127\.0\.0\.1 \d+ typ host\r$/m);
  expect(answer.text).toMatch(/^a=end-of-candidates\r$/m);
  for (const line of [
    'a=recvonly',
    'a=setup:active',
    'a=rtcp-mux',
    'a=rtcp-fb:96 nack pli',
    'a=rtcp-fb:96 goog-remb',
  ]) {
    expect(answer.text).toContain(`${line}\r\n`);
  }
  expect(answer.text).toMatch(/^a=fmtp:96 .*profile-level-id=64001f/m);
  await end(answer.headers.get('location') ?? '');
  expect(last()?.closed).toEqual({ reason: 'STREAM_ENDED', detail: 'DELETE' });
});

test('the key may be in the path, in the header, or where SRS has it', async () => {
  for (const [path, headers] of [
    ['/whip/key-b', {}],
    ['/w/key-b/', {}],
    ['/w', bearer('key-b')],
    ['/whip/', { authorization: 'key-b' }],
    ['/rtc/v1/whip/?app=live&stream=key-b', {}],
  ] as const) {
    const session = await published(path, headers);
    expect(last()?.name).toBe('main/b');
    await end(session);
  }
  await end(await published('/whip/key-b?profile=sub'));
  expect(last()?.name).toBe('sub/b');
});

test('every refusal has its status and says why', async () => {
  const cases: [string, Ask, number, RegExp][] = [
    ['/whip', {}, 401, /the stream key is missing/],
    ['/whip/', {}, 401, /the stream key is missing/],
    [`/whip/${'x'.repeat(330)}`, {}, 401, /the stream key is missing/],
    ['/whip/%', {}, 401, /missing/],
    ['/whip/nobody', {}, 404, /no such stream key/],
    ['/whip', { headers: bearer('nobody') }, 404, /no such stream key/],
    ['/whip/key-c', { headers: { 'content-type': 'application/json' } }, 415, /application\/sdp/],
    ['/whip/key-c', { body: 'hello' }, 400, /not SDP/],
    ['/whip/key-c', { body: '' }, 400, /not SDP/],
    ['/whip/key-c', { body: OFFER.replace('H264', 'H265') }, 406, /accepted are .*H264.*opus/],
    ['/whip/key-c', { body: OFFER.replace('H264', 'VP8') }, 406, /accepted are .*H264.*opus/],
    ['/whip/key-c', { body: OFFER.replace(/a=fingerprint.*\r\n/, '') }, 400, /cannot be answered/],
    ['/whip/key-c', { method: 'GET' }, 405, /only POST/],
    ['/whip/key-c', { method: 'DELETE' }, 405, /only POST/],
    ['/whip/session/00000000-0000-4000-8000-000000000000', { method: 'DELETE' }, 404, /no such session/],
  ];
  for (const [path, request, status, words] of cases) {
    const answer = await ask(path, request);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.text).toMatch(words);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
    if (status === 415) expect(answer.headers.get('accept-post')).toBe('application/sdp');
  }
  // Whoever was let in and could not be answered has left nothing behind.
  expect(publishing.published.filter(({ closed }) => closed === null)).toEqual([]);
  const letIn = access.asked.filter(({ path }) => path.startsWith('key-')).length;
  await expect.poll(() => new Set(access.closedSessions).size).toBe(letIn);
  expect(await running.registry.getSingleMetricAsString('cctv_publishers')).not.toMatch(/[1-9]$/m);
});

test('one publisher for each stream', async () => {
  const session = await published('/whip/key-d');
  const second = await ask('/whip/key-d');
  expect([second.status, second.text]).toEqual([409, 'somebody else publishes this stream']);
  await end(session);
  await end(await published('/whip/key-d'));
});

test('a session takes candidates and is deleted, and nothing else', async () => {
  const session = await published('/whip/key-e');
  const etag = `"${session.slice(-36)}"`;
  const fragment = {
    method: 'PATCH',
    body: 'a=ice-ufrag:abcd\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\na=candidate:nonsense\r\n',
    headers: { 'content-type': 'application/trickle-ice-sdpfrag' },
  };
  const status = async (request: Ask) => (await ask(session, request)).status;
  const patch = (headers: Record<string, string>) =>
    status({ ...fragment, headers: { ...fragment.headers, ...headers } });
  expect(await patch({})).toBe(204);
  expect(await patch({ 'if-match': etag })).toBe(204);
  expect(await patch({ 'if-match': '*' })).toBe(204);
  expect(await patch({ 'if-match': '"other"' })).toBe(412);
  expect(await patch({ 'content-type': 'application/sdp' })).toBe(415);
  expect(await status({ ...fragment, body: 'a=ice-ufrag:anew\r\n' })).toBe(422);
  expect(await status({ ...fragment, body: 'x'.repeat(20_000) })).toBe(413);
  const wrong = await ask(session, { method: 'PUT' });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'PATCH, DELETE, OPTIONS']);
  await end(session);
  expect(await status({ method: 'DELETE' })).toBe(404);
  expect(await patch({})).toBe(404);
});

test('pages may use it, whatever they ask before', async () => {
  const preflight = await ask('/whip/key-f', { method: 'OPTIONS', headers: { origin: 'http://page' } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toMatch(/POST.*PATCH.*DELETE/);
  expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Authorization.*If-Match/);
  const asked = await ask('/whip/key-f', { method: 'OPTIONS', headers: bearer('key-f') });
  expect([asked.status, asked.headers.get('accept-post')]).toEqual([204, 'application/sdp']);
});

test('a million bytes, and a thousand broken offers, leave it well', async () => {
  const flood = await ask('/whip/key-g', { body: `v=0\r\n${'a=x\r\n'.repeat(200_000)}` }).catch(() => null);
  expect(flood === null || flood.status === 413).toBe(true);
  const lines = OFFER.split('\r\n');
  let seed = 5;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const broken = Array.from({ length: 1000 }, (_, n) => {
    const copy = [...lines];
    for (let changes = 0; changes <= n % 3; changes++) {
      const at = 1 + random(copy.length - 1);
      const kind = random(3);
      if (kind === 0) copy.splice(at, 1);
      else if (kind === 1) copy.splice(at, 0, copy[random(copy.length)] ?? '');
      else copy[at] = (copy[at] ?? '').slice(0, random(30));
    }
    return copy.join('\r\n');
  });
  const statuses = new Set<number>();
  for (let at = 0; at < broken.length; at += 20) {
    const answers = await Promise.all(broken.slice(at, at + 20).map((body, i) => ask(`/whip/key-g${i}`, { body })));
    for (const { status, headers } of answers) {
      statuses.add(status);
      if (status === 201) await end(headers.get('location') ?? '');
    }
  }
  expect([...statuses].sort()).toEqual([201, 400, 406]);
  expect(publishing.published.filter(({ closed }) => closed === null)).toEqual([]);
  await end(await published('/whip/key-g'));
}, 60_000);
