import { X509Certificate } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { RoomServiceClient, TwirpError } from 'livekit-server-sdk';

const timeoutMs = 3_000;
const largestAnswer = 4 * 1024 * 1024;

/**
 * A `RoomServiceClient` for an edge that is reached by address, while its certificate is for the name its viewers know.
 * It trusts exactly one certificate: the one this installation serves with. Everything else about the client stays as
 * the SDK has it; only what carries its requests is replaced, because `fetch` cannot be told whom to trust.
 *
 * @param certificate PEM, the leaf first
 */
export function pinnedRooms(host: string, apiKey: string, apiSecret: string, certificate: string): RoomServiceClient {
  const own = new X509Certificate(certificate).fingerprint256;
  const agent = new Agent({
    keepAlive: true,
    ca: certificate,
    // The leaf itself is what is trusted, whoever signed it.
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, peer) =>
      peer.fingerprint256 === own ? undefined : new Error('the edge shows another certificate than ours'),
  });
  const client = new RoomServiceClient(host, apiKey, apiSecret, { failover: false });
  const rpc = {
    request: (service: string, method: string, data: unknown, headers: Record<string, string>) =>
      post(agent, new URL(`/twirp/livekit.${service}/${method}`, host), JSON.stringify(data), headers),
  };
  return Object.assign(client, { rpc });
}

function post(agent: Agent, url: URL, body: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, {
      agent,
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
