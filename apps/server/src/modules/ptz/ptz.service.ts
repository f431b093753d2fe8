import type { PtzBody, PtzFailure, PtzPreset } from '@marsad/contract';
import type { Counter } from 'prom-client';
import type { PtzLink } from '../../media-plane/ptz-link.ts';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, requireSelf } from '../../platform/auth/identity.ts';
import type { Log } from '../../platform/log/log.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService, MovableCamera } from '../cameras/cameras.service.ts';
import { actionOf } from './ptz-action.ts';
import type { PtzHolds } from './ptz-holds.ts';

export interface PtzServiceOptions {
  readonly cameras: CamerasService;
  readonly link: PtzLink;
  readonly holds: PtzHolds;
  readonly audit: AuditService;
  /** Commands by agency and by how they ended. */
  readonly commands: Counter<'source' | 'status'>;
  readonly log: Log;
}

/** Moves cameras: pan, tilt, zoom. */
export class PtzService {
  readonly #o: PtzServiceOptions;

  constructor(options: PtzServiceOptions) {
    this.#o = options;
  }

  /**
   * Returns once the camera has taken the command, which is when it begins to move.
   * @throws AppError `CAMERA_NOT_FOUND`, `PTZ_FORBIDDEN`, `FORBIDDEN` for somebody else's `user_id`, `PTZ_NOT_ENABLED`,
   *   `PTZ_IN_USE`, `CAMERA_OFFLINE`, `PTZ_UNAUTHORIZED`, `PTZ_UNSUPPORTED`, `PTZ_PRESET_NOT_FOUND`, `PTZ_REFUSED`,
   *   `SERVICE_UNAVAILABLE`
   */
  async command(caller: Caller, id: string, body: PtzBody): Promise<void> {
    requireSelf(caller, body.user_id);
    const camera = await this.#o.cameras.movable(caller, id);
    const { link, commands } = this.#o;
    const count = (status: 'success' | 'refused' | 'failed') => commands.inc({ source: camera.source, status });
    try {
      await this.#hold(caller, camera, body);
      const answer = await link.act(camera.id, camera.url, actionOf(body));
      if (answer.outcome === 'failed') throw refusal(answer, camera, body.preset_id);
      count('success');
    } catch (error) {
      count(error instanceof AppError && error.code === 'PTZ_IN_USE' ? 'refused' : 'failed');
      throw error;
    }
  }

  /** @throws AppError as {@link command} does */
  async presets(caller: Caller, id: string): Promise<PtzPreset[]> {
    const camera = await this.#o.cameras.movable(caller, id);
    const answer = await this.#o.link.presets(camera.id, camera.url);
    if (answer.outcome === 'failed') throw refusal(answer, camera);
    return answer.presets.map(({ id: preset_id, name }) => ({ preset_id, name }));
  }

  /** Written down once for each turn at a camera: a key that is held is twenty commands. */
  async #hold({ identity, origin }: Caller, camera: MovableCamera, { command }: PtzBody): Promise<void> {
    const { holds, audit, log } = this.#o;
    const hold = await holds.take(camera.id, identity).catch((error: unknown) => {
      // Rather two who move it than nobody who can.
      log.warn({ err: error, camera: camera.id }, 'not known who moves this camera');
      return { held: true, fresh: true } as const;
    });
    if (!hold.held) {
      const retry_after = Math.max(1, Math.ceil(hold.forMs / 1000));
      throw new AppError('PTZ_IN_USE', { holder: hold.holder, holder_ar: hold.holderAr, retry_after });
    }
    if (!hold.fresh) return;
    const { id, name, source } = camera;
    const details = { camera_id: id, name, source, command };
    await audit.record({ type: 'camera_moved', actor: identity.id, details, origin });
  }
}

function refusal({ reason, detail }: PtzFailure, { name: camera_name }: MovableCamera, preset_id?: number): AppError {
  switch (reason) {
    case 'UNREACHABLE':
      return new AppError('CAMERA_OFFLINE', { camera_name, detail });
    case 'UNAUTHORIZED':
      return new AppError('PTZ_UNAUTHORIZED', { camera_name });
    case 'UNSUPPORTED':
      return new AppError('PTZ_UNSUPPORTED', { camera_name, detail });
    case 'NO_SUCH_PRESET':
      return new AppError('PTZ_PRESET_NOT_FOUND', { camera_name, preset_id: preset_id ?? null });
    case 'REFUSED':
      return new AppError('PTZ_REFUSED', { camera_name, detail });
  }
}
