import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, childEnvironment, loadConfig, requireUrl } from './config.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment, '/srv');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('configuration', () => {
  it('works without any setting', () => {
    const config = loadConfig({}, '/srv');
    expect(config.dataDir).toBe('/srv/data');
    expect(config.secretsDir).toBe('/srv/data/secrets');
    expect(config.http).toMatchObject({
      host: '0.0.0.0',
      port: 8088,
      tls: null,
      corsOrigins: [],
      trustedProxies: [],
      rateLimit: { user: 6_000, address: 30_000 },
    });
    expect(config.mediaNodes).toEqual([['ingest', 'edge']]);
    expect(config.database.url).toBeNull();
    expect(config.quota.counts).toBe('reservations');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ MARSAD_HTTP_PORT: '', DATABASE_URL: '' }, '/srv').http.port).toBe(8088);
  });

  it('reads lists, roles and everything-is-allowed', () => {
    const config = loadConfig(
      {
        MARSAD_CORS_ORIGINS: 'https://a.example, https://b.example',
        MARSAD_EDGE_CORS_ORIGINS: 'https://a.example,*',
        MARSAD_MEDIA_NODES: 'ingest,ingest,edge',
        MARSAD_TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8',
      },
      '/srv',
    );
    expect(config.http.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
    expect(config.edge.corsOrigins).toBe('*');
    expect(config.mediaNodes).toEqual([['ingest'], ['ingest'], ['edge']]);
    expect(config.http.trustedProxies).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  it('wants both addresses of a MediaMTX server, or neither', () => {
    expect(loadConfig({}, '/srv').mediamtx).toBeNull();
    expect(problemsOf({ MEDIAMTX_API_URL: 'http://mtx:9997' })).toEqual([
      'MEDIAMTX_API_URL: must be set together with MEDIAMTX_RTSP_URL',
    ]);
    expect(problemsOf({ MEDIAMTX_API_URL: 'rtsp://mtx', MEDIAMTX_RTSP_URL: 'rtsp://mtx:8554' })).toHaveLength(1);
  });

  it('names every setting that is wrong, and only once each', () => {
    const problems = problemsOf({
      MARSAD_HTTP_PORT: 'eighty',
      DATABASE_URL: 'mysql://somewhere',
      MARSAD_DEMO: 'maybe',
      MARSAD_MEDIA_NODES: 'ingest,worker',
      LIVEKIT_API_KEY: 'k',
      LIVEKIT_API_SECRET: 'short',
      MARSAD_HTPP_HOST: 'x',
    });
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toMatch(/^MARSAD_HTTP_PORT: must be a port number$/m);
    expect(problems.join('\n')).toMatch(/^DATABASE_URL: must be a URL that begins with postgres:/m);
    expect(problems.join('\n')).toMatch(/^MARSAD_HTPP_HOST: there is no such setting/m);
    expect(problems.join('\n')).not.toContain('mysql');
  });

  it('wants settings that belong together together', () => {
    const folder = temporaryFolder();
    const cert = join(folder, 'cert.pem');
    writeFileSync(cert, '');
    expect(problemsOf({ MARSAD_TLS_CERT: cert })).toEqual([
      'MARSAD_TLS_KEY: must be set together with MARSAD_TLS_CERT',
    ]);
    expect(problemsOf({ MARSAD_TLS_CERT: cert, MARSAD_TLS_KEY: 'none.pem' })).toEqual([
      'MARSAD_TLS_KEY: there is no file /srv/none.pem',
    ]);
    expect(problemsOf({ LIVEKIT_API_KEY: 'k' })).toEqual([
      'LIVEKIT_API_KEY: must be set together with LIVEKIT_API_SECRET',
    ]);
    expect(problemsOf({ MARSAD_RPC_LISTEN: 'tls://0.0.0.0:7000' })[0]).toMatch(/needs MARSAD_RPC_TLS_CERT/);
    expect(problemsOf({ LIVEKIT_URL: 'wss://lk.example' })[0]).toMatch(/needs LIVEKIT_API_KEY/);
    expect(loadConfig({ MARSAD_TLS_CERT: cert, MARSAD_TLS_KEY: cert }, '/srv').http.tls).toEqual({ cert, key: cert });
  });

  it('wants a secret for relays, and none for servers that only say how one is seen', () => {
    const [turn, stun] = ['turn:turn.example:3478?transport=udp', 'stun:turn.example'];
    expect(loadConfig({}, '/srv').edge.turn).toBeNull();
    expect(problemsOf({ TURN_URLS: turn })[0]).toMatch(/^TURN_SECRET: /);
    expect(problemsOf({ TURN_URLS: 'http://turn.example' })[0]).toMatch(/^TURN_URLS: must be addresses such as turn:/);
    expect(problemsOf({ TURN_URLS: stun, TURN_FORCE_RELAY: 'on' })[0]).toMatch(/^TURN_FORCE_RELAY: needs a relay/);
    expect(loadConfig({ TURN_URLS: stun }, '/srv').edge.turn?.urls).toEqual([stun]);
    const given = { TURN_URLS: `${stun}, ${turn}`, TURN_SECRET: 'known to coturn too', TURN_TTL: '600' };
    expect(loadConfig(given, '/srv').edge.turn).toEqual({
      urls: [stun, turn],
      secret: 'known to coturn too',
      ttl: 600,
      forceRelay: false,
    });
  });

  it('does not let the api take a port of an edge', () => {
    expect(problemsOf({ MARSAD_HTTP_PORT: '7881', MARSAD_MEDIA_NODES: 'edge,edge' })[0]).toMatch(/^MARSAD_HTTP_PORT/);
    expect(problemsOf({ MARSAD_HTTP_PORT: '7881', MARSAD_MEDIA_NODES: 'ingest,edge' })).toEqual([]);
  });

  it('says which connection a role lacks', () => {
    expect(requireUrl('postgres://x', 'DATABASE_URL')).toBe('postgres://x');
    expect(() => requireUrl(null, 'VALKEY_URL')).toThrow(/^VALKEY_URL: must be set for this role/);
  });

  it('hands the environment on with settings over it', () => {
    const environment = childEnvironment({ MARSAD_DEMO: 'off' });
    expect(environment.MARSAD_DEMO).toBe('off');
    expect(environment.PATH).toBe(process.env.PATH);
  });
});
