import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, createClient } from '@marsad/contract';
import { RunningMarsad } from '@marsad/e2e/fixtures/running-marsad';
import type { Bench } from '../bench.ts';
import { numberOption } from '../command-line.ts';
import { onlineCameras } from '../fixtures/demonstration.ts';
import { pidOf } from '../fixtures/role-process.ts';
import { percentile } from '../measure/percentile.ts';
import type { ReceivingPeer } from '../viewers/receiving-peer.ts';
import { viewByWhep } from '../viewers/whep.ts';

const CAMERAS = 6;
/** Who reserves for a wall of his own and only beats, beside one player for each sign-in there is. */
const WALLS = 4;
/** Seconds without a beat, so that what is left behind is over before the bench is. */
const PATIENCE = 12;
/** Seconds after which an edge knows that somebody has left without a word (RFC 7675, section 5.1). */
const GOODBYE = 30;
/** At memory and handles, once the faults are over. */
const LOOKS = 30;

interface Footprint {
  readonly rssMb: number;
  /** Open files and sockets. */
  readonly handles: number;
}

/** Of the api and the media node together. */
async function footprint(marsad: RunningMarsad): Promise<Footprint> {
  let [rssMb, handles] = [0, 0];
  for (const role of ['api', 'media-node-1']) {
    const pid = pidOf(marsad.dataDir, role);
    const [status, open] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
    rssMb += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
    handles += open.length;
  }
  return { rssMb, handles };
}

function median(of: readonly Footprint[], part: keyof Footprint): number {
  return percentile(
    of.map((each) => each[part]),
    50,
  );
}

/** Somebody with a sign-in of his own, the cameras he may view, and a wall's name if he has one. */
interface Visitor {
  readonly client: Client;
  readonly cameras: readonly string[];
  readonly wall: string | null;
}

/** Each of them holds what nobody else holds: what is left of one cannot be ended by another. */
async function visitors(marsad: RunningMarsad): Promise<Visitor[]> {
  const players = await Promise.all(
    [marsad.admin, ...marsad.operators].map(async (credentials) => {
      const token = await marsad.accessToken(credentials);
      const client = createClient({ baseUrl: marsad.url, token: () => token });
      const { cameras } = await client.cameras.list({ query: { limit: CAMERAS, status: 'ONLINE' } });
      return { client, cameras: cameras.map(({ id }) => id), wall: null };
    }),
  );
  const [admin] = players;
  if (!admin) throw new Error('nobody can sign in');
  return [...players, ...Array.from({ length: WALLS }, (_, i) => ({ ...admin, wall: `soak-${i}` }))];
}

/** Reserves, watches for a while, and leaves: by releasing, by closing without a word, or by staying away at once. */
async function viewer({ client, cameras, wall }: Visitor, until: number, seen: Counts): Promise<void> {
  while (performance.now() < until) {
    const camera_id = cameras[Math.floor(Math.random() * cameras.length)] ?? '';
    let peer: ReceivingPeer | null = null;
    try {
      const body = wall === null ? { camera_id } : { camera_id, wall_id: wall };
      const { reservation_id, whep_url, token } = await client.streams.reserve({ body });
      seen.reserved += 1;
      const watches = wall === null && whep_url !== undefined && Math.random() < 0.8;
      if (watches) peer = await viewByWhep(reservation_id, whep_url, token);
      else await client.streams.heartbeat({ params: { id: reservation_id } });
      await wait(1000 + Math.random() * 4000);
      if (peer && peer.packets > 0) seen.watched += 1;
      if (Math.random() < 0.7) await client.streams.release({ params: { id: reservation_id } });
    } catch {
      // A camera that is away, a node that is being started again: the next attempt tells.
      seen.refused += 1;
      await wait(500);
    } finally {
      peer?.close();
    }
  }
}

interface Counts {
  reserved: number;
  watched: number;
  refused: number;
}

/** The whole product with viewers coming and going; all cameras go away once, and the media node is killed once. */
export const soak: Bench = {
  name: 'soak',
  summary: 'the whole product under faults: memory, handles, reservations left behind',
  options: { minutes: 'how long, default 1' },
  async run({ options }, say) {
    const minutes = numberOption(options, 'minutes', 1);
    const marsad = await RunningMarsad.start({
      demoCameras: CAMERAS,
      settings: { MARSAD_HEARTBEAT_TIMEOUT: String(PATIENCE), MARSAD_ACCESS_TOKEN_TTL: '86400' },
    });
    try {
      const token = await marsad.accessToken();
      const client = createClient({ baseUrl: marsad.url, token: () => token });
      await onlineCameras(client, CAMERAS);
      const seen: Counts = { reserved: 0, watched: 0, refused: 0 };
      const all = await visitors(marsad);
      const total = minutes * 60_000;
      const startedAt = performance.now();
      const viewers = all.map((one) => viewer(one, startedAt + total, seen));
      const at = async (share: number) => wait(Math.max(0, startedAt + total * share - performance.now()));

      await at(0.2);
      process.kill(pidOf(marsad.dataDir, 'simulator'), 'SIGKILL');
      say('every camera is gone, and comes back');
      await at(0.4);
      process.kill(pidOf(marsad.dataDir, 'media-node-1'), 'SIGKILL');
      say('the media node was killed');
      await at(0.6);
      const looks: Footprint[] = [];
      // Under the same load all the time; a heap grows and shrinks by more than anything that would be kept.
      for (let look = 0; look < LOOKS; look += 1) {
        await at(0.6 + (0.4 * look) / LOOKS);
        looks.push(await footprint(marsad));
      }
      await at(1);
      await Promise.all(viewers);
      await wait((GOODBYE + PATIENCE + 5) * 1000);
      const left = await footprint(marsad);
      const third = Math.floor(LOOKS / 3);
      const [early, late] = [looks.slice(0, third), looks.slice(-third)];
      const rssGrowth = median(late, 'rssMb') - median(early, 'rssMb');
      const handleGrowth = left.handles - median(early, 'handles');
      const leaked = (await client.admin.reservations()).total;
      return {
        figures: [
          { name: 'streams reserved', value: seen.reserved },
          { name: 'of them seen to send pictures', value: seen.watched },
          { name: 'attempts refused meanwhile', value: seen.refused },
          { name: 'memory more at the end than after the faults', value: rssGrowth, unit: 'MB', target: 'none' },
          { name: 'handles more than after the faults', value: handleGrowth, target: '≤ 0' },
          { name: 'reservations left behind', value: leaked, target: '0' },
        ],
        json: {
          rss_growth_mb: Number(rssGrowth.toFixed(1)),
          handle_growth: handleGrowth,
          leaked,
          watched: seen.watched,
        },
      };
    } finally {
      await marsad.stop();
    }
  },
};
