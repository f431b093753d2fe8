import { Counter, Gauge } from 'prom-client';
import type { MediaPlane } from '../media-plane/media-plane.ts';
import { PtzLink } from '../media-plane/ptz-link.ts';
import { agencyRoutes } from '../modules/agencies/agencies.routes.ts';
import { cameraRoutes } from '../modules/cameras/cameras.routes.ts';
import type { StreamKeysService } from '../modules/cameras/stream-keys.service.ts';
import { addControlRoutes } from '../modules/control/control.routes.ts';
import { ControlService } from '../modules/control/control.service.ts';
import { EventFeed } from '../modules/events/event-feed.ts';
import { EventHub } from '../modules/events/events.hub.ts';
import { eventRoutes } from '../modules/events/events.routes.ts';
import { iamRoutes } from '../modules/iam/iam.routes.ts';
import { RoomAdministration } from '../modules/live/room-administration.service.ts';
import { webhookRoutes } from '../modules/live/webhooks.routes.ts';
import { ptzRoutes } from '../modules/ptz/ptz.routes.ts';
import { PtzService } from '../modules/ptz/ptz.service.ts';
import { PtzHolds } from '../modules/ptz/ptz-holds.ts';
import { adminRoutes } from '../modules/streams/admin.routes.ts';
import { streamRoutes } from '../modules/streams/streams.routes.ts';
import { FigureHistory } from '../modules/system/figure-history.ts';
import { RoomsService } from '../modules/system/rooms.service.ts';
import { systemRoutes } from '../modules/system/system.routes.ts';
import { SystemService } from '../modules/system/system.service.ts';
import { serveDashboard } from '../platform/http/dashboard.ts';
import { serveDocs } from '../platform/http/docs.ts';
import { RateLimits } from '../platform/http/rate-limits.ts';
import { createHttpServer } from '../platform/http/server.ts';
import { HttpMetrics } from '../platform/metrics/http-metrics.ts';
import type { Catalogue } from './catalogue.ts';
import type { Foundation } from './foundation.ts';
import type { People } from './people.ts';
import type { Viewing } from './viewing.ts';

export interface ServerParts {
  readonly foundation: Foundation;
  readonly catalogue: Catalogue;
  readonly people: People;
  readonly viewing: Viewing;
  readonly streamKeys: StreamKeysService;
  /** Folder of the built dashboard. */
  readonly dashboard: string;
  readonly version: string;
}

/** Everything that is asked over HTTP, and told over WebSockets. It does not listen yet. */
export async function openServer({
  foundation,
  catalogue,
  people,
  viewing,
  streamKeys,
  dashboard,
  version,
}: ServerParts) {
  const { config, log, now, opened, registry, valkey, mediaPlane } = foundation;
  const { cameras } = catalogue;
  const { verifier } = people;
  const { streams, changes } = viewing;
  const history = new FigureHistory({ mediaPlane, registry, now });
  opened.push(() => history.close());
  const hub = new EventHub({
    verify: (token) => verifier.verify(token),
    review: (identity) => verifier.review(identity),
    connections: new Gauge({
      name: 'websocket_connections_total',
      help: 'WebSocket connections open now',
      registers: [registry],
    }),
    onKnown: (connection) => events.greet(connection),
    now,
  });
  const events: EventFeed = new EventFeed({ hub, streams, cameras, mediaPlane, changes, log, now });
  opened.push(() => events.close());

  const server = await createHttpServer({
    log,
    verifier,
    rateLimits: new RateLimits(valkey, config.http.rateLimit),
    metrics: new HttpMetrics(registry),
    tls: config.http.tls,
    corsOrigins: config.http.corsOrigins,
    trustedProxies: config.http.trustedProxies,
    aliases: { '/api/v1/rtsp/': '/v3/' },
    connectSources: () => connectSources(mediaPlane, viewing),
  });
  opened.push(() => server.close());
  opened.push(() => hub.close());
  await serveDocs(server, { version });
  iamRoutes(server, { ...people, refreshSeconds: config.tokens.refreshSeconds });
  agencyRoutes(server);
  cameraRoutes(server, cameras, streamKeys);
  ptzRoutes(
    server,
    new PtzService({
      cameras,
      link: new PtzLink(mediaPlane),
      holds: new PtzHolds(valkey),
      audit: foundation.audit,
      commands: new Counter({
        name: 'cctv_ptz_commands_total',
        help: 'Commands that move a camera, by agency and by how they ended (success, refused because somebody else moves it, failed)',
        labelNames: ['source', 'status'],
        registers: [registry],
      }),
      log,
    }),
  );
  streamRoutes(server, streams);
  adminRoutes(server, viewing);
  webhookRoutes(server, viewing.webhooks);
  await eventRoutes(server, hub);
  systemRoutes(
    server,
    new SystemService({ ...foundation, version, streams, history }),
    new RoomsService({
      ...foundation,
      live: new RoomAdministration(() => viewing.live.servers()),
      reservations: viewing.reservations,
      iam: people.iam,
    }),
  );
  await addControlRoutes(
    server,
    new ControlService({
      cameras,
      reservations: viewing.reservations,
      mediaPlane,
      logLevel: config.log.level,
      port: config.http.port,
      tls: config.http.tls !== null,
    }),
  );
  await serveDashboard(server, dashboard);
  const start = () => {
    events.start();
    history.start();
  };
  return { server, start };
}

/** Where a page may connect to: every edge, at whatever host the page itself came from, or the server in their place. */
function connectSources(mediaPlane: MediaPlane, { livekitServer }: Viewing): string[] {
  const edges = mediaPlane.nodes().flatMap(({ lease }) => {
    if (!lease.roles.includes('edge')) return [];
    if (lease.public_url !== null) return originsOf(lease.public_url);
    return schemes.map((scheme) => `${scheme}://*:${lease.public_port ?? 7880}`);
  });
  return [...new Set(edges), ...(livekitServer ? originsOf(livekitServer.viewerUrl) : [])];
}

const schemes = ['ws', 'wss', 'http', 'https'];

function originsOf(url: string): string[] {
  const { host } = new URL(url);
  return schemes.map((scheme) => `${scheme}://${host}`);
}
