import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Config, requireUrl } from './config.ts';
import { readLeases } from './media-plane/leases.ts';
import { MediaPlane } from './media-plane/media-plane.ts';
import { MediamtxClient } from './media-plane/mediamtx-client.ts';
import { MediamtxPaths } from './media-plane/mediamtx-paths.ts';
import { AccessService } from './modules/access/access.service.ts';
import { WrongCredentials } from './modules/access/wrong-credentials.ts';
import { agencyRoutes } from './modules/agencies/agencies.routes.ts';
import { AuditService } from './modules/audit/audit.service.ts';
import { CameraFeed } from './modules/cameras/camera-feed.ts';
import { CameraRepository } from './modules/cameras/cameras.repository.ts';
import { cameraRoutes } from './modules/cameras/cameras.routes.ts';
import { CamerasService } from './modules/cameras/cameras.service.ts';
import { seedDemoCameras } from './modules/cameras/demo-cameras.ts';
import { maskAddress } from './modules/cameras/rtsp-address.ts';
import { StreamKeysService } from './modules/cameras/stream-keys.service.ts';
import { addControlRoutes } from './modules/control/control.routes.ts';
import { ControlService } from './modules/control/control.service.ts';
import { EventFeed } from './modules/events/event-feed.ts';
import { EventHub } from './modules/events/events.hub.ts';
import { eventRoutes } from './modules/events/events.routes.ts';
import { AccessTokenIssuer } from './modules/iam/access-token-issuer.ts';
import { FirstUsers } from './modules/iam/first-users.ts';
import { IamRepository } from './modules/iam/iam.repository.ts';
import { iamRoutes } from './modules/iam/iam.routes.ts';
import { IamService } from './modules/iam/iam.service.ts';
import { LoginThrottle } from './modules/iam/login-throttle.ts';
import { PlayersService } from './modules/iam/players.service.ts';
import { LiveService } from './modules/live/live.service.ts';
import { LivekitServer, type LivekitServerOptions } from './modules/live/livekit-server.ts';
import { RoomAdministration } from './modules/live/room-administration.service.ts';
import { webhookRoutes } from './modules/live/webhooks.routes.ts';
import { WebhooksService } from './modules/live/webhooks.service.ts';
import { adminRoutes } from './modules/streams/admin.routes.ts';
import { FullAgencies } from './modules/streams/full-agencies.ts';
import { LimitsService } from './modules/streams/limits.service.ts';
import { ReadersService } from './modules/streams/readers.service.ts';
import { ReservationsService } from './modules/streams/reservations.service.ts';
import { Reserving } from './modules/streams/reserving.ts';
import { RightsWatch } from './modules/streams/rights-watch.ts';
import { RoomKeeper } from './modules/streams/room-keeper.ts';
import { StreamRepository } from './modules/streams/streams.repository.ts';
import { streamRoutes } from './modules/streams/streams.routes.ts';
import { StreamsService } from './modules/streams/streams.service.ts';
import { ViewerWatch } from './modules/streams/viewer-watch.ts';
import { FigureHistory } from './modules/system/figure-history.ts';
import { RoomsService } from './modules/system/rooms.service.ts';
import { systemRoutes } from './modules/system/system.routes.ts';
import { SystemService } from './modules/system/system.service.ts';
import type { Tables } from './modules/tables.ts';
import { TokenVerifier } from './platform/auth/token-verifier.ts';
import { SecretBox } from './platform/crypto/secret-box.ts';
import { isDatabaseUnavailable, openDatabase } from './platform/database/database.ts';
import { migrate } from './platform/database/migrate.ts';
import { ChangeBus } from './platform/events/change-bus.ts';
import { serveDashboard } from './platform/http/dashboard.ts';
import { serveDocs } from './platform/http/docs.ts';
import { RateLimits } from './platform/http/rate-limits.ts';
import { requestId } from './platform/http/request-context.ts';
import { createHttpServer, type HttpServer } from './platform/http/server.ts';
import { createLog, type Log } from './platform/log/log.ts';
import { HttpMetrics } from './platform/metrics/http-metrics.ts';
import { Valkey } from './platform/valkey/valkey.ts';
import { reachable } from './reachable.ts';
import { livekitCredentials, loadSecrets } from './secrets.ts';

export interface Api {
  /** Where it listens: `http://host:port`. */
  readonly address: string;
  readonly server: HttpServer;
  readonly mediaPlane: MediaPlane;
  /** Ends everything in reverse order; requests under way are answered first. Safe to call twice. */
  close(): Promise<void>;
}

