import { randomUUID } from 'node:crypto';
import { agencies, type Source, sources } from '@marsad/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Valkey } from '../../platform/valkey/valkey.ts';
import { silent } from '../../testing/test-api.ts';
import { type TestValkey, testValkey } from '../../testing/valkey.ts';
import { type NewReservation, StreamRepository } from './streams.repository.ts';

let space: TestValkey;
let valkey: Valkey;
let now = 1_000_000;
const defaults = Object.fromEntries(sources.map((source) => [source, agencies[source].limit]));

const repositoryWith = (counts: 'reservations' | 'cameras') =>
  new StreamRepository(valkey, { counts, reservationSeconds: 3600, heartbeatTimeoutSeconds: 45, now: () => now });
let streams: StreamRepository;

beforeAll(async () => {
  space = testValkey();
  valkey = new Valkey({ ...space, log: silent });
  await valkey.ready(5_000);
});
beforeEach(async () => {
  await space.close();
  now = 1_000_000;
  streams = repositoryWith('reservations');
  await streams.setLimits(defaults, { known: true });
});
afterAll(async () => {
  await space?.close();
  valkey?.close();
});

const wanted = (over: Partial<NewReservation> = {}): NewReservation => {
  const camera = over.camera ?? randomUUID();
  const user = over.user ?? 'u1';
  return {
    id: randomUUID(),
    camera,
    source: 'BUS',
    user,
    room: `camera_${camera}`,
    identity: `user_${user}_x`,
    quality: 'medium',
    ...over,
  };
};
const limit = (source: Source, value: number) => valkey.client.set(valkey.key('stream', 'limit', source), value);
const count = async (source: Source) => Number(await valkey.client.get(valkey.key('stream', 'count', source)));
const useOf = async (source: Source) => (await streams.stats()).find((use) => use.source === source);

describe('reserving', () => {
  it('takes a place, and the documented keys say so', async () => {
    const asked = wanted();
    expect(await streams.reserve(asked, true)).toEqual({
      outcome: 'reserved',
      id: asked.id,
      identity: asked.identity,
      expiresAt: now + 3_600_000,
    });
    expect(await count('BUS')).toBe(1);
    expect(await valkey.client.get(valkey.key('stream', 'limit', 'BUS'))).toBe('20');
    expect(await valkey.client.hgetall(valkey.key('stream', 'reservation', asked.id))).toMatchObject({
      camera_id: asked.camera,
      source: 'BUS',
      user_id: 'u1',
    });
    expect(await streams.shownIn(asked.room)).toEqual([
      { id: asked.id, camera: asked.camera, identity: asked.identity },
    ]);
    expect(await streams.rooms()).toEqual([asked.room]);
  });

  it('is the same for the same user, camera and room, and renews it', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    now += 30_000;
    const again = await streams.reserve({ ...asked, id: randomUUID(), identity: 'other', quality: 'high' }, false);
    expect(again).toEqual({ outcome: 'kept', id: asked.id, identity: asked.identity, expiresAt: now + 3_600_000 });
    now += 30_000;
    expect(await useOf('BUS')).toMatchObject({ current: 1 });
    expect(await streams.reserve(wanted({ camera: asked.camera, room: 'wall_u1_a' }), true)).toMatchObject({
      outcome: 'reserved',
    });
    expect(await streams.reserve(wanted({ camera: asked.camera, user: 'u2' }), true)).toMatchObject({
      outcome: 'reserved',
    });
    expect(await useOf('BUS')).toMatchObject({
      current: 3,
      reservations: 3,
      cameras: [{ id: asked.camera, viewers: 3, since: 1_000_000 }],
    });
  });

  it('does not open a new one when it may not', async () => {
    expect(await streams.reserve(wanted(), false)).toEqual({ outcome: 'not-new' });
    expect(await useOf('BUS')).toMatchObject({ current: 0 });
  });

  it('is refused at the limit with the numbers, also when a hundred ask at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => streams.reserve(wanted(), true)));
    expect(outcomes.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(20);
    expect(outcomes.filter(({ outcome }) => outcome === 'full')).toHaveLength(80);
    expect(await streams.reserve(wanted(), true)).toEqual({ outcome: 'full', current: 20, limit: 20 });
    expect(await streams.reserve(wanted({ source: 'METRO' }), true)).toMatchObject({ outcome: 'reserved' });
  });

  it('finds room again as soon as somebody’s time is over, before any sweep', async () => {
    await limit('BUS', 1);
    await streams.reserve(wanted(), true);
    now += 44_999;
    expect(await streams.reserve(wanted(), true)).toMatchObject({ outcome: 'full' });
    now += 1;
    expect(await streams.reserve(wanted(), true)).toMatchObject({ outcome: 'reserved' });
    expect((await streams.takeDue()).ended).toMatchObject([{ cause: 'expired' }]);
  });

  it('goes by a lowered limit without ending anything', async () => {
    await Promise.all(Array.from({ length: 5 }, () => streams.reserve(wanted(), true)));
    await limit('BUS', 2);
    expect(await streams.reserve(wanted(), true)).toEqual({ outcome: 'full', current: 5, limit: 2 });
    expect(await useOf('BUS')).toMatchObject({ current: 5, limit: 2 });
  });

  it('counts a camera once when cameras are counted', async () => {
    streams = repositoryWith('cameras');
    await limit('BUS', 1);
    const first = wanted();
    await streams.reserve(first, true);
    for (const user of ['u2', 'u3', 'u4']) {
      expect(await streams.reserve(wanted({ camera: first.camera, user }), true)).toMatchObject({
        outcome: 'reserved',
      });
    }
    expect(await streams.reserve(wanted(), true)).toEqual({ outcome: 'full', current: 1, limit: 1 });
    expect(await useOf('BUS')).toMatchObject({ current: 1, reservations: 4 });
    expect(await count('BUS')).toBe(1);
  });
});

