import type { RedisOptions } from 'iovalkey';

/**
 * Where to connect: `valkey://`, `redis://` (plain), `valkeys://`, `rediss://` (TLS) or `unix:///path?db=1`. Several,
 * separated by commas, are nodes of one cluster; after the first a bare `host:port` will do, and credentials and TLS are
 * the first one's.
 */
export function connectionsOf(text: string): RedisOptions[] {
  const parts = text.split(',').map((part) => part.trim());
  const scheme = /^[a-z]+:\/\//.exec(parts[0] ?? '')?.[0] ?? 'valkey://';
  return parts.filter((part) => part !== '').map((part) => connectionOf(part.includes('://') ? part : scheme + part));
}

function connectionOf(text: string): RedisOptions {
  const url = new URL(text);
  const password = url.password ? { password: decodeURIComponent(url.password) } : {};
  const username = url.username ? { username: decodeURIComponent(url.username) } : {};
  if (url.protocol === 'unix:') {
    return {
      path: decodeURIComponent(url.pathname),
      db: Number(url.searchParams.get('db') ?? 0),
      ...username,
      ...password,
    };
  }
  const secure = url.protocol === 'valkeys:' || url.protocol === 'rediss:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...username,
    ...password,
    ...(secure ? { tls: { servername: url.hostname } } : {}),
  };
}
