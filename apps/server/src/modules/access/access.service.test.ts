import type { AccessRequest } from '@marsad/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodeLink } from '../../media-plane/node-link.ts';
import { AppError } from '../../platform/app-error.ts';
import { Valkey } from '../../platform/valkey/valkey.ts';
import { silent } from '../../testing/test-api.ts';
import { testValkey } from '../../testing/valkey.ts';
import type { CameraRow } from '../cameras/cameras.service.ts';
import { AccessService, type AccessServiceOptions } from './access.service.ts';
import { WrongCredentials } from './wrong-credentials.ts';

const own = testValkey();
const valkey = new Valkey({ url: own.url, keyPrefix: own.keyPrefix, log: silent });
beforeAll(() => valkey.ready(5_000));
afterAll(async () => {
  valkey.close();
  await own.close();
});

const admission = { room: 'reader_s', identity: 'user_u_s', attributes: {} };
const identify = vi.fn();
const admit = vi.fn();
const closed = vi.fn(async () => {});
const cameraOf = vi.fn();
const edge = { id: 'node-1' } as NodeLink;
const options = {
  verifier: { verify: () => Promise.reject(new AppError('UNAUTHENTICATED')) },
  players: { identify },
  cameras: { named: async () => ({ id: 'c', ingest: 'push', sub_display: null }) as CameraRow },
  keys: { cameraOf, opens: async () => false },
  readers: { admit, closed },
  mediaPlane: { publishedOn: () => undefined },
  audit: { record: async () => {} },
  wrong: new WrongCredentials(valkey),
  log: silent,
} as unknown as AccessServiceOptions;
const access = new AccessService(options);

let request: AccessRequest;
let attempts = 0;
beforeEach(() => {
  vi.clearAllMocks();
  cameraOf.mockResolvedValue(undefined);
  identify.mockResolvedValue({ id: 'u', isAdmin: false });
  attempts += 1;
  const credentials = { kind: 'basic', user: 'u', password: 'p' } as const;
  const address = `192.0.2.${attempts}`;
  request = { session: 's', protocol: 'rtsp', action: 'read', path: 'gate', profile: 'main', credentials, address };
});

describe('a reader that has gone before it was let in', () => {
  it('is let out again, whatever the edge has heard', async () => {
    let decide = (_: unknown) => {};
    admit.mockReturnValue(new Promise((resolve) => (decide = resolve)));
    const answer = access.ask(edge, request);
    await vi.waitFor(() => expect(admit).toHaveBeenCalled());
    await access.closed('s');
    expect(closed).not.toHaveBeenCalled();
    decide(admission);
    expect(await answer).toMatchObject({ outcome: 'read' });
    expect(closed).toHaveBeenCalledExactlyOnceWith('s');
    await access.closed('s');
    expect(closed).toHaveBeenCalledTimes(2);
  });
});

describe('wrong credentials', () => {
  const refused = (reason: string) => expect.objectContaining({ outcome: 'refused', reason });

  it('of a publisher are nobody’s login, and no attempt at one', async () => {
    const publisher = { kind: 'basic', user: 'publisher', password: 'an old key' } as const;
    const wrong = { ...request, action: 'publish', credentials: publisher } as const;
    expect(await access.ask(edge, wrong)).toEqual(refused('UNAUTHENTICATED'));
    expect(identify).not.toHaveBeenCalled();
    identify.mockRejectedValue(new AppError('INVALID_CREDENTIALS'));
    expect(await access.ask(edge, { ...wrong, action: 'read' })).toEqual(refused('UNAUTHENTICATED'));
    expect(identify).toHaveBeenCalledOnce();
  });

  it('are counted by address, keys in WHIP addresses too, until nothing is looked at any more', async () => {
    const guess = { ...request, protocol: 'whip', action: 'publish', credentials: { kind: 'none' } } as const;
    for (let i = 0; i <= 300; i += 1) expect(await access.ask(edge, guess)).toEqual(refused('UNAUTHENTICATED'));
    cameraOf.mockClear();
    expect(await access.ask(edge, guess)).toEqual(refused('FORBIDDEN'));
    expect(cameraOf).not.toHaveBeenCalled();
    admit.mockResolvedValue(admission);
    expect(await access.ask(edge, request)).toEqual(refused('FORBIDDEN'));
    expect(await access.ask(edge, { ...request, address: '192.0.2.250' })).toMatchObject({ outcome: 'read' });
  });

  it('are not what an RTSP client begins with: it shows none until it is asked', async () => {
    const first = { ...request, action: 'publish', credentials: { kind: 'none' } } as const;
    for (let i = 0; i <= 310; i += 1) expect(await access.ask(edge, first)).toEqual(refused('UNAUTHENTICATED'));
  });

  it('are counted here while Valkey is away, and who shows the right ones is let in', async () => {
    const away = new Valkey({ url: 'unix:///nowhere/valkey.sock', keyPrefix: own.keyPrefix, log: silent });
    const alone = new AccessService({ ...options, wrong: new WrongCredentials(away) });
    admit.mockResolvedValue(admission);
    expect(await alone.ask(edge, request)).toMatchObject({ outcome: 'read' });
    const guess = { ...request, protocol: 'whip', action: 'publish', credentials: { kind: 'none' } } as const;
    for (let i = 0; i <= 300; i += 1) expect(await alone.ask(edge, guess)).toEqual(refused('UNAUTHENTICATED'));
    expect(await alone.ask(edge, guess)).toEqual(refused('FORBIDDEN'));
    away.close();
  });
});
