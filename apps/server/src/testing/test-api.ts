import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Source } from '@marsad/contract';
import { type MediaNode, startMediaNode } from '@marsad/media-node';
import pg from 'pg';
import { pino } from 'pino';
import { type Api, type ApiParts, startApi } from '../api.ts';
import { type Config, loadConfig } from '../config.ts';
import { heardEvents } from '../modules/live/heard-events.ts';
import { hashPassword } from '../platform/crypto/password.ts';
import type { Log } from '../platform/log/log.ts';
import { livekitCredentials, loadSecrets } from '../secrets.ts';
import { testDatabase } from './database.ts';
import { testValkey } from './valkey.ts';

export const silent = pino({ level: 'silent' });

export interface TestApi {
  readonly api: Api;
  readonly config: Config;
  readonly adminPassword: string;
  /** A typed client that sends this token, straight into the server: no socket. */
  client(token?: string | null): Client;
  signIn(login: string, password: string): Promise<string>;
  admin(): Promise<string>;
  /** A new user with these permissions, signed in. */
  user(agency: Source, permissions: string[]): Promise<{ id: string; login: string; token: string }>;
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** Starts a media node with both roles that this api finds. */
  mediaNode(id?: string, log?: Log): Promise<MediaNode>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly environment?: Record<string, string>;
  readonly parts?: ApiParts;
}

const password = 'correct horse battery staple';
let hash: Promise<string> | null = null;

/** A whole api on a database and key space of its own, listening on a free port. */
export async function testApi({ environment = {}, parts = {} }: TestApiOptions = {}): Promise<TestApi> {
  const database = await testDatabase();
  const valkey = testValkey();
  const folder = mkdtempSync(join(tmpdir(), 'marsad-api-'));
  const config = loadConfig(
    {
      MARSAD_DATA: folder,
      MARSAD_HTTP_HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      VALKEY_URL: valkey.url,
      ...environment,
    },
    folder,
  );
  config.valkey.keyPrefix = valkey.keyPrefix;
  config.http.port = 0;
  const nodes: MediaNode[] = [];
  const api = await startApi(config, { log: silent, dashboard: join(folder, 'dashboard'), ...parts });
  const first = JSON.parse(await readFile(join(folder, 'first-admin.json'), 'utf8')) as { password: string };
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});

  const client = (token: string | null = null) => createClient({ baseUrl: '', token: () => token, fetch: inject(api) });
  const signIn = async (login: string, word: string) =>
    (await client().auth.login({ body: { login, password: word } })).access_token;

  return {
    api,
    config,
    adminPassword: first.password,
    client,
    signIn,
    admin: () => signIn('admin', first.password),
    async user(agency, permissions) {
      const login = `user-${randomUUID()}`;
      hash ??= hashPassword(password);
      const { rows } = await pool.query<{ id: string }>(
        `insert into users (login, password_hash, display_name, display_name_ar, agency, permissions)
         values ($1, $2, $1, $1, $3, $4) returning id`,
        [login, await hash, agency, permissions],
      );
      return { id: rows[0]?.id ?? '', login, token: await signIn(login, password) };
    },
    async query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await pool.query<T>(text, values)).rows;
    },
    async mediaNode(id = 'node-1', log = silent) {
      const secrets = loadSecrets(config.secretsDir);
      const tls = config.http.tls && {
        cert: readFileSync(config.http.tls.cert, 'utf8'),
        key: readFileSync(config.http.tls.key, 'utf8'),
      };
      const node = await startMediaNode({
        id,
        roles: ['ingest', 'edge'],
        rpc: { listen: `unix:${join(folder, `${id}.sock`)}`, secret: secrets.rpcSecret },
        valkey: { url: valkey.url, keyPrefix: valkey.keyPrefix },
        edge: {
          http: {
            host: '127.0.0.1',
            port: 0,
            ...(tls && { tls }),
          },
          udp: { port: 0, bindAddress: '127.0.0.1', publicAddresses: [] },
          rtsp: { host: '127.0.0.1', port: 0, udpPort: 0 },
          publicUrl: null,
          livekit: livekitCredentials(config, secrets),
          webhookUrls: [],
          localWebhook: {
            url: `${api.address}/webhook/livekit`,
            certificate: tls?.cert ?? null,
            events: heardEvents,
          },
          corsOrigins: '*',
        },
        log,
      });
      nodes.push(node);
      return node;
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
      await api.close();
      await pool.end();
      await database.close();
      await valkey.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `fetch` that goes through the server's own request handling, without the network. */
function inject(api: Api): typeof fetch {
  return async (input, init) => {
    const { body } = init ?? {};
    const answer = await api.server.inject({
      url: String(input),
      method: (init?.method ?? 'GET') as 'GET',
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof body === 'string' ? { payload: body } : {}),
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) headers.append(name, String(one));
    }
    return new Response(answer.statusCode === 204 ? null : answer.body, { status: answer.statusCode, headers });
  };
}