export interface ApiParts {
  readonly log?: Log;
  /** Wall clock, milliseconds. */
  readonly now?: () => number;
  /** Folder of the built dashboard. */
  readonly dashboard?: string;
}

/** How long the database and Valkey may take to appear at a start, milliseconds. */
const patience = 30_000;

const builtDashboard = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

/**
 * Opens the api: connects, migrates, makes the first sign-ins, listens. What was opened is closed again when a later
 * part fails.
 * @throws ConfigError without DATABASE_URL or VALKEY_URL; whatever keeps a part from starting within 30 s
 */
export async function startApi(config: Config, parts: ApiParts = {}): Promise<Api> {
  const {
    log = createLog({ level: config.log.level, role: 'api' }),
    now = Date.now,
    dashboard = builtDashboard,
  } = parts;
  const databaseUrl = requireUrl(config.database.url, 'DATABASE_URL');
  const valkeyUrl = requireUrl(config.valkey.url, 'VALKEY_URL');
  const opened: (() => unknown)[] = [];
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= closeAll(opened, log);
    return closing;
  };

  try {
    const secrets = loadSecrets(config.secretsDir);
    const livekit = livekitCredentials(config, secrets);
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });

    const database = openDatabase<Tables>({ url: databaseUrl, connections: config.database.connections, log });
    opened.push(() => database.close());
    const valkey = new Valkey({ url: valkeyUrl, keyPrefix: config.valkey.keyPrefix, log });
    opened.push(() => valkey.close());
    await Promise.all([insist(() => migrate({ url: databaseUrl, log }), log), valkey.ready(patience)]);

    const mediaPlane = new MediaPlane({
      leases: () => readLeases(valkey),
      rpc: {
        secret: secrets.rpcSecret,
        requestId,
        ...(config.rpc.ca === null ? {} : { tls: { ca: readFileSync(config.rpc.ca, 'utf8') } }),
      },
      log,
      now,
    });
    opened.push(() => mediaPlane.close());

    const audit = new AuditService(database.sql);
    const box = new SecretBox(secrets.cameraKey);
    const cameraRepository = new CameraRepository(database.sql, box, maskAddress);
    await seedDemoCameras({ repository: cameraRepository, file: config.demo.listFile, log });
    const mediamtx =
      config.mediamtx &&
      new MediamtxPaths({
        client: new MediamtxClient(config.mediamtx.apiUrl),
        rtspUrl: config.mediamtx.rtspUrl,
        ours: async (ids) => new Set((await cameraRepository.briefs(ids)).map(({ id }) => id)),
        log,
      });
    if (mediamtx) opened.push(() => mediamtx.close());
    const feed = new CameraFeed({ repository: cameraRepository, mediaPlane, mediamtx, log });
    opened.push(() => feed.close());
    const cameras = new CamerasService({
      repository: cameraRepository,
      audit,
      mediaPlane,
      onChange: () => feed.wake(),
    });

    const issuer = new AccessTokenIssuer({
      privateKeyPem: secrets.issuer.privateKeyPem,
      keyId: secrets.issuer.keyId,
      lifetime: config.tokens.accessSeconds,
      now,
    });
    const firstUsers = new FirstUsers({ sql: database.sql, file: join(config.dataDir, 'first-admin.json'), log });
    await firstUsers.ensure(config.demo.listFile !== null);
    const { refreshSeconds } = config.tokens;
    const iamRepository = new IamRepository(database.sql);
    const throttle = new LoginThrottle(valkey);
    const iam = new IamService({
      repository: iamRepository,
      audit,
      issuer,
      throttle,
      firstUsers,
      refreshSeconds,
      now,
    });
    const players = new PlayersService({ repository: iamRepository, box, audit, throttle, now });
    const forgetting = setInterval(() => {
      iamRepository.forgetSessions(now()).catch((error) => log.debug({ err: error }, 'old sessions stay for now'));
    }, 3_600_000);
    opened.push(() => clearInterval(forgetting));

    const streamRepository = new StreamRepository(valkey, config.quota);
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
    });
    const streamKeys = new StreamKeysService({
      repository: cameraRepository,
      audit,
      mediaPlane,
      publicUrlOf: (edge, host) => live.publicUrlOf(edge, host),
    });
    const changes = new ChangeBus(valkey, 'streams');
    opened.push(() => changes.close());
    const full = new FullAgencies();
    changes.listen(() => full.forget());
    const limits = new LimitsService({
      sql: database.sql,
      streams: streamRepository,
      audit,
      onChange: changes.changed,
    });
    const rooms: RoomKeeper = new RoomKeeper({
      repository: streamRepository,
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
      repository: streamRepository,
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
    const rights = new RightsWatch({ repository: streamRepository, rooms, iam, cameras, audit, log });
    opened.push(() => rights.close());
    const reservations = new Counter({
      name: 'cctv_stream_reservations_total',
      help: 'Requests for a stream, by how they ended',
      labelNames: ['source', 'status'] as const,
      registers: [registry],
    });
    const reserving = new Reserving({
      repository: streamRepository,
      rooms,
      cameras,
      audit,
      reservations,
      full,
      recover: () => watch.recover(),
      onChange: changes.changed,
    });
    const streams = new StreamsService({
      repository: streamRepository,
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
      repository: streamRepository,
      rooms,
      live,
      audit,
      onChange: changes.changed,
    });
    const held = new ReservationsService({
      repository: streamRepository,
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
    const version = versionOf();
    const history = new FigureHistory({ mediaPlane, registry, now });
    opened.push(() => history.close());
    const system = new SystemService({
      version,
      database,
      valkey,
      mediaPlane,
      streams,
      history,
      registry,
      now,
    });
    const inRooms = new RoomsService({
      live: new RoomAdministration(() => live.servers()),
      reservations: held,
      iam,
      audit,
      now,
    });

    const control = new ControlService({
      cameras,
      reservations: held,
      mediaPlane,
      logLevel: config.log.level,
      port: config.http.port,
      tls: config.http.tls !== null,
    });

    const verifier = new TokenVerifier([issuer.trusted], now);
    mediaPlane.decideBy(
      new AccessService({
        verifier,
        players,
        cameras,
        keys: streamKeys,
        readers,
        mediaPlane,
        audit,
        wrong: new WrongCredentials(valkey),
        log,
      }),
    );
    const hub = new EventHub({
      verify: (token) => verifier.verify(token),
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
      connectSources: () => [...edgeSources(mediaPlane), ...(livekitServer ? originsOf(livekitServer.viewerUrl) : [])],
    });
    opened.push(() => server.close());
    opened.push(() => hub.close());
    await serveDocs(server, { version });
    iamRoutes(server, { iam, players, issuer, refreshSeconds });
    agencyRoutes(server);
    cameraRoutes(server, cameras, streamKeys);
    streamRoutes(server, streams);
    adminRoutes(server, { limits, reservations: held });
    webhookRoutes(server, webhooks);
    await eventRoutes(server, hub);
    systemRoutes(server, system, inRooms);
    await addControlRoutes(server, control);
    await serveDashboard(server, dashboard);

    await feed.start();
    await mediaPlane.start();
    watch.start();
    rooms.start();
    livekitServer?.start();
    rights.start();
    events.start();
    history.start();
    const address = await server.listen({ host: config.http.host, port: config.http.port });
    log.info({ address, version }, 'the api listens');
    return { address, server, mediaPlane, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(opened: (() => unknown)[], log: Log): Promise<void> {
  for (let part = opened.pop(); part; part = opened.pop()) {
    try {
      await part();
    } catch (error) {
      log.error({ err: error }, 'a part of the api did not close well');
    }
  }
}

/** Tries until it works or patience is over: at a start everything comes up at once, and in any order. */
async function insist<T>(attempt: () => Promise<T>, log: Log): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || performance.now() > deadline) throw error;
      log.warn({ err: error }, 'the database is not there yet');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Where a page may connect to: every edge, at whatever host the page itself came from. */
function edgeSources(mediaPlane: MediaPlane): string[] {
  const sources = mediaPlane.nodes().flatMap(({ lease }) => {
    if (!lease.roles.includes('edge')) return [];
    if (lease.public_url !== null) return originsOf(lease.public_url);
    const port = lease.public_port ?? 7880;
    return ['ws', 'wss', 'http', 'https'].map((scheme) => `${scheme}://*:${port}`);
  });
  return [...new Set(sources)];
}

function originsOf(url: string): string[] {
  const { host } = new URL(url);
  return ['ws', 'wss', 'http', 'https'].map((scheme) => `${scheme}://${host}`);
}

/** The LiveKit server that takes the place of our edges; null when none is set. */
function openLivekit(
  { livekit: { url } }: Config,
  options: Omit<LivekitServerOptions, 'url' | 'changes'>,
): LivekitServer | null {
  if (url === null) return null;
  return new LivekitServer({ ...options, url, changes: new ChangeBus(options.valkey, 'pushes') });
}

function versionOf(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: unknown }).version);
}
