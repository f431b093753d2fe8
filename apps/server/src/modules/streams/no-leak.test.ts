import { randomUUID } from 'node:crypto';
import { agencies, sources } from '@marsad/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Valkey } from '../../platform/valkey/valkey.ts';
import { silent } from '../../testing/test-api.ts';
import { type TestValkey, testValkey } from '../../testing/valkey.ts';
import { type NewReservation, StreamRepository } from './streams.repository.ts';

/** Worlds that are looked at, and how many of them go on beside each other. */
const worlds = 10_000;
const together = 100;

type Step =
  | {
      readonly do: 'reserve' | 'release' | 'beat' | 'close';
      readonly viewer: number;
      readonly camera: number;
      /** What Valkey or the api died after, before anybody heard the answer. */
      readonly answerLost: boolean;
    }
  | { readonly do: 'edge dies' }
  | { readonly do: 'limit'; readonly value: number }
  | { readonly do: 'settle'; readonly dies: boolean }
  | { readonly do: 'sweep' }
  | { readonly do: 'look' };
/** Steps that are under way at the same time, and how long it is until the next. */
interface Moment {
  readonly steps: readonly Step[];
  readonly seconds: number;
  /** Nobody listens in that time: every api process, or Valkey, is away. */
  readonly deaf: boolean;
  /** Valkey forgets everything first. */
  readonly flush: boolean;
}

const rarely = fc.nat(9).map((n) => n === 0);
const who = { viewer: fc.nat(3), camera: fc.nat(2), answerLost: rarely };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve' as const), ...who }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'beat' as const, 'close' as const), ...who }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), value: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const), dies: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'sweep' }, { do: 'look' }, { do: 'edge dies' }) },
);
const moment: fc.Arbitrary<Moment> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  seconds: fc.constantFrom(0, 0, 1, 9, 30, 44, 46),
  deaf: rarely,
  flush: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
});

let space: TestValkey;
let connections: Valkey[];

beforeAll(async () => {
  space = testValkey();
  connections = [0, 1].map(() => new Valkey({ ...space, log: silent }));
  await Promise.all(connections.map((valkey) => valkey.ready(5_000)));
});
afterAll(async () => {
  await space?.close();
  for (const valkey of connections ?? []) valkey.close();
});

/** One Valkey key space, two api processes and a few viewers, under a clock of their own. */
class World {
  #now = 1_000_000;
  #limit: number = agencies.BUS.limit;
  readonly #prefix = `${space.keyPrefix}${randomUUID()}:`;
  readonly #counts: 'reservations' | 'cameras';
  readonly #apis: StreamRepository[];
  /** What each viewer holds as far as the viewer knows, and whether pictures come. */
  readonly #held = new Map<string, NewReservation>();
  readonly #watching = new Set<string>();

