import type { Logger } from 'pino';
import type { StreamPublishing } from '../stream-publishing.ts';
import type { Access } from './access.ts';
import type { AccessTokens } from './access-token.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { BurstPacer } from './egress/burst-pacer.ts';
import type { EgressClock } from './egress/egress-clock.ts';
import type { Feeds } from './feed/feeds.ts';
import type { ClientAddress } from './http/client-address.ts';
import type { MediaPortOptions } from './peer/media-port.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { TurnServers } from './turn/turn-servers.ts';

/** What everything that serves viewers shares. */
export interface EdgeParts {
  readonly feeds: Feeds;
  readonly pacer: BurstPacer;
  readonly clock: EgressClock;
  readonly rooms: Rooms;
  readonly tokens: AccessTokens;
  readonly access: Access;
  readonly publishing: StreamPublishing;
  readonly port: MediaPortOptions;
  readonly turn: TurnServers;
  readonly clientAddress: ClientAddress;
  readonly metrics: EdgeMetrics;
  readonly log: Logger;
}