describe('releasing', () => {
  it('gives the place back once, and names what is left to do', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    const release = async (id: string, user: string) => (await streams.release(id, user, 'released')).outcome;
    expect(await release(asked.id, 'stranger')).toBe('unknown');
    expect(await streams.release(asked.id, 'u1', 'released')).toEqual({
      outcome: 'released',
      source: 'BUS',
      user: 'u1',
    });
    expect(await release(asked.id, 'u1')).toBe('already');
    expect(await release(asked.id, 'stranger')).toBe('unknown');
    expect(await release(randomUUID(), 'u1')).toBe('unknown');
    expect(await count('BUS')).toBe(0);
    expect(await streams.rooms()).toEqual([]);
    const { ended } = await streams.takeDue();
    expect(ended).toEqual([
      {
        id: asked.id,
        camera: asked.camera,
        source: 'BUS',
        user: 'u1',
        room: asked.room,
        identity: asked.identity,
        cause: 'released',
      },
    ]);
  });

  it('keeps on the list what nobody has dealt with: who took it may have died', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    await streams.release(asked.id, 'u1', 'released');
    const take = async () => (await streams.takeDue()).ended.map(({ id }) => id);
    expect(await take()).toEqual([asked.id]);
    expect(await take()).toEqual([]);
    now += 10_000;
    expect(await take()).toEqual([asked.id]);
    await streams.unsettled([asked.id]);
    now += 1_000;
    expect(await take()).toEqual([asked.id]);
    await streams.settled([asked.id]);
    now += 100_000;
    expect(await take()).toEqual([]);
  });
});

describe('when Valkey comes back empty', () => {
  it('lets nobody in and ends nothing until it knows who watches', async () => {
    const [watched, gone] = [wanted(), wanted()];
    await streams.reserve(watched, true);
    await streams.reserve(gone, true);
    await space.close();
    expect(await streams.isLost()).toBe(true);
    expect((await streams.takeDue()).lost).toBe(true);
    expect(await streams.reserve(wanted(), true)).toEqual({ outcome: 'lost' });
    expect(await streams.heartbeat(watched.id, 'u1')).toBe('lost');
    expect(await streams.release(watched.id, 'u1', 'released')).toEqual({ outcome: 'lost' });
    expect(await streams.observe([watched])).toEqual(['RESTORED']);
    await streams.setLimits(defaults, { known: true });
    expect(await streams.isLost()).toBe(false);
    expect(await useOf('BUS')).toMatchObject({ current: 1, limit: 20 });
    expect(await streams.heartbeat(watched.id, 'u1')).toBe(now + 3_600_000);
    expect(await streams.reserve(watched, true)).toMatchObject({ outcome: 'kept', id: watched.id });
    expect(await streams.heartbeat(gone.id, 'u1')).toBeNull();
  });

  it('is told no limit by which it would seem to be known', async () => {
    await space.close();
    await streams.setLimits({ BUS: 7 }, { known: false });
    expect(await streams.reserve(wanted(), true)).toEqual({ outcome: 'lost' });
    await streams.setLimits(defaults, { known: true });
    await streams.setLimits({ BUS: 7 }, { known: false });
    expect(await useOf('BUS')).toMatchObject({ limit: 7 });
  });

  it('puts back nothing of which it is not said whose it is, and takes it for a beat all the same', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    now += 40_000;
    expect(await streams.observe([{ ...asked, source: null }])).toEqual(['ALIVE']);
    await space.close();
    expect(await streams.observe([{ ...asked, source: null }])).toEqual(['UNKNOWN']);
  });

  it('takes a live connection for a beat, and puts back nothing that has ended', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    for (let i = 0; i < 10; i += 1) {
      now += 40_000;
      expect(await streams.observe([asked])).toEqual(['ALIVE']);
    }
    await streams.release(asked.id, 'u1', 'released');
    expect(await streams.observe([asked])).toEqual(['ENDED']);
    const late = wanted();
    await streams.reserve(late, true);
    now += 45_000;
    expect(await streams.observe([late])).toEqual(['ENDED']);
    expect(await useOf('BUS')).toMatchObject({ current: 0 });
  });

  it('charges one viewer once, also when the camera was reserved again meanwhile', async () => {
    const asked = wanted();
    const again = { ...asked, id: randomUUID() };
    await streams.reserve(again, true);
    expect(await streams.observe([asked])).toEqual(['ALIVE']);
    expect(await useOf('BUS')).toMatchObject({ current: 1 });
  });
});

