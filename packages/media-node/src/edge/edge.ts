import type { IncomingMessage, ServerResponse } from 'node:http';
import { AccessTokens } from './access-token.ts';
import { EdgeMetrics } from './edge-metrics.ts';
import type { EdgeOptions } from './edge-options.ts';
import type { EdgeParts } from './edge-parts.ts';
import { BurstPacer } from './egress/burst-pacer.ts';
import { EgressClock } from './egress/egress-clock.ts';
import { Feeds } from './feed/feeds.ts';
import { answer } from './http/answer.ts';
import { ClientAddress } from './http/client-address.ts';
import { EdgeServer } from './http/edge-server.ts';
import { IngressFile } from './ingress/ingress-file.ts';
import { IngressStreams } from './ingress/ingress-streams.ts';
import { Ingresses } from './ingress/ingresses.ts';
import { MediaPort } from './peer/media-port.ts';
import { Rooms } from './rooms/rooms.ts';
import type { RtspConnInfo } from './rtsp/conn-info.ts';
import { RtspEndpoint } from './rtsp/rtsp-endpoint.ts';
import { RtcEndpoint, refuseUpgrade } from './signalling/rtc-endpoint.ts';
import { TurnServers } from './turn/turn-servers.ts';
import { IngressService, infoOf } from './twirp/ingress-service.ts';
import { RoomService } from './twirp/room-service.ts';
import { TwirpEndpoint } from './twirp/twirp-endpoint.ts';
import { Webhooks } from './twirp/webhooks.ts';
import { WhepEndpoint } from './whep/whep-endpoint.ts';
import { WhipEndpoint } from './whip/whip-endpoint.ts';

/**
 * What viewers connect to: rooms over LiveKit's protocol, single cameras over WHEP. All media of an edge goes through one UDP
 * port. It knows cameras only as names of streams, and viewers only by their tokens.
 */
export class Edge {
  readonly #parts: EdgeParts;
  readonly #webhooks: Webhooks;
  readonly #rtc: RtcEndpoint;
  readonly #whep: WhepEndpoint;
  readonly #whip: WhipEndpoint;
  readonly #ingresses: Ingresses;
  readonly #twirp: TwirpEndpoint;
  readonly #server: EdgeServer;
  readonly #rtsp: RtspEndpoint | null;
  readonly #mediaPort: MediaPort;
  #closed = false;

  constructor(options: EdgeOptions) {
    const { log, streams } = options;
    const metrics = new EdgeMetrics(options.metrics);
    const tokens = new AccessTokens(options.livekit);
    this.#webhooks = new Webhooks({ urls: options.webhookUrls, local: options.localWebhook, tokens, metrics, log });
    const published = new IngressStreams({ others: streams, log });
    this.#parts = {
      feeds: new Feeds({ streams: published, log, metrics }),
      pacer: new BurstPacer(),
      clock: new EgressClock(),
      rooms: new Rooms({ events: this.#webhooks, metrics }),
      tokens,
      access: options.access,
      publishing: options.publishing,
      port: options.udp,
      turn: new TurnServers(options.turn ?? null),
      clientAddress: new ClientAddress(options.trustedProxies ?? []),
      metrics,
      log,
    };
    this.#mediaPort = new MediaPort(options.udp);
    this.#rtc = new RtcEndpoint(this.#parts);
    this.#whep = new WhepEndpoint(this.#parts);
    const { rooms } = this.#parts;
    this.#ingresses = new Ingresses({
      rooms,
      streams: published,
      file: options.ingressFile === undefined ? null : new IngressFile(options.ingressFile),
      onStarted: (view, room) => this.#webhooks.ingress('ingress_started', infoOf(view, null), room),
      onEnded: (view) => this.#webhooks.ingress('ingress_ended', infoOf(view, null), null),
      log,
    });
    this.#whip = new WhipEndpoint(this.#parts, this.#ingresses);
    this.#twirp = new TwirpEndpoint({
      tokens,
      services: { RoomService: new RoomService(rooms), Ingress: new IngressService(this.#ingresses) },
      publicUrl: options.publicUrl,
      log,
    });
    this.#rtsp = options.rtsp ? new RtspEndpoint({ rtsp: options.rtsp, parts: this.#parts, streams: published }) : null;
    this.#server = new EdgeServer({
      http: options.http,
      corsOrigins: options.corsOrigins,
      log,
      request: (request, url, response) => this.#request(request, url, response),
      upgrade: async (request, url, socket, head) => {
        if (url.pathname === '/rtc') await this.#rtc.upgrade(request, url, socket, head);
        // The joined-in-one-step protocol (/rtc/v1) is answered like any unknown path: clients then use /rtc.
        else refuseUpgrade(socket, 404, 'not found');
      },
    });
  }

  /** The TCP port in use, once started. */
  get port(): number {
    return this.#server.port;
  }

  /** The UDP port all media goes through. */
  get mediaPort(): number {
    return this.#parts.port.port;
  }

  /** The TCP ports of the RTSP server in use, once started; null for what is not spoken. */
  get rtspPorts(): { readonly plain: number | null; readonly secure: number | null } {
    return { plain: this.#rtsp?.port ?? null, secure: this.#rtsp?.securePort ?? null };
  }

  /** Every connection to the RTSP server. */
  rtspConnections(): RtspConnInfo[] {
    return this.#rtsp?.list() ?? [];
  }

  /** Rejects when a port cannot be had. */
  async start(): Promise<void> {
    await this.#ingresses.start();
    await this.#mediaPort.open();
    try {
      await this.#server.start();
      await this.#rtsp?.start();
    } catch (error) {
      await this.#server.close();
      this.#mediaPort.close();
      throw error;
    }
    this.#parts.log.info({ port: this.port, udp: this.#parts.port.port }, 'edge listens');
  }

  /** Ends every session. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#whep.close();
    this.#whip.close();
    await this.#rtsp?.close();
    this.#parts.rooms.close();
    this.#rtc.close();
    this.#webhooks.close();
    this.#parts.clock.close();
    this.#parts.pacer.close();
    this.#parts.feeds.close();
    this.#mediaPort.close();
    await this.#server.close();
  }

  async #request(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const { pathname } = url;
    if (pathname === '/' && (request.method === 'HEAD' || request.method === 'GET')) {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(request.method === 'HEAD' ? undefined : 'OK');
    } else if (pathname === '/rtc/validate' && request.method === 'GET') {
      await this.#rtc.validate(request, url, response);
    } else if (pathname.startsWith('/twirp/')) {
      await this.#twirp.handle(request, url, response);
    } else if (pathname.startsWith('/whep/')) {
      await this.#whep.handle(request, url, response);
    } else if (SRS_WHEP.test(pathname)) {
      await this.#whep.handle(request, srsPlayer(url), response);
    } else if (WhipEndpoint.matches(pathname)) {
      await this.#whip.handle(request, url, response);
    } else if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
    } else {
      answer(response, 404, 'not found', { 'content-type': 'text/plain' });
    }
  }
}

const SRS_WHEP = /^\/rtc\/v1\/whep\/?$/;

/** SRS's form of a WHEP address, `/rtc/v1/whep/?app=live&stream={camera}`, as ours. */
function srsPlayer(url: URL): URL {
  const own = new URL(url);
  own.pathname = `/whep/${encodeURIComponent(url.searchParams.get('stream') ?? '')}`;
  return own;
}
