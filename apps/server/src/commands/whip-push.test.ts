import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KeyAccess, MemoryPublishing } from '../../../../packages/media-node/src/edge/testing/memory-publishing.ts';
import { testEdge } from '../../../../packages/media-node/src/edge/testing/test-edge.ts';
import { encode } from '../../../../packages/media-node/src/testing/encoded.ts';
import { TestCamera } from '../../../../packages/media-node/src/testing/rtsp-camera.ts';
import { pushCamera, pushExit, type WhipPushOptions } from './whip-push.ts';

const publishing = new MemoryPublishing();
const folder = mkdtempSync(join(tmpdir(), 'whip-push-'));
let server: Awaited<ReturnType<typeof testEdge>>;
let camera: TestCamera;
let stop: AbortController;

beforeAll(async () => {
  server = await testEdge({ subscribe: () => ({ close: () => {} }) }, { publishing, access: new KeyAccess() });
  camera = await new TestCamera(encode()).start();
}, 30_000);

afterEach(() => stop?.abort());

afterAll(async () => {
  await camera.close();
  await server.edge.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Begins a push; `said` gets its lines. */
function begin(options: Partial<WhipPushOptions> = {}) {
  stop = new AbortController();
  const said: string[] = [];
  const code = pushCamera({
    rtsp: camera.url,
    transport: 'auto',
    verify: false,
    whip: `${server.url}/whip/key-gate`,
    token: null,
    quiet: false,
    write: (line) => said.push(line),
    signal: stop.signal,
    interval: 300,
    ...options,
  });
  return { code, said };
}
const current = () => publishing.published.at(-1);
const host = (url: string) => new URL(url).host;

describe('marsad whip-push', () => {
  it('pushes until it is told to stop, and says what happens without passwords or keys', async () => {
    const { code, said } = begin({ rtsp: camera.url.replace('//', '//admin:secret@') });
    await expect.poll(() => current()?.pictures.length ?? 0, { timeout: 8000 }).toBeGreaterThan(30);
    await expect.poll(() => said.some((line) => /Mbit\/s/.test(line)), { timeout: 3000 }).toBe(true);
    stop.abort();
    expect(await code).toBe(pushExit.stopped);
    expect(current()?.closed).toEqual({ reason: 'STREAM_ENDED', detail: 'DELETE' });
    expect(said).toContain(`camera ${host(camera.url)}: live, 320×240`);
    expect(said).toContain(`server ${host(server.url)}: connected, pictures go out`);
    const [, pictures] = /([\d.]+) pictures\/s/.exec(said.find((line) => /Mbit/.test(line)) ?? '') ?? [];
    expect(Number(pictures)).toBeGreaterThan(15);
    expect(said.at(-1)).toMatch(/^sent \d+ packets, [\d.]+ MB$/);
    expect(said.join('\n')).not.toMatch(/secret|key-gate/);
  });

  it('ends with a code of its own when the server refuses the key', async () => {
    const { code, said } = begin({ whip: `${server.url}/whip`, token: 'wrong' });
    expect(await code).toBe(pushExit.server);
    expect(said.at(-2)).toMatch(/^server \S+: the server answered 404: no such stream key, next attempt in \d+ s$/);
  });

  it('ends with another when the camera refuses, or sends what cannot be sent on', async () => {
    const strict = await new TestCamera({
      ...encode(),
      answer: ({ method, headers }) =>
        method === 'DESCRIBE'
          ? Buffer.from(`RTSP/1.0 401 No\r\nCSeq: ${headers.cseq}\r\nWWW-Authenticate: Basic realm="c"\r\n\r\n`)
          : null,
    }).start();
    const { code, said } = begin({ rtsp: strict.url.replace('//', '//admin:wrong@'), quiet: true });
    expect(await code).toBe(pushExit.camera);
    expect(said).toEqual([expect.stringMatching(/^camera \S+: the name or password is wrong/)]);
    await strict.close();
  });

  it('tries again when nobody is there, and when a server that took pictures goes away', async () => {
    const { code, said } = begin({ rtsp: 'rtsp://127.0.0.1:1/', whip: 'http://127.0.0.1:1/whip' });
    await expect
      .poll(() => said, { timeout: 5000 })
      .toContainEqual(expect.stringMatching(/^camera 127\.0\.0\.1:1: nothing listens there.*next attempt in \d+ s$/));
    stop.abort();
    expect(await code).toBe(pushExit.stopped);

    const earlier = publishing.published.length;
    const second = begin();
    const arrived = () => publishing.published[earlier]?.pictures.length ?? 0;
    await expect.poll(arrived, { timeout: 8000 }).toBeGreaterThan(5);
    const before = current();
    before?.publisher.end('wanted elsewhere');
    await expect
      .poll(() => current() !== before && (current()?.pictures.length ?? 0), { timeout: 12_000 })
      .toBeTruthy();
    expect(second.said).toContainEqual(
      expect.stringMatching(/(the server ended the stream|the connection was lost), next attempt in \d s$/),
    );
    stop.abort();
    expect(await second.code).toBe(pushExit.stopped);
  }, 30_000);

  it('is a command: the key may come from a file, SIGTERM ends it, nonsense is explained', async () => {
    const key = join(folder, 'key');
    writeFileSync(key, 'key-yard\n');
    const before = publishing.published.length;
    const child = run('--rtsp', camera.url, '--whip', `${server.url}/whip`, '--token-file', key);
    await expect.poll(() => publishing.published.length, { timeout: 15_000 }).toBeGreaterThan(before);
    await expect.poll(() => current()?.pictures.length ?? 0, { timeout: 8000 }).toBeGreaterThan(5);
    expect(current()?.name).toBe('main/yard');
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(pushExit.stopped);
    expect(current()?.closed).toEqual({ reason: 'STREAM_ENDED', detail: 'DELETE' });

    const wrong = run('--rtsp', 'http://camera/', '--whip', `${server.url}/whip`);
    expect(await wrong.ended).toBe(pushExit.usage);
    expect(wrong.text()).toContain('Use an address that begins with rtsp:// or rtsps://');
  }, 60_000);
});

function run(...args: string[]) {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'whip-push', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { process: child, ended, text: () => text };
}