describe('beating', () => {
  it('keeps a reservation for as long as beats come', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    for (let i = 0; i < 200; i += 1) {
      now += 40_000;
      expect(await streams.heartbeat(asked.id, 'u1')).toBe(now + 3_600_000);
    }
    expect(await useOf('BUS')).toMatchObject({ current: 1 });
  });

  it('is not too late for the time in which nobody listened', async () => {
    const [asked, silent] = [wanted(), wanted()];
    await streams.reserve(asked, true);
    await streams.reserve(silent, true);
    now += 10_000;
    await streams.takeDue();
    // Every api process is away, or Valkey is.
    now += 3_600_000;
    expect((await streams.takeDue()).ended).toEqual([]);
    expect(await useOf('BUS')).toMatchObject({ current: 2 });
    for (let i = 0; i < 34; i += 1) {
      now += 1_000;
      expect((await streams.takeDue()).ended).toEqual([]);
    }
    expect(await streams.heartbeat(asked.id, 'u1')).not.toBeNull();
    now += 1_000;
    expect((await streams.takeDue()).ended.map(({ id }) => id)).toEqual([silent.id]);
  });

  it('is too late at 45 s, whatever clean-up did', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    now += 45_000;
    expect(await streams.heartbeat(asked.id, 'u1')).toBeNull();
    expect(await count('BUS')).toBe(0);
    expect(await streams.heartbeat(asked.id, 'u1')).toBeNull();
  });

  it('answers each of many that come together its own', async () => {
    const [kept, late, ended] = [wanted(), wanted({ source: 'METRO' }), wanted()];
    await streams.reserve(late, true);
    now += 1_000;
    await streams.reserve(kept, true);
    await streams.reserve(ended, true);
    await streams.release(ended.id, 'u1', 'released');
    now += 44_000;
    const beats: [string, string][] = [kept, late, kept, ended].map(({ id }) => [id, 'u1']);
    beats.push([kept.id, 'u2'], [late.id, 'u1']);
    const answers = await Promise.all(beats.map(([id, user]) => streams.heartbeat(id, user)));
    expect(answers).toEqual([now + 3_600_000, null, now + 3_600_000, null, null, null]);
    now += 44_999;
    expect(await useOf('BUS')).toMatchObject({ current: 1 });
    expect(await useOf('METRO')).toMatchObject({ current: 0 });
    now += 1;
    expect(await useOf('BUS')).toMatchObject({ current: 0 });
  });

  it('goes on for longer than anything is kept by itself, because sweeps see to it', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    const key = valkey.key('stream', 'reservation', asked.id);
    await valkey.client.pexpire(key, 5_000);
    await streams.sweep();
    expect(await valkey.client.pttl(key)).toBeGreaterThan(3_500_000);
    await streams.release(asked.id, 'u1', 'released');
    await valkey.client.pexpire(key, 5_000);
    await streams.sweep();
    expect(await valkey.client.pttl(key)).toBeLessThanOrEqual(5_000);
  });

  it('is nobody else’s', async () => {
    const asked = wanted();
    await streams.reserve(asked, true);
    expect(await streams.heartbeat(asked.id, 'u2')).toBeNull();
    expect(await streams.heartbeat('nonsense', 'u1')).toBeNull();
  });
});

describe('sweeping', () => {
  it('ends what is late, and sets damaged counts right', async () => {
    await Promise.all(Array.from({ length: 3 }, () => streams.reserve(wanted(), true)));
    now += 10_000;
    const kept = wanted();
    await streams.reserve(kept, true);
    now += 36_000;
    expect(await streams.sweep()).toBe(3);
    expect(await useOf('BUS')).toMatchObject({ current: 1 });

    await valkey.client.hset(valkey.key('stream', 'cameras', 'BUS'), 'ghost', 7);
    await valkey.client.set(valkey.key('stream', 'count', 'BUS'), 99);
    await valkey.client.zadd(valkey.key('stream', 'active', 'BUS'), now + 1_000_000, 'without fields');
    await valkey.client.hset(valkey.key('stream', 'room', kept.room), 'ghost\ncamera', 'ghost');
    expect(await streams.sweep()).toBe(1);
    expect(await useOf('BUS')).toMatchObject({ current: 1, cameras: [{ id: kept.camera, viewers: 1 }] });
    expect(await count('BUS')).toBe(1);
    expect(await streams.rooms()).toEqual([kept.room]);
    expect(await valkey.client.hvals(valkey.key('stream', 'room', kept.room))).toEqual([kept.id]);
  });
});

