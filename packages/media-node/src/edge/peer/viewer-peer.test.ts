import * as datachannel from 'node-datachannel';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { ViewerPeer } from './viewer-peer.ts';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

test('of the data channels a viewer opens only so many stay', async () => {
  const viewer = new datachannel.PeerConnection('viewer', { iceServers: [] });
  const peer = new ViewerPeer({
    id: 'peer',
    port: null,
    log: pino({ level: 'silent' }),
    events: {
      localDescription: (sdp, type) => viewer.setRemoteDescription(sdp, type as datachannel.DescriptionType),
      candidate: (candidate, mid) => viewer.addRemoteCandidate(candidate, mid),
      gathered: () => {},
      state: () => {},
    },
  });
  opened.push(peer, viewer);
  viewer.onLocalCandidate((candidate, mid) => peer.addCandidate(candidate, mid));
  viewer.onLocalDescription((sdp) => {
    peer.setRemote(sdp, 'offer');
    peer.describe('answer');
  });
  const channels = Array.from({ length: 12 }, (_, number) => viewer.createDataChannel(`mine ${number}`));
  const open = () => channels.filter((channel) => channel.isOpen());
  await expect.poll(() => peer.connected, { timeout: 5000 }).toBe(true);
  await expect.poll(() => open().length, { timeout: 5000 }).toBe(8);
  for (const channel of open()) expect(channel.sendMessage('nobody listens')).toBe(true);
});
