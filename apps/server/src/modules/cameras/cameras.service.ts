import { randomUUID } from 'node:crypto';
import {
  allows,
  type Camera,
  type CameraInput,
  type CameraList,
  type CameraPatch,
  type CameraQuery,
  type CameraStatus,
} from '@marsad/contract';
import type { CameraLive } from '../../media-plane/camera-live.ts';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, permittedSources, requireAdmin, requireSource } from '../../platform/auth/identity.ts';
import { Recent } from '../../platform/recent.ts';
import type { AuditService } from '../audit/audit.service.ts';
import { addressesOf, changesOf, ptzAddressFrom, valuesOf } from './camera-input.ts';
import { cameraView } from './camera-view.ts';
import type { CameraBrief, CameraFilter, CameraRepository, CameraRow } from './cameras.repository.ts';
import { ptzAddressOf } from './ptz-address.ts';
import { newStreamKey } from './stream-keys.service.ts';

export interface CamerasServiceOptions {
  readonly repository: CameraRepository;
  readonly audit: AuditService;
  readonly mediaPlane: Pick<MediaPlane, 'live' | 'known'>;
  /** Called after a change, so that the media nodes hear of it at once. */
  readonly onChange: () => void;
}

export type { CameraBrief, CameraRow };

/** A camera that may be moved, and where it is told to. */
export interface MovableCamera extends Pick<CameraRow, 'id' | 'name' | 'source'> {
  /** Of its ONVIF device service, with credentials. */
  readonly url: string;
}

type CameraEvent = 'camera_deleted' | 'camera_restored' | 'camera_hidden' | 'camera_shown';

/** The catalogue: which cameras there are, and how each of them is. */
export class CamerasService {
  readonly #o: CamerasServiceOptions;
  /** What another process changes is seen after five seconds at most, mostly after two. */
  readonly #briefs: Recent<CameraBrief>;

  constructor(options: CamerasServiceOptions) {
    this.#o = options;
    this.#briefs = new Recent({ load: (ids) => options.repository.briefs(ids), lifeMs: 5_000, most: 20_000 });
  }

