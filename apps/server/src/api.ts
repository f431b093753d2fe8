import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openCatalogue } from './composition/catalogue.ts';
import { openFoundation } from './composition/foundation.ts';
import { Opened } from './composition/opened.ts';
import { openPeople } from './composition/people.ts';
import { openServer } from './composition/server.ts';
import { openViewing } from './composition/viewing.ts';
import type { Config } from './config.ts';
import type { MediaPlane } from './media-plane/media-plane.ts';
import { AccessService } from './modules/access/access.service.ts';
import { PublisherWatch } from './modules/access/publisher-watch.ts';
import { WrongCredentials } from './modules/access/wrong-credentials.ts';
import { StreamKeysService } from './modules/cameras/stream-keys.service.ts';
import type { HttpServer } from './platform/http/server.ts';
import { createLog, type Log } from './platform/log/log.ts';

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
  const opened = new Opened(log);
  try {
    const foundation = await openFoundation({ config, log, now, opened });
    const { mediaPlane, valkey, audit } = foundation;
    const catalogue = await openCatalogue(foundation);
    const people = await openPeople(foundation);
    const viewing = openViewing(foundation, catalogue, people);
    const streamKeys = new StreamKeysService({
      ...foundation,
      repository: catalogue.repository,
      publicUrlOf: (edge, host) => viewing.live.publicUrlOf(edge, host),
    });
    mediaPlane.decideBy(
      new AccessService({
        verifier: people.verifier,
        players: people.players,
        cameras: catalogue.cameras,
        keys: streamKeys,
        readers: viewing.readers,
        mediaPlane,
        audit,
        wrong: new WrongCredentials(valkey),
        log,
      }),
    );
    const publishers = new PublisherWatch({ mediaPlane, iam: people.iam, log });
    opened.push(() => publishers.close());
    const version = versionOf();
    const http = await openServer({ foundation, catalogue, people, viewing, streamKeys, dashboard, version });

    await catalogue.feed.start();
    await mediaPlane.start();
    viewing.start();
    publishers.start();
    http.start();
    const { server } = http;
    const address = await server.listen({ host: config.http.host, port: config.http.port });
    log.info({ address, version }, 'the api listens');
    return { address, server, mediaPlane, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function versionOf(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: unknown }).version);
}
