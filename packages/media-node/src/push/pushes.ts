import type { Profile } from '@marsad/contract';
import type { Logger } from 'pino';
import { Gauge, Registry } from 'prom-client';
import { EdgeMetrics } from '../edge/edge-metrics.ts';
import { BurstPacer } from '../edge/egress/burst-pacer.ts';
import { EgressClock } from '../edge/egress/egress-clock.ts';
import { Feeds } from '../edge/feed/feeds.ts';
import type { StreamProvider } from '../stream-provider.ts';
import type { PushParts, PushTarget } from './push-session.ts';
import { type PushStatus, WhipPusher } from './whip-pusher.ts';

/** One stream that is to be pushed to one server. */
export interface Push extends PushTarget {
  readonly camera: string;
  readonly profile: Profile;
}

/**
 * The streams this node pushes elsewhere. It is told the whole set, as ingest is told its cameras: what changed is begun,
 * begun anew or ended, and nothing else is touched.
 */
export class Pushes {
  readonly #parts: PushParts;
  readonly #pushers = new Map<string, { push: Push; pusher: WhipPusher }>();
  #generation = Number.NEGATIVE_INFINITY;

  constructor(options: { streams: StreamProvider; registry: Registry; log: Logger }) {
    const { streams, log } = options;
    // Counted apart: what an edge tells of its viewers must not hold what goes to other servers.
    const metrics = new EdgeMetrics(new Registry());
    this.#parts = {
      feeds: new Feeds({ streams, log, metrics }),
      pacer: new BurstPacer(),
      clock: new EgressClock(),
      metrics,
      log,
    };
    const pushers = this.#pushers;
    new Gauge({
      name: 'cctv_pushes',
      help: 'Streams this node pushes to other servers, by state',
      labelNames: ['state'],
      registers: [options.registry],
      collect() {
        for (const state of ['waiting', 'connecting', 'pushing', 'failed']) this.set({ state }, 0);
        for (const { pusher } of pushers.values()) this.inc({ state: pusher.current.state });
      },
    });
  }

  /** The newest that was accepted; not finite before the first, and once closed. */
  get generation(): number {
    return this.#generation;
  }

  /** Answers false, and changes nothing, when a newer generation was already accepted. */
  set(generation: number, pushes: readonly Push[]): boolean {
    if (generation < this.#generation) return false;
    this.#generation = generation;
    const wanted = new Map(pushes.map((push) => [`${push.profile}/${push.camera}`, push]));
    for (const [name, { push, pusher }] of this.#pushers) {
      const now = wanted.get(name);
      if (now && now.url === push.url && now.token === push.token) continue;
      this.#pushers.delete(name);
      void pusher.close();
    }
    for (const [name, push] of wanted) if (!this.#pushers.has(name)) this.#begin(name, push);
    return true;
  }

  list(): { camera: string; profile: Profile; status: PushStatus }[] {
    return [...this.#pushers.values()].map(({ push: { camera, profile }, pusher }) => ({
      camera,
      profile,
      status: pusher.current,
    }));
  }

  /** Ends all of them; resolves when the servers were told, or two seconds later. Safe to call twice. */
  async close(): Promise<void> {
    this.#generation = Number.POSITIVE_INFINITY;
    const closing = [...this.#pushers.values()].map(({ pusher }) => pusher.close());
    this.#pushers.clear();
    await Promise.race([Promise.allSettled(closing), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    this.#parts.clock.close();
    this.#parts.pacer.close();
    this.#parts.feeds.close();
  }

  #begin(name: string, push: Push): void {
    const { camera, profile, url, token } = push;
    const { log } = this.#parts;
    const pusher = new WhipPusher({
      parts: this.#parts,
      key: { camera, profile },
      target: { url, token },
      onStatus: ({ state, reason }) => {
        if (state === 'failed') log.warn({ camera, profile, reason }, 'push failed');
        else log.info({ camera, profile, reason }, `push: ${state}`);
      },
    });
    this.#pushers.set(name, { push, pusher });
    pusher.start();
  }
}
