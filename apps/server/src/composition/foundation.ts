import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Config, requireUrl } from '../config.ts';
import { readLeases } from '../media-plane/leases.ts';
import { MediaPlane } from '../media-plane/media-plane.ts';
import { AuditService } from '../modules/audit/audit.service.ts';
import type { Tables } from '../modules/tables.ts';
import { SecretBox } from '../platform/crypto/secret-box.ts';
import { isDatabaseUnavailable, openDatabase } from '../platform/database/database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { requestId } from '../platform/http/request-context.ts';
import type { Log } from '../platform/log/log.ts';
import { Valkey } from '../platform/valkey/valkey.ts';
import { livekitCredentials, loadSecrets } from '../secrets.ts';
import type { Opened } from './opened.ts';

export interface FoundationOptions {
  readonly config: Config;
  readonly log: Log;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  readonly opened: Opened;
}

export type Foundation = Awaited<ReturnType<typeof openFoundation>>;

/** How long the database and Valkey may take to appear at a start, milliseconds. */
const patience = 30_000;

/**
 * What every module stands on: connections, the schema up to date, secrets, the media nodes.
 * @throws ConfigError without DATABASE_URL or VALKEY_URL; whatever keeps one of them from answering within 30 s
 */
export async function openFoundation({ config, log, now, opened }: FoundationOptions) {
  const databaseUrl = requireUrl(config.database.url, 'DATABASE_URL');
  const valkeyUrl = requireUrl(config.valkey.url, 'VALKEY_URL');
  const secrets = loadSecrets(config.secretsDir);
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
  return {
    config,
    log,
    now,
    opened,
    secrets,
    livekit: livekitCredentials(config, secrets),
    registry,
    database,
    valkey,
    mediaPlane,
    audit: new AuditService(database.sql),
    box: new SecretBox(secrets.cameraKey),
  };
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
