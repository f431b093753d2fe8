import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Farm, type FaultInput, startFarm } from '../../../../../apps/simulator/src/index.ts';
import { PtzHeads } from './ptz-heads.ts';

const cache = fileURLToPath(new URL('../../../../../.cache/loops', import.meta.url));
const log = pino({ level: 'silent' });
const move = { kind: 'move', pan: 0, tilt: 0, zoom: 0, milliseconds: 200 } as const;
const until = (check: () => void, timeout = 5_000) => vi.waitFor(check, { timeout, interval: 20 });

let farm: Farm;
let heads: PtzHeads;
let next = 0;
beforeAll(async () => {
  const credentials = { user: 'root', password: 'p@ss/word', scheme: 'digest' } as const;
  farm = await startFarm({ port: 0, onvifPort: 0, cameras: 48, scene: 'junction', cache, credentials });
  heads = new PtzHeads({ log, patienceMs: 1_500 });
}, 120_000);
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  heads?.close();
  await farm?.close();
});

/** A camera of its own for each test. */
function camera() {
  const info = farm.cameras.filter(({ ptzEnabled }) => ptzEnabled)[next++];
  if (!info?.ptzUrl) throw new Error('the farm has too few cameras that move');
  const { path: id } = info;
  const url = new URL(info.ptzUrl);
  url.username = 'root';
  url.password = encodeURIComponent('p@ss/word');
  const asked = (name: string) => farm.ptz(id).commands.filter((one) => one.operation === name).length;
  return {
    id,
    url: url.href,
    asked,
    state: () => farm.ptz(id),
    fault: (fault: FaultInput) => farm.setFault(id, fault),
  };
}

