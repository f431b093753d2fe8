import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Quality } from '@marsad/contract';
import type { Counter } from 'prom-client';
import { AppError } from '../../platform/app-error.ts';
import type { Caller } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CameraBrief, CamerasService } from '../cameras/cameras.service.ts';
import type { FullAgencies } from './full-agencies.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface ReservingOptions {
  readonly repository: StreamRepository;
  readonly rooms: Pick<RoomKeeper, 'sync' | 'settle'>;
  readonly cameras: Pick<CamerasService, 'viewable'>;
  readonly audit: AuditService;
  readonly reservations: Counter<'source' | 'status'>;
  readonly full: FullAgencies;
  /** Tells Valkey again who watches, after it has forgotten. */
  readonly recover: () => Promise<void>;
  /** Called when a reservation was made. */
  readonly onChange: () => void;
}

/** A camera in a room, for one viewer. */
export interface Wanted {
  readonly camera: string;
  readonly room: string;
  /** The viewer's identity in the room. */
  readonly identity: string;
  readonly quality: Quality;
  /** What the audit trail says beside the usual. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Held {
  readonly id: string;
  readonly camera: CameraBrief;
  /** The viewer's; of a reservation that was there already the one it has. */
  readonly identity: string;
  readonly expiresAt: number;
}

/** Milliseconds a request waits until it is known again who watches. */
const patience = 3_000;

/** Takes reservations, whoever they are for: permission, quota, the room made to show the camera, the audit trail. */
export class Reserving {
  readonly #o: ReservingOptions;

  constructor(options: ReservingOptions) {
    this.#o = options;
  }

  /**
   * @param enter what lets the viewer in, beside the making of the room; when either fails the reservation is given back
   * @throws AppError `CAMERA_NOT_FOUND`, `SOURCE_FORBIDDEN`, `CAMERA_OFFLINE`, `AGENCY_LIMIT_EXCEEDED`,
   *   `SERVICE_UNAVAILABLE`
   */
  async take<T>(caller: Caller, wanted: Wanted, enter: (held: Held) => Promise<T>): Promise<T> {
    const { identity, origin } = caller;
    const { repository, cameras, rooms, audit, reservations } = this.#o;
    const { room, quality } = wanted;
    const { camera, live } = await cameras.viewable(caller, wanted.camera);
    const { id: camera_id, source } = camera;
    const one = {
      id: randomUUID(),
      camera: camera_id,
      source,
      user: identity.id,
      room,
      identity: wanted.identity,
      quality,
    };
    const outcome = await this.known(() => repository.reserve(one, live.stream.state !== 'offline'));
    if (outcome.outcome === 'full') {
      const { current, limit } = outcome;
      this.#o.full.remember({ source, current, limit });
      reservations.inc({ source, status: 'rejected' });
      throw new AppError('AGENCY_LIMIT_EXCEEDED', { source, current, limit });
    }
    if (outcome.outcome === 'not-new') {
      const { reason, detail, since, last_picture_at } = live.stream;
      reservations.inc({ source, status: 'offline' });
      // A camera that no node has is our fault and not the camera's.
      if (reason === 'NODE_LOST') throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
      throw new AppError('CAMERA_OFFLINE', {
        camera_id,
        camera_name: camera.name,
        reason,
        detail,
        since: new Date(since).toISOString(),
        last_picture_at: last_picture_at === null ? null : new Date(last_picture_at).toISOString(),
      });
    }
    try {
      const { id, expiresAt } = outcome;
      const [entered] = await Promise.all([
        enter({ id, camera, identity: outcome.identity, expiresAt }),
        rooms.sync(room),
      ]);
      if (outcome.outcome === 'reserved') {
        const details = { reservation_id: id, camera_id, source, room, ...wanted.details };
        await audit.record({ type: 'stream_requested', actor: identity.id, details, origin });
        reservations.inc({ source, status: 'reserved' });
        this.#o.onChange();
      }
      return entered;
    } catch (error) {
      // Nobody can use it, so nobody should be charged for it.
      if (outcome.outcome === 'reserved') {
        await repository.release(outcome.id, null, 'failed').catch(() => {});
        void rooms.settle();
      }
      reservations.inc({ source, status: 'failed' });
      throw error;
    }
  }

  /** When Valkey has forgotten everything, it is first told again who watches. */
  async known<T extends { readonly outcome: string }>(
    operation: () => Promise<T>,
  ): Promise<Exclude<T, { readonly outcome: 'lost' }>> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await operation();
      if (answer.outcome !== 'lost') return answer as Exclude<T, { readonly outcome: 'lost' }>;
      // Edges that do not answer are waited for, but not by somebody who wants a picture.
      const enough = wait(patience, undefined, { ref: false }).then(() => 'too long' as const);
      if ((await Promise.race([this.#o.recover(), enough])) === 'too long') break;
    }
    throw new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' });
  }
}
