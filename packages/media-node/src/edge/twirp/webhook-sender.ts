import { request } from 'node:https';
import { pinnedAgent } from '../../pinned-agent.ts';

/** Posts one event. Resolves with whether it was taken; rejects when nobody answered. */
export type WebhookSender = (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<boolean>;

/** To anybody: a certificate must be valid for the name in the URL. */
export const publicSender: WebhookSender = async (url, body, headers, signal) => {
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  await answer.body?.cancel();
  return answer.ok;
};

/** To who serves with this very certificate (PEM) and to nobody else; `fetch` cannot be told that. */
export function pinnedSender(certificate: string): WebhookSender {
  const agent = pinnedAgent(certificate, 1);
  return (url, body, headers, signal) =>
    new Promise((resolve, reject) => {
      const length = { 'content-length': Buffer.byteLength(body) };
      const asked = request(url, { method: 'POST', agent, signal, headers: { ...headers, ...length } }, (answer) => {
        answer.resume();
        const { statusCode = 0 } = answer;
        resolve(statusCode >= 200 && statusCode < 300);
      });
      asked.once('error', reject);
      asked.end(body);
    });
}
