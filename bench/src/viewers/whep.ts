import { ReceivingPeer } from './receiving-peer.ts';

/** Connects a counting viewer by WHEP (draft-ietf-wish-whep). */
export async function viewByWhep(name: string, url: string, token: string): Promise<ReceivingPeer> {
  const peer = new ReceivingPeer(name);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` },
    body: await peer.offer(),
  });
  const body = await response.text();
  if (response.status !== 201) throw new Error(`WHEP at ${url} answered ${response.status}: ${body}`);
  peer.resource = new URL(response.headers.get('location') ?? '', url);
  peer.acceptAnswer(body);
  return peer;
}
