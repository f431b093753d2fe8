import { allows } from '@marsad/contract';
import type { Log } from '../../platform/log/log.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { IamService } from '../iam/iam.service.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { HeldReservation } from './stream-answers.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface RightsWatchOptions {
  readonly repository: Pick<StreamRepository, 'list' | 'release'>;
  readonly rooms: Pick<RoomKeeper, 'settle'>;
  readonly iam: Pick<IamService, 'standing'>;
  readonly cameras: Pick<CamerasService, 'briefs'>;
  readonly audit: AuditService;
  readonly log: Log;
  /** Between two looks, milliseconds. Default 10,000. */
  readonly interval?: number;
}

/**
 * Ends what may no longer be watched: of somebody whose account was disabled or may not view the agency any more, and of
 * cameras that were removed or given to another agency. A connection keeps itself alive, so this would otherwise go on
 * until it is closed.
 */
export class RightsWatch {
  readonly #o: RightsWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: RightsWatchOptions) {
    this.#o = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.look().catch((error) => {
        this.#o.log.debug({ err: error }, 'rights cannot be looked at now');
      });
    }, this.#o.interval ?? 10_000);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await this.#looking;
  }

  async look(): Promise<void> {
    const { repository, rooms, iam, cameras, audit } = this.#o;
    const held = await repository.list();
    if (held.length === 0) return;
    const [people, briefs] = await Promise.all([
      iam.standing(held.map(({ user }) => user)),
      cameras.briefs(held.map(({ camera }) => camera)),
    ]);
    const causeOf = ({ user, camera, source }: HeldReservation): string | null => {
      const brief = briefs.get(camera);
      if (brief?.removed) return 'camera_removed';
      // It would be charged to the agency that had the camera.
      if (brief !== undefined && brief.source !== source) return 'agency_changed';
      const person = people.get(user);
      // Whoever comes from another IAM is judged by the tokens it gives.
      if (person === undefined) return null;
      if (!person.active) return 'user_disabled';
      return allows(person.permissions, 'camera', source, 'view') ? null : 'permission_withdrawn';
    };
    let ended = 0;
    for (const one of held) {
      const cause = causeOf(one);
      if (cause === null) continue;
      const { outcome } = await repository.release(one.id, null, cause);
      if (outcome !== 'released') continue;
      ended += 1;
      const details = { reservation_id: one.id, camera_id: one.camera, source: one.source, cause };
      await audit.record({ type: 'stream_ended', actor: null, user: one.user, details, origin: null });
    }
    if (ended > 0) await rooms.settle();
  }
}
