/**
 * A process full of counting viewers, so that their work is not charged to the server under test.
 * Spoken to over Node's IPC: `connect` once, then `count` as often as wanted.
 */
import { viewByJanus } from './janus.ts';
import type { ReceivingPeer } from './receiving-peer.ts';
import { viewByWhep } from './whep.ts';

export type ViewersRequest =
  | { kind: 'whep'; count: number; url: string; token: string }
  | { kind: 'janus'; count: number; url: string; mountpoint: number }
  | { kind: 'count' };

export interface ViewersCount {
  readonly connected: number;
  readonly packets: number;
  readonly bytes: number;
}

const peers: ReceivingPeer[] = [];
const count = (): ViewersCount => ({
  connected: peers.filter((peer) => peer.connected).length,
  packets: peers.reduce((sum, peer) => sum + peer.packets, 0),
  bytes: peers.reduce((sum, peer) => sum + peer.bytes, 0),
});

process.on('message', async (request: ViewersRequest) => {
  try {
    if (request.kind !== 'count') {
      for (let index = 0; index < request.count; index++) {
        const name = `viewer-${index}`;
        peers.push(
          request.kind === 'whep'
            ? await viewByWhep(name, request.url, request.token)
            : await viewByJanus(name, request.url, request.mountpoint),
        );
      }
    }
    process.send?.({ ok: count() });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
