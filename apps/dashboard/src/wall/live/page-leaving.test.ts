import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let token: string | null = 'mine';
vi.mock('../../session/session.ts', () => ({
  session: {
    get currentToken() {
      return token;
    },
  },
}));
const { releaseOnLeaving } = await import('./page-leaving.ts');

const asked: [url: string, init: RequestInit][] = [];
let returned: number;
let stop: () => void;

beforeEach(() => {
  asked.length = 0;
  [token, returned] = ['mine', 0];
  const events = new EventTarget();
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  vi.stubGlobal('dispatchEvent', events.dispatchEvent.bind(events));
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    throw new Error('the page is gone');
  });
  stop = releaseOnLeaving({ held: () => ['a', 'b/c'], onReturn: () => (returned += 1) });
});
afterEach(() => vi.unstubAllGlobals());

describe('leaving the page', () => {
  it('releases everything that is held, with requests that outlive it', () => {
    dispatchEvent(new Event('pagehide'));
    expect(asked.map(([url]) => url)).toEqual(['/api/v1/stream/release/a', '/api/v1/stream/release/b%2Fc']);
    expect(asked[0]?.[1]).toMatchObject({
      method: 'DELETE',
      keepalive: true,
      headers: { Authorization: 'Bearer mine' },
    });
  });

  it('says nothing when nobody is signed in, nor after it was told to stop', () => {
    token = null;
    dispatchEvent(new Event('pagehide'));
    token = 'mine';
    stop();
    dispatchEvent(new Event('pagehide'));
    expect(asked).toEqual([]);
  });

  it('takes everything again when the browser brings the page back', () => {
    dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    expect(returned).toBe(0);
    dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(returned).toBe(1);
  });
});
