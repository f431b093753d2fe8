import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';

/**
 * An agent that trusts exactly one certificate, whoever signed it and whatever name it is for. Parts of one installation
 * reach each other by address, while the certificate they serve with is for the name that people know.
 *
 * @param certificate PEM, the leaf first
 * @param maxSockets connections at once
 */
export function pinnedAgent(certificate: string, maxSockets: number): Agent {
  const own = new X509Certificate(certificate).fingerprint256;
  return new Agent({
    keepAlive: true,
    maxSockets,
    ca: certificate,
    // The leaf itself is what is trusted.
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, peer) =>
      peer.fingerprint256 === own ? undefined : new Error('the server shows another certificate than ours'),
  });
}
