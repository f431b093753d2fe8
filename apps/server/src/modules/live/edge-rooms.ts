import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pinnedAgent } from '@marsad/media-node';
import { RoomServiceClient, TwirpError } from 'livekit-server-sdk';
import { requestId } from '../../platform/http/request-context.ts';

const timeoutMs = 3_000;
const largestAnswer = 4 * 1024 * 1024;

/** Milliseconds for which a token is used again; it is good for ten minutes. */
const tokenMs = 60_000;
const mostTokens = 1_000;

/**
 * A `RoomServiceClient` for an edge. Everything about it stays as the SDK has it but two things. What carries its requests:
 * each says in whose request it is made, and an edge under TLS is reached by address, while its certificate is for the name
 * its viewers know. So exactly one certificate is trusted: the one this installation serves with, and `fetch` cannot be
 * told that. And its tokens: the SDK signs one for every call, which costs both sides as much as the call does.
 *
 * @param certificate PEM, the leaf first; null without TLS
 */
export function edgeRooms(
  host: string,
  apiKey: string,
  apiSecret: string,
  certificate: string | null,
): RoomServiceClient {
  const client = new RoomServiceClient(host, apiKey, apiSecret, { failover: false });
  const send = certificate === null ? plain() : pinned(certificate);
  const rpc = {
    request: (service: string, method: string, data: unknown, headers: Record<string, string>) => {
      const id = requestId();
      return post(send, new URL(`/twirp/livekit.${service}/${method}`, host), JSON.stringify(data), {
        ...headers,
        ...(id === null ? {} : { 'x-request-id': id }),
      });
    },
  };
  const sign = client.authHeader.bind(client);
  return Object.assign(client, { rpc, authHeader: remembering(sign) });
}

type Sign = RoomServiceClient['authHeader'];

/** The same header for the same grant, for a minute. */
function remembering(sign: Sign): Sign {
  const signed = new Map<string, { header: ReturnType<Sign>; until: number }>();
  return (grant, sip) => {
    const key = JSON.stringify([grant, sip]);
    const known = signed.get(key);
    if (known !== undefined && known.until > performance.now()) return known.header;
    signed.delete(key);
    const [oldest] = signed.keys();
    if (oldest !== undefined && signed.size >= mostTokens) signed.delete(oldest);
    const header = sign(grant, sip);
    signed.set(key, { header, until: performance.now() + tokenMs });
    return header;
  };
}

type Send = (url: URL, options: RequestOptions) => ClientRequest;

function plain(): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  return (url, options) => httpRequest(url, { ...options, agent });
}

function pinned(certificate: string): Send {
  const agent = pinnedAgent(certificate, 32);
  return (url, options) => httpsRequest(url, { ...options, agent });
}

function post(send: Send, url: URL, body: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...headers,
        'content-type': 'application/json;charset=UTF-8',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.once('error', reject);
      response.on('data', (part: string) => {
        text += part;
        if (text.length > largestAnswer) request.destroy(new Error('the edge answered too much'));
      });
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        const answer = parseJson(text);
        if (status >= 200 && status < 300) resolve(answer);
        else
          reject(
            new TwirpError(response.statusMessage ?? '', String(answer.msg ?? ''), status, String(answer.code ?? '')),
          );
      });
    });
    request.end(body);
  });
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