  constructor(counts: 'reservations' | 'cameras') {
    this.#counts = counts;
    this.#apis = connections.map(
      (valkey) =>
        new StreamRepository(within(valkey, this.#prefix), {
          counts,
          reservationSeconds: 3600,
          heartbeatTimeoutSeconds: 45,
          now: () => this.#now,
        }),
    );
  }

  async run(moments: readonly Moment[]): Promise<void> {
    await this.#apply();
    for (const { steps, seconds, deaf, flush } of moments) {
      const before = await this.#current();
      const limits = [this.#limit, ...steps.flatMap((one) => (one.do === 'limit' ? [one.value] : []))];
      // What is put back is who really watches: also somebody whose time was over and whose picture had not stopped yet.
      const watching = flush ? this.#watching.size : 0;
      if (flush) await this.#flush();
      await Promise.all(steps.map((one, i) => this.#step(one, this.#apis[i % 2] ?? this.#api)));
      const after = await this.#current();
      // Over the limit is only what was so before the limit was lowered.
      expect(after).toBeLessThanOrEqual(Math.max(...limits, before, watching));
      if (deaf && seconds > 3) await this.#deaf(seconds);
      else await this.#pass(seconds);
    }
    await this.#settleDown();
  }

  /** Viewers whose pictures come stay, everybody else is gone: within 90 s, whatever happened. */
  async #settleDown(): Promise<void> {
    for (let passed = 0; passed < 90; passed += 10) {
      await this.#look();
      await this.#pass(10);
    }
    await this.#look();
    await this.#api.sweep();
    const { ended } = await this.#api.takeDue(1000);
    await this.#api.settled(ended.map(({ id }) => id));
    const held = await this.#api.list();
    const truth = [...this.#watching].map((key) => this.#held.get(key)?.id).sort();
    expect(held.map(({ id }) => id).sort()).toEqual(truth);
    const [valkey] = connections;
    const expected = this.#counts === 'reservations' ? held.length : new Set(held.map(({ camera }) => camera)).size;
    expect(await this.#current()).toBe(expected);
    expect(Number(await valkey?.client.get(`${this.#prefix}stream:count:BUS`))).toBe(expected);
    const left = await valkey?.client.hgetall(`${this.#prefix}stream:cameras:BUS`);
    expect(Object.values(left ?? {}).reduce((sum, n) => sum + Number(n), 0)).toBe(
      this.#counts === 'cameras' ? held.length : 0,
    );
    await this.#pass(100);
    expect((await this.#api.takeDue(1000)).ended.filter(({ cause }) => cause !== 'expired')).toEqual([]);
  }

  /** Time goes on, and some process says every second that it listens. */
  async #pass(seconds: number): Promise<void> {
    this.#now += seconds * 1000;
    await connections[0]?.client.set(`${this.#prefix}stream:heard`, this.#now);
  }

  /** Time goes on and nobody is there: whoever was in time before is in time after. */
  async #deaf(seconds: number): Promise<void> {
    await this.#pass(0);
    const before = await this.#api.list();
    this.#now += seconds * 1000;
    const after = await this.#api.list();
    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
  }

  async #step(one: Step, api: StreamRepository): Promise<void> {
    if (one.do === 'limit') {
      this.#limit = one.value;
      return this.#apply();
    }
    if (one.do === 'sweep') return void (await api.sweep());
    if (one.do === 'look') return this.#look();
    if (one.do === 'edge dies') return this.#watching.clear();
    if (one.do === 'settle') {
      const { ended } = await api.takeDue();
      // An api that dies here has taken them off nobody's list.
      if (!one.dies)
        await this.#stop(
          ended.map(({ id }) => id),
          api,
        );
      return;
    }
    const user = `u${one.viewer}`;
    const camera = `c${one.camera}`;
    const key = `${user} ${camera}`;
    const known = this.#held.get(key);
    if (one.do === 'reserve') {
      const id = randomUUID();
      const wanted: NewReservation = {
        id,
        camera,
        source: 'BUS',
        user,
        room: `camera_${camera}`,
        identity: user,
        quality: 'medium',
      };
      const outcome = await api.reserve(wanted, true);
      if ('id' in outcome && !one.answerLost) {
        this.#held.set(key, { ...wanted, id: outcome.id });
        this.#watching.add(key);
      }
    } else if (one.do === 'close') {
      this.#watching.delete(key);
    } else if (known && one.do === 'beat') await api.heartbeat(known.id, user);
    else if (known) {
      await api.release(known.id, user, 'released');
      // Who was not told that it is over looks on, until somebody looks after him.
      if (!one.answerLost) this.#dismiss([known.id]);
    }
  }

  /** What `ViewerWatch` does: a live connection is a beat, and what is over is ended. */
  async #look(): Promise<void> {
    const watched = [...this.#watching].flatMap((key) => this.#held.get(key) ?? []);
    if (watched.length === 0) return;
    const words = await this.#api.observe(watched);
    this.#dismiss(watched.filter((_, i) => words[i] === 'ENDED').map(({ id }) => id));
  }

  async #flush(): Promise<void> {
    const [valkey] = connections;
    const keys = await valkey?.client.keys(`${this.#prefix.replace(/[{}]/g, '?')}*`);
    if (keys?.length) await valkey?.client.del(keys);
    expect(await this.#api.reserve({ ...anybody }, true)).toEqual({ outcome: 'lost' });
    await this.#look();
    await this.#apply();
  }

  async #stop(ids: readonly string[], api: StreamRepository): Promise<void> {
    this.#dismiss(ids);
    await api.settled(ids);
  }

  #dismiss(ids: readonly string[]): void {
    for (const [key, { id }] of this.#held) if (ids.includes(id)) this.#watching.delete(key);
  }

  #apply(): Promise<void> {
    const all = Object.fromEntries(sources.map((source) => [source, agencies[source].limit]));
    return this.#api.setLimits({ ...all, BUS: this.#limit }, { known: true });
  }

  async #current(): Promise<number> {
    const use = (await this.#api.stats()).find(({ source }) => source === 'BUS');
    expect(use?.current).toBeGreaterThanOrEqual(0);
    return use?.current ?? Number.NaN;
  }

  get #api(): StreamRepository {
    const [api] = this.#apis;
    if (api === undefined) throw new Error('no api');
    return api;
  }
}

const anybody: NewReservation = {
  id: 'x',
  camera: 'x',
  source: 'BUS',
  user: 'x',
  room: 'x',
  identity: 'x',
  quality: 'low',
};

/** The same connection with another prefix. */
function within(valkey: Valkey, keyPrefix: string): Valkey {
  return new Proxy(valkey, {
    get(target, name) {
      if (name === 'keyPrefix') return keyPrefix;
      if (name === 'key') return (...parts: string[]) => keyPrefix + parts.join(':');
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('ten thousand interleavings', () => {
  it.each(['reservations', 'cameras'] as const)(
    'leak nothing, and never overrun a limit that was not lowered (%s)',
    async (counts) => {
      const world = fc.array(moment, { minLength: 2, maxLength: 7 });
      await fc.assert(
        fc.asyncProperty(fc.array(world, { minLength: together, maxLength: together }), async (stories) => {
          await Promise.all(stories.map((moments) => new World(counts).run(moments)));
          await space.close();
        }),
        { numRuns: worlds / together / 2, endOnFailure: true },
      );
    },
    240_000,
  );
});