describe('whatever happens, in any order', () => {
  type Step =
    | { readonly do: 'reserve'; readonly user: number; readonly camera: number; readonly wall: boolean }
    | { readonly do: 'release' | 'beat'; readonly user: number; readonly camera: number; readonly wall: boolean }
    | { readonly do: 'wait'; readonly seconds: number }
    | { readonly do: 'limit'; readonly value: number }
    | { readonly do: 'sweep' };
  const who = { user: fc.nat(2), camera: fc.nat(3), wall: fc.boolean() };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('reserve' as const), ...who }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'beat' as const), ...who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), value: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  );

  it.each(['reservations', 'cameras'] as const)(
    'the counts are those of a plain model (%s)',
    async (counts) => {
      streams = repositoryWith(counts);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
          await space.close();
          await streams.setLimits(defaults, { known: true });
          let allowed: number = agencies.BUS.limit;
          const held = new Map<string, { id: string; camera: string; over: number }>();
          const ids = new Map<string, string>();
          const used = () => {
            for (const [key, { over }] of held) if (over <= now) held.delete(key);
            return counts === 'reservations' ? held.size : new Set([...held.values()].map(({ camera }) => camera)).size;
          };
          for (const one of steps) {
            if (one.do === 'wait') now += one.seconds * 1000;
            else if (one.do === 'limit') {
              allowed = one.value;
              await limit('BUS', allowed);
            } else if (one.do === 'sweep') await streams.sweep();
            else {
              const [user, camera] = [`u${one.user}`, `c${one.camera}`];
              const room = one.wall ? `wall_${user}_w` : `camera_${camera}`;
              const key = `${user} ${camera} ${room}`;
              const before = used();
              const known = held.get(key);
              if (one.do === 'reserve') {
                const outcome = await streams.reserve(wanted({ user, camera, room }), true);
                const free = counts === 'cameras' && [...held.values()].some((other) => other.camera === camera);
                if (known) expect(outcome).toMatchObject({ outcome: 'kept', id: known.id });
                else if (before >= allowed && !free)
                  expect(outcome).toEqual({ outcome: 'full', current: before, limit: allowed });
                else expect(outcome.outcome).toBe('reserved');
                if ('id' in outcome) {
                  held.set(key, { id: outcome.id, camera, over: now + 45_000 });
                  ids.set(key, outcome.id);
                }
              } else {
                const id = ids.get(key) ?? 'never';
                if (one.do === 'beat') {
                  expect((await streams.heartbeat(id, user)) !== null).toBe(known !== undefined);
                  if (known) known.over = now + 45_000;
                } else {
                  const { outcome: word } = await streams.release(id, user, 'released');
                  // One that is late and not yet swept may be released or have ended: neither is counted any more.
                  if (known) expect(word).toBe('released');
                  else expect(word).not.toBe(id === 'never' ? 'released' : 'unknown');
                  held.delete(key);
                }
              }
            }
            const use = await useOf('BUS');
            const current = used();
            expect(use?.current).toBe(current);
            expect(await count('BUS')).toBe(current);
            expect(use?.cameras.map(({ id }) => id).sort()).toEqual(
              [...new Set([...held.values()].map(({ camera }) => camera))].sort(),
            );
          }
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});

describe('without Valkey', () => {
  it('says so at once, and every agency has its limit when it is there', async () => {
    const away = new Valkey({ url: 'unix:///nowhere/valkey.sock', keyPrefix: '{x}:', log: silent });
    const lost = new StreamRepository(away, {
      counts: 'reservations',
      reservationSeconds: 1,
      heartbeatTimeoutSeconds: 1,
    });
    const start = performance.now();
    await expect(lost.reserve(wanted(), true)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      facts: { part: 'valkey' },
    });
    expect(performance.now() - start).toBeLessThan(500);
    await expect(away.ready(50)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await away.isUp()).toBe(false);
    away.close();
    expect((await streams.stats()).map(({ source, limit: most }) => [source, most])).toEqual(
      sources.map((source) => [source, agencies[source].limit]),
    );
  });

  it('sends a script again that the server has forgotten', async () => {
    await streams.stats();
    await valkey.client.script('FLUSH');
    expect(await streams.stats()).toHaveLength(4);
  });
});
