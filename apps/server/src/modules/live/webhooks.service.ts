import { type WebhookEvent, WebhookReceiver } from 'livekit-server-sdk';
import type { Counter } from 'prom-client';
import { AppError } from '../../platform/app-error.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import { heardEvents } from './heard-events.ts';
import { type WatchedRoom, watchedRoom } from './watched-room.ts';

export interface WebhooksServiceOptions {
  readonly livekit: { readonly apiKey: string; readonly apiSecret: string };
  readonly valkey: Valkey;
  readonly received: Counter<'event' | 'outcome'>;
  readonly log: Log;
  /** Somebody watches, which is a beat. */
  readonly onWatched: (rooms: readonly WatchedRoom[]) => Promise<void>;
  /** Somebody came or went. */
  readonly onChange: () => void;
}

/** Milliseconds for which an event is remembered: longer than anybody sends it again. */
const memory = 3_600_000;

/** Names an event may have in a metric; any other is `other`. */
const known = new Set([
  'room_started',
  'room_finished',
  'participant_joined',
  'participant_left',
  'track_published',
  'track_unpublished',
]);

/** What happens in rooms, as edges and LiveKit servers tell it. */
export class WebhooksService {
  readonly #o: WebhooksServiceOptions;
  readonly #receiver: WebhookReceiver;

  constructor(options: WebhooksServiceOptions) {
    this.#o = options;
    this.#receiver = new WebhookReceiver(options.livekit.apiKey, options.livekit.apiSecret);
  }

  /**
   * @param body the bytes as they came
   * @throws AppError `UNAUTHENTICATED` unless signed over exactly these bytes with the secret; `SERVICE_UNAVAILABLE`
   *   while Valkey is away: then the sender tries again
   */
  async receive(body: unknown, authorization: string | undefined): Promise<void> {
    const { valkey, received } = this.#o;
    const event = await this.#verified(body, authorization);
    const name = known.has(event.event) ? event.event : 'other';
    const key = valkey.key('live', 'webhook', event.id);
    const first = event.id === '' || (await valkey.run((client) => client.set(key, '1', 'PX', memory, 'NX'))) !== null;
    received.inc({ event: name, outcome: first ? 'taken' : 'duplicate' });
    if (!first) return;
    try {
      await this.#take(event);
    } catch (error) {
      // Not taken, so it may come again.
      await valkey.run((client) => client.del(key)).catch(() => {});
      throw error;
    }
  }

  async #verified(body: unknown, authorization: string | undefined): Promise<WebhookEvent> {
    if (!Buffer.isBuffer(body) || authorization === undefined) throw new AppError('UNAUTHENTICATED');
    try {
      return await this.#receiver.receive(body.toString('utf8'), authorization.replace(/^Bearer /i, ''));
    } catch (error) {
      this.#o.received.inc({ event: 'other', outcome: 'refused' });
      throw new AppError('UNAUTHENTICATED', {}, error);
    }
  }

  async #take({ event, room, participant }: WebhookEvent): Promise<void> {
    const { onWatched, onChange } = this.#o;
    if (!heardEvents.includes(event)) return;
    if (!room || !participant || participant.isPublisher) return;
    if (event === 'participant_joined') await onWatched([watchedRoom('', room.name, room.metadata, [participant])]);
    onChange();
  }
}
