import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Shown } from '../live/shown.ts';
import { RoomKeeper, type RoomKeeperOptions } from './room-keeper.ts';
import type { ShownReservation } from './stream-answers.ts';

const reservation = (id: string): ShownReservation => ({ id, camera: `camera of ${id}`, identity: `viewer of ${id}` });

/** Valkey and an edge, as far as a keeper sees them; several processes can keep the same room. */
function room() {
  let reserved: readonly ShownReservation[] = [];
  let written: readonly string[] = [];
  const write = async (shown: Shown | Promise<Shown>) => {
    const { cameras } = await shown;
    written = cameras.map(({ id }) => id);
  };
  return {
    reserve: (...ids: string[]) => {
      reserved = ids.map(reservation);
    },
    written: () => written,
    /** @param delay what a call to the edge waits for */
    keeper(delay: () => Promise<unknown> = async () => {}) {
      const options = {
        repository: { shownIn: async () => [...reserved] },
        live: { show: (_: string, shown: Promise<Shown>) => delay().then(() => write(shown)) },
        cameras: { briefs: async () => new Map() },
        log: pino({ level: 'silent' }),
      };
      return new RoomKeeper(options as unknown as RoomKeeperOptions);
    },
  };
}

test('what one process writes late does not stand against what another has written', async () => {
  const { reserve, written, keeper } = room();
  const { promise, resolve } = Promise.withResolvers<void>();
  reserve('a');
  const late = keeper(() => promise).sync('wall_u_w');
  await new Promise(setImmediate);
  reserve('b');
  await keeper().sync('wall_u_w');
  expect(written()).toEqual(['camera of b']);
  resolve();
  await late;
  expect(written()).toEqual(['camera of b']);
});

test('a room in which something always happens is left to whoever comes next', async () => {
  const { reserve, written, keeper } = room();
  let calls = 0;
  const busy = keeper(async () => reserve(String(calls++)));
  await busy.sync('wall_u_w');
  expect(calls).toBe(5);
  expect(written()).toHaveLength(1);
});
