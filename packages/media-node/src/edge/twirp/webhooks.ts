import { createHash } from 'node:crypto';
import { type IngressInfo, WebhookEvent } from '@livekit/protocol';
import type { Logger } from 'pino';
import type { AccessTokens } from '../access-token.ts';
import type { EdgeMetrics } from '../edge-metrics.ts';
import type { EdgeOptions } from '../edge-options.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Member } from '../rooms/member.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEvents } from '../rooms/rooms.ts';
import { newSid } from '../rooms/sid.ts';
import { WebhookQueue } from './webhook-queue.ts';
import { pinnedSender, publicSender, type WebhookSender } from './webhook-sender.ts';

export interface WebhooksOptions {
  readonly urls: readonly string[];
  readonly local: EdgeOptions['localWebhook'];
  readonly tokens: AccessTokens;
  readonly metrics: EdgeMetrics;
  readonly log: Logger;
}

/** An event without its name. */
type About = NonNullable<ConstructorParameters<typeof WebhookEvent>[0]>;

/** One address, and which events go there; null for all of them. */
interface Target {
  readonly events: ReadonlySet<string> | null;
  readonly queue: WebhookQueue;
}

/** LiveKit's webhooks: each event signed and sent to every address that wants it, in order for each. */
export class Webhooks implements RoomEvents {
  readonly #targets: readonly Target[];

  constructor(options: WebhooksOptions) {
    const { urls, local, tokens, metrics, log } = options;
    const queue = (url: string, send: WebhookSender) =>
      new WebhookQueue({
        url,
        send,
        log,
        sign: (body) => tokens.signBody(createHash('sha256').update(body).digest('base64')),
        onLost: () => metrics.webhooksLost.inc(),
      });
    const targets: Target[] = urls.map((url) => ({ events: null, queue: queue(url, publicSender) }));
    if (local) {
      const send = local.certificate === null ? publicSender : pinnedSender(local.certificate);
      targets.push({ events: new Set(local.events), queue: queue(local.url, send) });
    }
    this.#targets = targets;
  }

  event(name: string, room: Room, about: { member?: Member; camera?: CameraParticipant } = {}): void {
    this.#send(name, () => {
      const { member, camera } = about;
      const participant = member?.info() ?? camera?.info();
      return {
        room: room.info(),
        ...(participant ? { participant } : {}),
        ...(camera ? { track: camera.trackInfo() } : {}),
      };
    });
  }

  ingress(name: 'ingress_started' | 'ingress_ended', ingressInfo: IngressInfo, room: Room | null): void {
    this.#send(name, () => ({ ingressInfo, ...(room ? { room: room.info() } : {}) }));
  }

  close(): void {
    for (const { queue } of this.#targets) queue.close();
  }

  /** @param about the rest of the event, made only when somebody wants it */
  #send(name: string, about: () => About): void {
    const wanted = this.#targets.filter(({ events }) => events === null || events.has(name));
    if (wanted.length === 0) return;
    const createdAt = BigInt(Math.floor(Date.now() / 1000));
    const body = new WebhookEvent({ ...about(), event: name, id: newSid('EV'), createdAt }).toJsonString();
    for (const { queue } of wanted) queue.add(body);
  }
}
