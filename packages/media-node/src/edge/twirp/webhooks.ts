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
import { pinnedSender, publicSender } from './webhook-sender.ts';

export interface WebhooksOptions {
  readonly urls: readonly string[];
  readonly local: EdgeOptions['localWebhook'];
  readonly tokens: AccessTokens;
  readonly metrics: EdgeMetrics;
  readonly log: Logger;
}

/** LiveKit's webhooks: each event signed and sent to every configured address, in order for each. */
export class Webhooks implements RoomEvents {
  readonly #queues: readonly WebhookQueue[];

  constructor(options: WebhooksOptions) {
    const { urls, local, tokens, metrics, log } = options;
    const targets = urls.map((url) => ({ url, send: publicSender }));
    if (local) {
      targets.push({
        url: local.url,
        send: local.certificate === null ? publicSender : pinnedSender(local.certificate),
      });
    }
    this.#queues = targets.map(
      (target) =>
        new WebhookQueue({
          ...target,
          log,
          sign: (body) => tokens.signBody(createHash('sha256').update(body).digest('base64')),
          onLost: () => metrics.webhooksLost.inc(),
        }),
    );
  }

  event(name: string, room: Room, about: { member?: Member; camera?: CameraParticipant } = {}): void {
    if (this.#queues.length === 0) return;
    const { member, camera } = about;
    const participant = member?.info() ?? camera?.info();
    this.#send(
      new WebhookEvent({
        event: name,
        room: room.info(),
        ...(participant ? { participant } : {}),
        ...(camera ? { track: camera.trackInfo() } : {}),
      }),
    );
  }

  ingress(name: 'ingress_started' | 'ingress_ended', ingressInfo: IngressInfo, room: Room | null): void {
    if (this.#queues.length === 0) return;
    this.#send(new WebhookEvent({ event: name, ingressInfo, ...(room ? { room: room.info() } : {}) }));
  }

  close(): void {
    for (const queue of this.#queues) queue.close();
  }

  #send(event: WebhookEvent): void {
    event.id = newSid('EV');
    event.createdAt = BigInt(Math.floor(Date.now() / 1000));
    const body = event.toJsonString();
    for (const queue of this.#queues) queue.add(body);
  }
}
