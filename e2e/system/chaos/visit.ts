import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ApiError, type Client } from '@marsad/contract';
import { viewByWhep } from '../../../bench/src/viewers/whep.ts';

/** Somebody who watches one camera, or says so. */
export interface Visit {
  /** Null for one that was taken by connecting: whoever connects is not told. */
  readonly reservation: string | null;
  /** Whether there is a media connection, which counts as a beat. */
  readonly isConnected: boolean;
  /** Whether it goes on, as far as the visitor can know. */
  holds(): boolean;
  /** Rejects when nobody could be told; then nobody is told. */
  leave(how: 'properly' | 'silently'): Promise<void>;
}

export interface VisitOptions {
  readonly client: Client;
  readonly camera: string;
  /** A name for the visit's own room, which no other visit has: what is connected keeps alive all that its room shows. */
  readonly wall: string;
  readonly token: string;
  /** `http://host:port` of the edge. */
  readonly edge: string;
}

/** Without a picture for this long, milliseconds, a connection is of no use any more. */
const dark = 3_000;

/** A client that reserves and beats, and never connects. */
export async function beatingVisit({ client, camera, wall }: VisitOptions): Promise<Visit> {
  const { reservation_id: id } = await client.streams.reserve({ body: { camera_id: camera, wall_id: wall } });
  let over = false;
  const beat = setInterval(() => {
    client.streams.heartbeat({ params: { id } }).catch((error) => {
      over ||= error instanceof ApiError && error.code === 'RESERVATION_NOT_FOUND';
    });
  }, 2_000);
  return {
    reservation: id,
    isConnected: false,
    holds: () => !over,
    async leave(how) {
      clearInterval(beat);
      if (how === 'properly') await client.streams.release({ params: { id } });
    },
  };
}

/** A player that shows its access token at the edge, and so takes a reservation by connecting. */
export async function whepVisit({ camera, edge, token }: VisitOptions): Promise<Visit> {
  const peer = await viewByWhep('visit', `${edge}/whep/${camera}?profile=sub`, token);
  let [seen, seenAt] = [0, performance.now()];
  const look = setInterval(() => {
    if (peer.packets !== seen) [seen, seenAt] = [peer.packets, performance.now()];
  }, 250);
  return {
    reservation: null,
    isConnected: true,
    holds: () => seen > 0 && performance.now() - seenAt < dark,
    async leave(how) {
      clearInterval(look);
      peer.close();
      if (how === 'properly' && peer.resource) await fetch(peer.resource, { method: 'DELETE' });
    },
  };
}

const viewerProgram = fileURLToPath(new URL('room-viewer.ts', import.meta.url));
/** A viewer that has not joined, or not left, by then is ended. Milliseconds. */
const patience = 15_000;

/**
 * LiveKit's SDK in a wall's room. It never beats: its connection does. It has a process of its own, because an attempt that
 * was given up may go on in the SDK, connect after all, and keep alive what nobody wants any more.
 */
export async function roomVisit({ client, camera, wall }: VisitOptions): Promise<Visit> {
  const body = { camera_id: camera, wall_id: wall, quality: 'low' } as const;
  const held = await client.streams.reserve({ body });
  const viewer = fork(viewerProgram, [held.livekit_url, held.token, camera], {
    stdio: 'ignore',
    serialization: 'advanced',
  });
  let [silent, toldAt] = [Number.POSITIVE_INFINITY, performance.now()];
  viewer.on('message', (told) => {
    [silent, toldAt] = [Number(told), performance.now()];
  });
  const end = () => viewer.kill('SIGKILL');
  try {
    const late = AbortSignal.timeout(patience);
    const gone = once(viewer, 'exit', { signal: late }).then(() => Promise.reject(new Error('no connection')));
    await Promise.race([once(viewer, 'message', { signal: late }), gone]);
  } catch (error) {
    end();
    throw new Error('no connection', { cause: error });
  }
  return {
    reservation: held.reservation_id,
    isConnected: true,
    holds: () => silent + performance.now() - toldAt < dark,
    async leave(how) {
      if (how === 'silently') return void end();
      if (viewer.connected) viewer.send('leave');
      if (viewer.exitCode === null && viewer.signalCode === null) {
        await once(viewer, 'exit', { signal: AbortSignal.timeout(patience) }).catch(end);
      }
      await client.streams.release({ params: { id: held.reservation_id } });
    },
  };
}
