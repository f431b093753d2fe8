import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { StreamProvider } from '../stream-provider.ts';
import type { StreamPublishing } from '../stream-publishing.ts';
import type { Access } from './access.ts';
import type { RtspOptions } from './rtsp/rtsp-options.ts';
import type { TurnOptions } from './turn/turn-servers.ts';

export interface EdgeOptions {
  /** Where viewers and the api connect. Port 0 takes a free one (`Edge.port` tells). With `tls` only TLS is spoken. */
  readonly http: { readonly host: string; readonly port: number; readonly tls?: { cert: string; key: string } };
  /** Addresses or ranges of proxies before `http` whose `X-Forwarded-For` is believed; none when left out. */
  readonly trustedProxies?: readonly string[];
  readonly udp: {
    /** The one UDP port all media of this process uses. */
    readonly port: number;
    /** Local address to bind; every interface when absent. */
    readonly bindAddress?: string;
    /** Addresses of a 1:1 NAT in front of this machine: offered to viewers beside the local ones, same port. */
    readonly publicAddresses: readonly string[];
  };
  /** Without it no RTSP is spoken. */
  readonly rtsp?: RtspOptions;
  /** The address browsers and publishers use, when it is not the one they see; told with an ingress. */
  readonly publicUrl: string | null;
  /** Where ingresses are kept over a restart; without it they are forgotten. */
  readonly ingressFile?: string;
  /** The key that signs LiveKit tokens, Twirp calls and webhooks. The secret is never logged. */
  readonly livekit: { readonly apiKey: string; readonly apiSecret: string };
  /** Relays offered to viewers; none when left out. */
  readonly turn?: TurnOptions | null;
  readonly webhookUrls: readonly string[];
  /**
   * The api of this machine gets those named in `events` too. It is reached by address: over TLS nothing but the
   * certificate (PEM) it is known to serve with is trusted, whatever name that is for.
   */
  readonly localWebhook?:
    | { readonly url: string; readonly certificate: string | null; readonly events: readonly string[] }
    | undefined;
  /** Origins that may use the HTTP interface from a page; `*` for every one. */
  readonly corsOrigins: readonly string[] | '*';
  readonly streams: StreamProvider;
  /** Who decides on those that come without a token of the edge's rooms. */
  readonly access: Access;
  /** Where streams go that are pushed to this edge. */
  readonly publishing: StreamPublishing;
  readonly log: Logger;
  readonly metrics: Registry;
}
