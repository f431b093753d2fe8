import { setTimeout as wait } from 'node:timers/promises';
import { type Client, createClient } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { type Tally, Visitor } from './chaos/crowd.ts';
import { Dice } from './chaos/dice.ts';
import { QuotaWitness } from './chaos/quota-witness.ts';
import { beatingVisit, roomVisit, type Visit, whepVisit } from './chaos/visit.ts';
import { partsOf } from './processes.ts';

/** `CHAOS_MINUTES=10` goes on for so long; `CHAOS_SEED` repeats a run, as far as processes can. */
const stormMs = Number(process.env.CHAOS_MINUTES ?? 0.4) * 60_000;
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
/** Between two blows at one part, when there is time: by then it counts as well again, and is started again at once. */
const [restMs, spreadMs] = stormMs > 120_000 ? [8_000, 30_000] : [3_000, 3_000];
/** Seconds without a beat. A short run cannot wait for the 45 of the product. */
const patience = stormMs > 120_000 ? 45 : 12;
const parts = { api: 'api', edge: 'media-node-2', valkey: 'valkey' } as const;
/** Reservations of one agency. There are more visitors, so that somebody always stands at the door. */
const limit = 3;
/** Everything must be as it should be again by then. */
const truthMs = 90_000;

const dice = new Dice(seed);
const tally: Tally = { opened: 0, refused: 0, surprises: [] };
const kinds = [beatingVisit, beatingVisit, beatingVisit, whepVisit, whepVisit, roomVisit];
let marsad: RunningMarsad;
let client: Client;
let witness: QuotaWitness;
let visitors: Visitor[] = [];
let staying: Visit[] = [];

beforeAll(async () => {
  marsad = await RunningMarsad.start({
    demoCameras: 4,
    settings: {
      MARSAD_MEDIA_NODES: 'ingest,edge',
      MARSAD_HEARTBEAT_TIMEOUT: String(patience),
      MARSAD_ACCESS_TOKEN_TTL: '86400',
      MARSAD_RATE_LIMIT_USER: '0',
      MARSAD_RATE_LIMIT_ADDRESS: '0',
    },
  });
  const token = await marsad.accessToken();
  client = createClient({ baseUrl: marsad.url, token: () => token });
  await client.admin.setLimits({ body: { limits: { DUBAI_POLICE: limit, METRO: limit, BUS: limit, OTHER: limit } } });
  await until(
    async () => (await client.cameras.list({ query: { status: 'ONLINE' } })).total === 4,
    60_000,
    'all cameras',
  );
  const cameras = (await client.cameras.list()).cameras.map(({ id }) => id);
  witness = new QuotaWitness(marsad.dataDir);
  const common = { client, cameras, token, edge: `http://127.0.0.1:${marsad.edgePort}` };
  visitors = [...kinds, ...kinds, ...kinds].map(
    (open, i) => new Visitor({ ...common, open, name: `chaos-${i}`, dice: dice.split() }, tally),
  );
}, 240_000);

afterAll(async () => {
  for (const visitor of visitors) visitor.stop();
  await Promise.allSettled(staying.map((visit) => visit.leave('silently')));
  witness?.close();
  await marsad?.stop();
}, 60_000);

/** Kills parts in random order, each about as often, until the time is over. @returns how often each was killed */
async function storm(): Promise<Record<string, number>> {
  const killed: Record<string, number> = {};
  const ends = performance.now() + stormMs;
  while (performance.now() < ends) {
    for (const [name, part] of dice.shuffled(Object.entries(parts))) {
      await wait(restMs + dice.between(0, spreadMs));
      if (performance.now() > ends) break;
      const pid = partsOf(marsad.dataDir).get(part);
      // Still away since the last blow.
      if (pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      killed[name] = (killed[name] ?? 0) + 1;
    }
  }
  return killed;
}

/**
 * What is reserved is what is watched, by every account of it: who was cut off by the last blows has no place any more.
 * Rejects with the difference.
 */
async function expectTruth(all: readonly Visit[]): Promise<void> {
  const visits = all.filter((visit) => visit.holds());
  expect(visits.length > 0).toBe(all.length > 0);
  const { reservations } = await client.admin.reservations({ query: { limit: 100 } });
  const known = visits.flatMap(({ reservation }) => reservation ?? []);
  const byConnecting = reservations.filter(({ room_name }) => room_name.startsWith('reader_'));
  const others = reservations.filter((each) => !byConnecting.includes(each));
  expect(others.map(({ reservation_id }) => reservation_id).sort()).toEqual(known.sort());
  expect(byConnecting).toHaveLength(visits.length - known.length);
  expect((await client.streams.stats()).total_viewers).toBe(visits.length);
  const charges = await witness.charges();
  expect(charges.reduce((sum, { count }) => sum + count, 0)).toBe(visits.length);
  expect(charges.reduce((sum, { held }) => sum + held, 0)).toBe(visits.length);
}

/** @returns after how many seconds it was so */
async function untilTruth(visits: readonly Visit[], withinMs = truthMs): Promise<string> {
  const began = performance.now();
  await until(
    async () => {
      await expectTruth(visits);
      return true;
    },
    withinMs,
    'what is reserved to be what is watched',
  );
  return ((performance.now() - began) / 1000).toFixed(1);
}

describe(`people come and go while parts are killed (CHAOS_SEED=${seed})`, () => {
  it(
    'no count is ever wrong, and soon every one is the truth',
    async ({ annotate }) => {
      const coming = visitors.map((visitor) => visitor.comeAndGo());
      const killed = await storm();
      for (const visitor of visitors) visitor.stop();
      await Promise.all(coming);
      await annotate(`killed ${JSON.stringify(killed)}; ${tally.opened} visits, ${tally.refused} refusals`);
      expect(Object.keys(killed).sort()).toEqual(Object.keys(parts).sort());
      expect(tally.opened).toBeGreaterThan(15);

      const began = performance.now();
      // One of each kind, and a second that only beats.
      staying = await Promise.all([0, 1, 3, 5].flatMap((i) => visitors[i]?.settle(truthMs) ?? []));
      const seconds = await untilTruth(staying, truthMs - (performance.now() - began));
      await annotate(`the truth ${seconds} s after the last came; ${witness.looks} looks at the counts`);
      expect(witness.looks).toBeGreaterThan(100);
      expect(witness.impossible).toEqual([]);
      expect(tally.surprises).toEqual([]);
    },
    stormMs + 150_000,
  );

  it('Valkey forgets everything: who is connected is put back', async ({ annotate }) => {
    const connected = staying.filter((visit) => visit.isConnected && visit.holds());
    const before = (await client.admin.reservations({ query: { limit: 100 } })).reservations;
    await witness.forgetEverything();
    await annotate(`put back after ${await untilTruth(connected, 60_000)} s`);
    const after = (await client.admin.reservations({ query: { limit: 100 } })).reservations;
    const ids = new Set(before.map(({ reservation_id }) => reservation_id));
    expect(after.filter(({ reservation_id }) => !ids.has(reservation_id))).toEqual([]);
    await Promise.allSettled(
      staying.filter((visit) => !connected.includes(visit)).map((visit) => visit.leave('silently')),
    );
    staying = connected;
  }, 80_000);

  it('nothing is left when all have gone', async ({ annotate }) => {
    await Promise.all(staying.map((visit) => visit.leave('properly')));
    staying = [];
    await annotate(`nothing left after ${await untilTruth([])} s`);
    await until(async () => (await witness.unsettled()) === 0, 15_000, 'every ended stream to be stopped');
    expect(witness.impossible).toEqual([]);
  }, 120_000);
});