describe('a camera that moves', () => {
  it('goes where it is told, and stops when its time is over', async () => {
    const { id, url, state, asked } = camera();
    const { pan, tilt, zoom } = state().position;
    await heads.act(id, url, { ...move, pan: 1 });
    expect(state().moving).toBe(true);
    await until(() => expect(state().moving).toBe(false));
    expect(state().position.pan).toBeGreaterThan(pan + 0.03);
    expect(state().position).toMatchObject({ tilt, zoom });
    expect(asked('Stop')).toBe(1);
    await heads.act(id, url, { ...move, tilt: -0.5 });
    await until(() => expect(state().position.tilt).toBeLessThan(tilt));
    await heads.act(id, url, { ...move, zoom: 1 });
    await until(() => expect(state().position.zoom).toBeGreaterThan(zoom));
    // What can move was asked for once: it is a command a request from then on.
    expect([asked('GetCapabilities'), asked('GetProfiles')]).toEqual([1, 1]);
  });

  it('stops at once when told to, and is not told again', async () => {
    const { id, url, state, asked } = camera();
    await heads.act(id, url, { ...move, pan: -1, milliseconds: 300 });
    await heads.act(id, url, { kind: 'stop' });
    expect(state().moving).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(asked('Stop')).toBe(1);
  });

  it('goes on while commands come before the time is over', async () => {
    const { id, url, state, asked } = camera();
    for (let i = 0; i < 5; i += 1) {
      await heads.act(id, url, { ...move, pan: 0.5, milliseconds: 250 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(state().moving).toBe(true);
    }
    expect(asked('Stop')).toBe(0);
    await until(() => expect(state().moving).toBe(false));
  });

  it('is told the newest of what came while it was busy', async () => {
    const { id, url, state, asked } = camera();
    const pans = Array.from({ length: 20 }, (_, i) => heads.act(id, url, { ...move, pan: 0.1 + i / 100 }));
    await Promise.all([...pans, heads.act(id, url, { kind: 'stop' })]);
    expect(asked('ContinuousMove')).toBe(1);
    expect(state().moving).toBe(false);
  });

  it('turns to a preset and home; one it does not have is named', async () => {
    const { id, url, state } = camera();
    const presets = await heads.presets(id, url);
    expect(presets.map(({ id: number }) => number)).toEqual([1, 2, 3]);
    expect(presets[0]?.name).not.toBe('');
    await heads.act(id, url, { kind: 'preset', preset: 2, speed: 1 });
    expect(state().moving).toBe(true);
    await heads.act(id, url, { kind: 'home', speed: 1 });
    await until(() => expect(state()).toMatchObject({ moving: false, position: { pan: 0, tilt: 0 } }));
    const missing = heads.act(id, url, { kind: 'preset', preset: 9, speed: 1 });
    await expect(missing).rejects.toMatchObject({ reason: 'NO_SUCH_PRESET', detail: '9' });
  });

  it('that does not stop by itself is stopped', async () => {
    const { id, url, state, fault } = camera();
    await fault({ kind: 'ptz-ignores-timeout' });
    await heads.act(id, url, { ...move, pan: 1 });
    await until(() => expect(state().moving).toBe(false), 1_000);
  });
});

describe('a camera that does not', () => {
  it.each([
    ['refuses to move', 'ptz-refuse', 'REFUSED'],
    ['never answers', 'ptz-hang', 'UNREACHABLE'],
    ['answers no XML', 'ptz-garbage', 'UNREACHABLE'],
    ['answers without end', 'ptz-huge', 'UNREACHABLE'],
  ] as const)('%s: said so in time, and moved once it is mended', async (_, kind, reason) => {
    const { id, url, fault, state } = camera();
    await fault({ kind });
    const began = performance.now();
    await expect(heads.act(id, url, { ...move, pan: 1 })).rejects.toMatchObject({ reason });
    expect(performance.now() - began).toBeLessThan(3_000);
    farm.clearFault(id);
    await heads.act(id, url, { ...move, pan: 1 });
    expect(state().moving).toBe(true);
  });

  it('knows another password', async () => {
    const { id, url } = camera();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    const told = heads.act(id, wrong.href, { kind: 'stop' });
    await expect(told).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await expect(told).rejects.not.toThrow(/wrong/);
    // With the right one it is asked anew.
    await heads.act(id, url, { kind: 'stop' });
  });

  it.each([
    ['is not there', 'http://127.0.0.1:1/onvif/device_service', 'ECONNREFUSED'],
    ['has no address', 'ftp://camera/', 'no http address'],
  ])('%s', async (_, url, detail) => {
    await expect(heads.act('x', url, { kind: 'stop' })).rejects.toMatchObject({ reason: 'UNREACHABLE', detail });
  });
});

describe('a device of our own', () => {
  let server: Server;
  const paths: string[] = [];
  let answers: (body: string) => [status: number, text: string];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        paths.push(request.url ?? '');
        const [status, text] = answers(body);
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/device`;
  const envelope = (body: string) =>
    `<E:Envelope xmlns:E="u"><E:Body>${body}</E:Body></E:Envelope>`.replaceAll('E:', '');

  it('cannot lead us to another host with what it says', async () => {
    answers = (body) => {
      if (body.includes('GetCapabilities')) {
        const xaddr = (path: string) => `<XAddr>http://192.0.2.1:1//evil.example/${path}</XAddr>`;
        const capabilities = `<Media>${xaddr('m')}</Media><PTZ>${xaddr('p')}</PTZ>`;
        return [
          200,
          envelope(`<GetCapabilitiesResponse><Capabilities>${capabilities}</Capabilities></GetCapabilitiesResponse>`),
        ];
      }
      if (body.includes('GetProfiles')) {
        return [
          200,
          envelope('<GetProfilesResponse><Profiles token="t"><PTZConfiguration/></Profiles></GetProfilesResponse>'),
        ];
      }
      if (body.includes('Stop')) return [200, envelope('<StopResponse/>')];
      return [400, envelope('<Fault><faultcode>ter:ActionNotSupported</faultcode></Fault>')];
    };
    await heads.act('ours', url(), { kind: 'stop' });
    expect(paths).toEqual(['/device', '/device', '//evil.example/m', '//evil.example/p']);
  });

  it.each([
    ['has no PTZ service', '<GetCapabilitiesResponse><Capabilities/></GetCapabilitiesResponse>', 'UNSUPPORTED'],
    ['answers another question', '<Nonsense/>', 'UNREACHABLE'],
  ])('%s', async (name, text, reason) => {
    answers = () => [200, envelope(text)];
    // Its time is no time either.
    if (reason === 'UNSUPPORTED') {
      answers = (body) =>
        body.includes('GetCapabilities') ? [200, envelope(text)] : [200, envelope('<GetSystemDateAndTimeResponse/>')];
    }
    await expect(heads.act(name, url(), { kind: 'stop' })).rejects.toMatchObject({ reason });
  });

  it('is a web page', async () => {
    answers = () => [404, '<!DOCTYPE html><p>Not here'];
    await expect(heads.act('page', url(), { kind: 'stop' })).rejects.toMatchObject({
      reason: 'REFUSED',
      detail: 'status 404',
    });
  });
});
