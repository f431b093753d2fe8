import type { IncomingMessage } from 'node:http';
import type { AccessAnswer, Credentials } from '@marsad/contract';

/** Who a request says it comes from: `Authorization` (Bearer, Basic, or a bare token), else `access_token` in the query. */
export function credentialsOf(request: Pick<IncomingMessage, 'headers'>, url: URL): Credentials {
  const header = (request.headers.authorization ?? '').slice(0, 8192);
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
  if (basic !== undefined) {
    const [user = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { kind: 'basic', user: user.slice(0, 200), password: password.join(':').slice(0, 1000) };
  }
  const token = /^(?:Bearer\s+)?(\S+)$/i.exec(header)?.[1] ?? url.searchParams.get('access_token');
  return token ? { kind: 'bearer', token: token.slice(0, 8192) } : { kind: 'none' };
}

/** How HTTP says a refusal. */
export const refusalStatus: Readonly<Record<Extract<AccessAnswer, { outcome: 'refused' }>['reason'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  FULL: 429,
  OFFLINE: 409,
  UNAVAILABLE: 503,
};
