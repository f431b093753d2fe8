import { hubCloseCodes } from '@marsad/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubLink, reconnectDelay } from './hub-link.ts';

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error('nobody connected');
    return socket;
  }

  async opens(): Promise<void> {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  says(data: unknown): void {
    this.onmessage?.({ data });
  }

  ends(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
}

let link: HubLink;
let token: string | null;
let renewals: number;
let page: EventTarget & { visibilityState: string };
let live: boolean[];
let heard: string[];

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  [token, renewals, live, heard] = ['first', 0, [], []];
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const events = new EventTarget();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  vi.stubGlobal('dispatchEvent', events.dispatchEvent.bind(events));
  link = new HubLink({
    address: () => 'ws://here/ws/stream/stats',
    token: async () => token,
    renew: async () => {
      renewals += 1;
      token = 'renewed';
    },
    onMessage: (text) => heard.push(text),
    onLive: (now) => live.push(now),
    random: () => 1,
  });
});
afterEach(() => {
  link.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const auth = (word: string) => JSON.stringify({ type: 'AUTH', token: word });

describe('the link to the hub', () => {
  it('shows its token first, and is live with the first message', async () => {
    link.start();
    link.start();
    expect(FakeSocket.all).toHaveLength(1);
    expect(FakeSocket.last.url).toBe('ws://here/ws/stream/stats');
    await FakeSocket.last.opens();
    expect(FakeSocket.last.sent).toEqual([auth('first')]);
    expect(live).toEqual([]);
    FakeSocket.last.says('a');
    FakeSocket.last.says(new ArrayBuffer(1));
    expect([live, heard]).toEqual([[true], ['a']]);
  });

  it('shows a newer token on the same connection, each once', async () => {
    link.start();
    await FakeSocket.last.opens();
    await link.authenticate();
    token = 'second';
    await link.authenticate();
    await link.authenticate();
    expect(FakeSocket.last.sent).toEqual([auth('first'), auth('second')]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('comes back later and later, and soon again once it was live', async () => {
    link.start();
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      FakeSocket.last.ends(1006);
      const before = FakeSocket.all.length;
      const began = Date.now();
      while (FakeSocket.all.length === before) await vi.advanceTimersByTimeAsync(50);
      waits.push(Date.now() - began);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    await FakeSocket.last.opens();
    FakeSocket.last.says('x');
    FakeSocket.last.ends(1006);
    expect(live).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(501);
    expect(FakeSocket.all).toHaveLength(9);
  });

  it('spreads a room full of walls', () => {
    expect([0, 0.5, 1].map((random) => reconnectDelay(3, random))).toEqual([2000, 3000, 4000]);
    expect(reconnectDelay(50, 1)).toBe(15_000);
  });

  it('asks for another token when its own is refused', async () => {
    link.start();
    await FakeSocket.last.opens();
    FakeSocket.last.ends(hubCloseCodes.unauthenticated);
    await vi.advanceTimersByTimeAsync(600);
    expect(renewals).toBe(1);
    await FakeSocket.last.opens();
    expect(FakeSocket.last.sent).toEqual([auth('renewed')]);
  });

  it('keeps away for long when there are too many of it', async () => {
    link.start();
    FakeSocket.last.ends(hubCloseCodes.tooMany);
    await vi.advanceTimersByTimeAsync(14_900);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('gives up a connection that says nothing for 20 s', async () => {
    link.start();
    const [first] = FakeSocket.all;
    await first?.opens();
    first?.says('x');
    await vi.advanceTimersByTimeAsync(19_000);
    first?.says('y');
    await vi.advanceTimersByTimeAsync(19_900);
    expect(first?.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect([first?.closed, live]).toEqual([true, [true, false]]);
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(2);
    // What the dead one may still say is nobody's.
    first?.says('late');
    expect(heard).toEqual(['x', 'y']);
  });

  it.each(['online', 'visible'])('comes back at once when the machine is %s again', async (what) => {
    link.start();
    for (let i = 0; i < 5; i += 1) {
      FakeSocket.last.ends(1006);
      await vi.advanceTimersByTimeAsync(8_000);
    }
    FakeSocket.last.ends(1006);
    const before = FakeSocket.all.length;
    if (what === 'online') dispatchEvent(new Event('online'));
    else page.dispatchEvent(new Event('visibilitychange'));
    expect(FakeSocket.all).toHaveLength(before + 1);
  });

  it('is over when closed, whatever was under way', async () => {
    link.start();
    await FakeSocket.last.opens();
    FakeSocket.last.says('x');
    FakeSocket.last.ends(1006);
    link.close();
    link.close();
    await vi.advanceTimersByTimeAsync(60_000);
    dispatchEvent(new Event('online'));
    expect(FakeSocket.all).toHaveLength(1);
  });
});
