import { createHmac } from 'node:crypto';

export interface TurnOptions {
  /** `turn:`, `turns:` and `stun:` addresses (RFC 7064, RFC 7065), in the order viewers are told them. */
  readonly urls: readonly string[];
  /** Shared with the TURN servers (`static-auth-secret` of coturn). Never logged, never sent. */
  readonly secret: string;
  /** How long credentials can be used to begin a relayed connection, seconds. One that runs goes on after that. */
  readonly ttl: number;
  /** LiveKit clients are told to use relays alone, whatever else they could reach. */
  readonly forceRelay: boolean;
}

/** What a viewer's `RTCPeerConnection` is given. `stun:` servers ask for no credentials. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** Characters of an identity that mean nothing to a TURN server, an HTTP header or a log. */
const UNSAFE = /[^A-Za-z0-9_.@-]/g;

/**
 * Relays for viewers whom no packet of ours reaches directly. Each viewer gets credentials of their own that end by themselves
 * (TURN REST API, draft-uberti-behave-turn-rest: the name is `expiry:identity`, the password its HMAC-SHA-1 in base64), so
 * that no server has to be told of them and none is worth stealing for long.
 */
export class TurnServers {
  readonly #options: TurnOptions | null;
  readonly #now: () => number;

  /** `now`: wall clock, milliseconds. Null options: there are no servers. */
  constructor(options: TurnOptions | null, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
  }

  get forceRelay(): boolean {
    return this.#options?.forceRelay ?? false;
  }

  /** The servers for one viewer; none when none are configured. */
  for(identity: string): IceServer[] {
    if (!this.#options) return [];
    const { urls, secret, ttl } = this.#options;
    const relays = urls.filter(isRelay);
    const others = urls.filter((url) => !isRelay(url));
    const username = `${Math.floor(this.#now() / 1000) + ttl}:${identity.replace(UNSAFE, '_').slice(0, 100)}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    return [
      ...(others.length > 0 ? [{ urls: others, username: '', credential: '' }] : []),
      ...(relays.length > 0 ? [{ urls: relays, username, credential }] : []),
    ];
  }

  /** The same as values of `Link` headers for WHIP and WHEP (RFC 9725 4.6). */
  links(identity: string): string[] {
    return this.for(identity).flatMap(({ urls, username, credential }) =>
      urls.map((url) =>
        username === ''
          ? `<${url}>; rel="ice-server"`
          : `<${url}>; rel="ice-server"; username="${username}"; credential="${credential}"; credential-type="password"`,
      ),
    );
  }
}

function isRelay(url: string): boolean {
  return /^turns?:/i.test(url);
}
