import { readFileSync } from 'node:fs';
import { Counter } from 'prom-client';
import type { Config } from '../config.ts';
import { LiveService } from '../modules/live/live.service.ts';
import { LivekitServer, type LivekitServerOptions } from '../modules/live/livekit-server.ts';
import { WebhooksService } from '../modules/live/webhooks.service.ts';
import { FullAgencies } from '../modules/streams/full-agencies.ts';
import { LimitsService } from '../modules/streams/limits.service.ts';
import { LostReaders } from '../modules/streams/lost-readers.ts';
import { ReadersService } from '../modules/streams/readers.service.ts';
import { ReservationsService } from '../modules/streams/reservations.service.ts';
import { Reserving } from '../modules/streams/reserving.ts';
import { RightsWatch } from '../modules/streams/rights-watch.ts';
import { RoomKeeper } from '../modules/streams/room-keeper.ts';
import { StreamRepository } from '../modules/streams/streams.repository.ts';
import { StreamsService } from '../modules/streams/streams.service.ts';
import { ViewerWatch } from '../modules/streams/viewer-watch.ts';
import { ChangeBus } from '../platform/events/change-bus.ts';
import { reachable } from '../reachable.ts';
import type { Catalogue } from './catalogue.ts';
import type { Foundation } from './foundation.ts';
import type { People } from './people.ts';

export type Viewing = ReturnType<typeof openViewing>;

/** Who may watch what, within the quota: reservations, the rooms they open, and those who see that both stay true. */
export function openViewing(foundation: Foundation, { cameras }: Catalogue, { iam }: People) {
  const { config, log, now, opened, livekit, registry, database, valkey, mediaPlane, audit } = foundation;
  const repository = new StreamRepository(valkey, config.quota);
  const livekitServer = openLivekit(config, { livekit, mediaPlane, valkey, log, onMissing: () => rooms.refill() });
  if (livekitServer) opened.push(() => livekitServer.close());
  const live = new LiveService({
    mediaPlane,
    valkey,
    livekit,
    server: livekitServer,
    certificate: config.http.tls && readFileSync(config.http.tls.cert, 'utf8'),
    localHost: reachable(config.edge.host),
    tokenSeconds: config.tokens.viewerSeconds,
    departureSeconds: config.quota.heartbeatTimeoutSeconds + 60,
  });
  const changes = new ChangeBus(valkey, 'streams');
  opened.push(() => changes.close());
  const full = new FullAgencies();
  changes.listen(() => full.forget());
  const limits = new LimitsService({
    sql: database.sql,
    streams: repository,
    audit,
    onChange: changes.changed,
  });
  const rooms: RoomKeeper = new RoomKeeper({
    repository,
    live,
    cameras,
    mediaPlane,
    log,
    onChange: changes.changed,
    onLost: () => void watch.recover().catch((error) => log.warn({ err: error }, 'what Valkey lost is not back yet')),
    onSweep: () => watch.refresh(),
  });
  opened.push(() => rooms.close());
  const watch = new ViewerWatch({
    repository,
    rooms,
    live,
    cameras,
    limits,
    mediaPlane,
    valkey,
    log,
    onChange: changes.changed,
    // A connection is a beat: several of them within the time that a reservation lives without one.
    interval: Math.min(10_000, (config.quota.heartbeatTimeoutSeconds * 1000) / 4),
  });
  opened.push(() => watch.close());
  const rights = new RightsWatch({ repository, rooms, iam, cameras, audit, log });
  opened.push(() => rights.close());
  const reservations = new Counter({
    name: 'cctv_stream_reservations_total',
    help: 'Requests for a stream, by how they ended',
    labelNames: ['source', 'status'] as const,
    registers: [registry],
  });
  const reserving = new Reserving({
    repository,
    rooms,
    cameras,
    audit,
    reservations,
    full,
    recover: () => watch.recover(),
    onChange: changes.changed,
  });
  const streams = new StreamsService({
    repository,
    reserving,
    rooms,
    cameras,
    live,
    audit,
    reservations,
    full,
    counts: config.quota.counts,
    recover: () => watch.recover(),
    onChange: changes.changed,
    now,
  });
  const readers = new ReadersService({
    reserving,
    repository,
    rooms,
    live,
    audit,
    onChange: changes.changed,
  });
  const lostReaders = new LostReaders({ mediaPlane, readers, log });
  opened.push(() => lostReaders.close());
  const held = new ReservationsService({
    repository,
    rooms,
    cameras,
    iam,
    audit,
    onChange: changes.changed,
  });
  const webhooks = new WebhooksService({
    livekit,
    valkey,
    received: new Counter({
      name: 'cctv_livekit_webhooks_total',
      help: 'Webhooks received, by what became of them',
      labelNames: ['event', 'outcome'] as const,
      registers: [registry],
    }),
    log,
    onWatched: (seen) => watch.seen(seen),
    onChange: changes.changed,
  });
  const start = () => {
    watch.start();
    rooms.start();
    livekitServer?.start();
    rights.start();
  };
  return { live, livekitServer, changes, limits, streams, readers, reservations: held, webhooks, start };
}

/** The LiveKit server that takes the place of our edges; null when none is set. */
function openLivekit(
  { livekit: { url } }: Config,
  options: Omit<LivekitServerOptions, 'url' | 'changes'>,
): LivekitServer | null {
  if (url === null) return null;
  return new LivekitServer({ ...options, url, changes: new ChangeBus(options.valkey, 'pushes') });
}