  /** @throws AppError `SOURCE_FORBIDDEN` when asked for an agency the caller may not view */
  async list(caller: Caller, query: CameraQuery): Promise<CameraList> {
    if (query.source) requireSource(caller, 'camera', query.source, 'view');
    const { rows, total } = await this.#o.repository.list({
      sources: query.source ? [query.source] : permittedSources(caller, 'camera', 'view'),
      limit: query.limit,
      offset: query.offset,
      q: query.q,
      addresses: caller.identity.isAdmin,
      ...(query.status ? { ids: this.#withStatus(query.status) } : {}),
    });
    return { cameras: rows.map((row) => this.#show(caller, row)), count: rows.length, total };
  }

  /** @throws AppError `CAMERA_NOT_FOUND`, `SOURCE_FORBIDDEN` */
  async get(caller: Caller, id: string): Promise<Camera> {
    const row = await this.#find(id);
    requireSource(caller, 'camera', row.source, 'view');
    return this.#show(caller, row);
  }

  /**
   * A camera the caller may view, and how it is, for the other modules; what another process changes is seen after a few
   * seconds.
   * @throws AppError `CAMERA_NOT_FOUND`, `SOURCE_FORBIDDEN`
   */
  async viewable(caller: Caller, id: string): Promise<{ camera: CameraBrief; live: CameraLive }> {
    const known = id.toLowerCase();
    const camera = (await this.#briefs.of([known])).get(known);
    if (camera === undefined || camera.removed) throw new AppError('CAMERA_NOT_FOUND');
    requireSource(caller, 'camera', camera.source, 'view');
    return { camera, live: this.#o.mediaPlane.live(camera.id) };
  }

  /** @throws AppError `CAMERA_NOT_FOUND`, `PTZ_FORBIDDEN`, `PTZ_NOT_ENABLED` */
  async movable(caller: Caller, id: string): Promise<MovableCamera> {
    const row = await this.#find(id);
    const { name, source } = row;
    if (!allows(caller.identity.permissions, 'camera', source, 'ptz')) throw new AppError('PTZ_FORBIDDEN', { source });
    const addresses = row.ptz_enabled ? await this.#o.repository.addresses(row.id) : undefined;
    const url = addresses === undefined ? null : ptzAddressOf(addresses);
    if (url === null) throw new AppError('PTZ_NOT_ENABLED', { camera_name: name });
    return { id: row.id, name, source, url };
  }

  /** Name and agency of those that exist, whoever asks; at most a few seconds old. */
  briefs(ids: readonly string[]): Promise<Map<string, CameraBrief>> {
    return this.#briefs.of(ids);
  }

  /** The catalogue has changed: what is remembered of it may be wrong. */
  forget(): void {
    this.#briefs.forget();
  }

  /** What is known without asking anybody, or undefined. */
  remembered(id: string): CameraBrief | undefined {
    return this.#briefs.remembered(id);
  }

  /**
   * The camera that somebody outside named by its id, `camera_` and its id, or its path.
   * @throws AppError `CAMERA_NOT_FOUND`
   */
  async named(name: string): Promise<CameraRow> {
    const { repository } = this.#o;
    const row = (await repository.find(name.replace(/^camera_/, ''))) ?? (await repository.findByPath(name));
    if (row === undefined) throw new AppError('CAMERA_NOT_FOUND');
    return row;
  }

  /** @throws AppError `CAMERA_EXISTS`, `CAMERA_PATH_TAKEN` */
  async create(caller: Caller, input: CameraInput): Promise<Camera> {
    requireAdmin(caller);
    const { repository, audit } = this.#o;
    const id = (input.id ?? randomUUID()).toLowerCase();
    const { ingest, ptz_enabled: enabled } = input;
    const addresses = {
      ...addressesOf(ingest, input, { main: null, sub: null }),
      ptz: ptzAddressFrom(input.ptz_url, { ingest, enabled, before: null }),
    };
    const key = input.ingest === 'push' ? newStreamKey() : null;
    const row = await repository.transaction(async (trx) => {
      const made = await repository.insert(trx, id, valuesOf(input), addresses, key);
      if (made === undefined) throw new AppError('CAMERA_EXISTS');
      await audit.record(this.#event('camera_created', caller, made), trx);
      return made;
    });
    this.#changed();
    return this.#show(caller, row);
  }

  /** @throws AppError `CAMERA_NOT_FOUND`, `CAMERA_PATH_TAKEN`; ValidationError when a masked password cannot be kept */
  async update(caller: Caller, id: string, patch: CameraPatch): Promise<Camera> {
    requireAdmin(caller);
    const { repository, audit } = this.#o;
    const known = await this.#find(id);
    const before = await repository.addresses(known.id);
    if (before === undefined) throw new AppError('CAMERA_NOT_FOUND');
    const ingest = patch.ingest ?? known.ingest;
    const { rtsp_url, sub_rtsp_url } = patch;
    // What is not given stays as it is sealed: it may be one that cannot be read.
    const given = rtsp_url !== undefined || sub_rtsp_url !== undefined || ingest !== known.ingest;
    const enabled = patch.ptz_enabled ?? known.ptz_enabled;
    const ptz = ptzAddressFrom(patch.ptz_url, { ingest, enabled, before: before.ptz });
    const addresses = {
      ...(given ? addressesOf(ingest, patch, before) : {}),
      ...(patch.ptz_url === undefined ? {} : { ptz }),
    };
    // A camera that is pulled has no key: one that was given away before must not open anything later.
    const key = ingest === known.ingest ? undefined : ingest === 'push' ? newStreamKey() : null;
    const row = await repository.transaction(async (trx) => {
      const changed = await repository.update(trx, known.id, changesOf(patch), addresses, key);
      if (changed === undefined) throw new AppError('CAMERA_NOT_FOUND');
      await audit.record(this.#event('camera_updated', caller, changed, { fields: Object.keys(patch) }), trx);
      return changed;
    });
    this.#changed();
    return this.#show(caller, row);
  }

  /** @throws AppError `CAMERA_NOT_FOUND` */
  async remove(caller: Caller, id: string): Promise<void> {
    requireAdmin(caller);
    const row = await this.#find(id);
    await this.#mark(caller, row, 'camera_deleted', { deleted_at: new Date() });
  }

  /** Brings a removed camera back; one that is there stays as it is. @throws AppError `CAMERA_NOT_FOUND` */
  async restore(caller: Caller, id: string): Promise<Camera> {
    requireAdmin(caller);
    const row = await this.#o.repository.find(id, true);
    if (row === undefined) throw new AppError('CAMERA_NOT_FOUND');
    if (row.deleted_at === null) return this.#show(caller, row);
    return this.#show(caller, await this.#mark(caller, row, 'camera_restored', { deleted_at: null }));
  }

  /**
   * Takes the camera's picture from everybody, or (`hidden` false) gives it back; one that is so already stays as it is.
   * Reservations stay, and what is recorded is recorded.
   * @throws AppError `CAMERA_NOT_FOUND`
   */
  async hide(caller: Caller, id: string, hidden: boolean): Promise<Camera> {
    requireAdmin(caller);
    const row = await this.#find(id);
    if ((row.hidden_at !== null) === hidden) return this.#show(caller, row);
    const type = hidden ? 'camera_hidden' : 'camera_shown';
    return this.#show(caller, await this.#mark(caller, row, type, { hidden_at: hidden ? new Date() : null }));
  }

  async #mark(
    caller: Caller,
    row: CameraRow,
    type: CameraEvent,
    mark: { hidden_at: Date | null } | { deleted_at: Date | null },
  ) {
    const { repository, audit } = this.#o;
    const changed = await repository.transaction(async (trx) => {
      await audit.record(this.#event(type, caller, row), trx);
      return repository.update(trx, row.id, mark);
    });
    this.#changed();
    return changed ?? row;
  }

  #changed(): void {
    this.forget();
    this.#o.onChange();
  }

  async #find(id: string): Promise<CameraRow> {
    const row = await this.#o.repository.find(id);
    if (row === undefined) throw new AppError('CAMERA_NOT_FOUND');
    return row;
  }

  /** State lives in memory. What nothing is known of is OFFLINE, so that one is asked for by leaving out the others. */
  #withStatus(status: CameraStatus): NonNullable<CameraFilter['ids']> {
    const known = [...this.#o.mediaPlane.known()];
    if (status === 'OFFLINE') return { not: known.filter(([, live]) => live.status !== status).map(([id]) => id) };
    return { among: known.filter(([, live]) => live.status === status).map(([id]) => id) };
  }

  #event(
    type: 'camera_created' | 'camera_updated' | CameraEvent,
    { identity, origin }: Caller,
    row: CameraRow,
    details: Record<string, unknown> = {},
  ) {
    const { id, name, source } = row;
    return { type, actor: identity.id, details: { camera_id: id, name, source, ...details }, origin };
  }

  #show({ identity }: Caller, row: CameraRow): Camera {
    return cameraView(row, this.#o.mediaPlane.live(row.id), identity.isAdmin);
  }
}
