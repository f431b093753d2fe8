import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credentials, StreamKey } from '@marsad/contract';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { NodeLink } from '../../media-plane/node-link.ts';
import { AppError } from '../../platform/app-error.ts';
import { digestProves } from '../../platform/auth/digest.ts';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CameraRepository, CameraRow } from './cameras.repository.ts';

export interface StreamKeysServiceOptions {
  readonly repository: CameraRepository;
  readonly audit: AuditService;
  readonly mediaPlane: Pick<MediaPlane, 'edges' | 'endPublisher'>;
  /** `ws://…` or `wss://…` of an edge, as somebody at this host reaches it. */
  readonly publicUrlOf: (edge: NodeLink, host: string) => string;
}

/** The user in whose name the addresses we give out hold a key. */
export const KEY_HOLDER = 'publisher';

/** 240 random bits, as they can stand in an address. */
export function newStreamKey(): string {
  return randomBytes(30).toString('base64url');
}

/** Keys with which encoders publish cameras. Looking at one is written down, because whoever has seen it may use it. */
export class StreamKeysService {
  readonly #o: StreamKeysServiceOptions;

  constructor(options: StreamKeysServiceOptions) {
    this.#o = options;
  }

  /** @param host by which the caller reached us @throws AppError `CAMERA_NOT_FOUND`, `CAMERA_NOT_PUSHED` */
  async show(caller: Caller, id: string, host: string): Promise<StreamKey> {
    requireAdmin(caller);
    const { repository, audit } = this.#o;
    const row = await this.#pushed(id);
    const key = await repository.streamKey(row.id);
    if (key === null) throw new AppError('CAMERA_NOT_PUSHED');
    await audit.record(eventOf('stream_key_shown', caller, row));
    return this.#describe(row, key, host);
  }

  /** Ends whoever publishes with the old one. @throws AppError `CAMERA_NOT_FOUND`, `CAMERA_NOT_PUSHED` */
  async renew(caller: Caller, id: string, host: string): Promise<StreamKey> {
    requireAdmin(caller);
    const { repository, audit, mediaPlane } = this.#o;
    const row = await this.#pushed(id);
    const key = newStreamKey();
    await repository.transaction(async (trx) => {
      await repository.update(trx, row.id, {}, undefined, key);
      await audit.record(eventOf('stream_key_renewed', caller, row), trx);
    });
    await mediaPlane.endPublisher(row.id, 'the stream key was renewed');
    return this.#describe(row, key, host);
  }

  /** The camera this is the key of. */
  async cameraOf(key: string): Promise<CameraRow | undefined> {
    return this.#o.repository.findByKey(key);
  }

  /** Whether these credentials hold the camera's key: as a token, or as a password of whatever user. */
  async opens({ id, ingest }: CameraRow, credentials: Credentials): Promise<boolean> {
    if (credentials.kind === 'none' || ingest !== 'push') return false;
    const key = await this.#o.repository.streamKey(id);
    if (key === null) return false;
    if (credentials.kind === 'digest') return digestProves(credentials, key);
    const given = Buffer.from(credentials.kind === 'bearer' ? credentials.token : credentials.password);
    return given.length === key.length && timingSafeEqual(given, Buffer.from(key));
  }

  async #pushed(id: string): Promise<CameraRow> {
    const row = await this.#o.repository.find(id);
    if (row === undefined) throw new AppError('CAMERA_NOT_FOUND');
    if (row.ingest !== 'push') throw new AppError('CAMERA_NOT_PUSHED');
    return row;
  }

  #describe({ id, path }: CameraRow, key: string, host: string): StreamKey {
    const { mediaPlane, publicUrlOf } = this.#o;
    const edges = mediaPlane.edges();
    const base = edges[0] && new URL(publicUrlOf(edges[0], host));
    const rtsp = edges.find(({ lease }) => lease.rtsp_port);
    const rtspHost = rtsp && new URL(publicUrlOf(rtsp, host)).hostname;
    return {
      camera_id: id,
      stream_key: key,
      rtsp_url: rtsp ? `rtsp://${KEY_HOLDER}:${key}@${rtspHost}:${rtsp.lease.rtsp_port}/${path ?? id}` : null,
      whip_url: base
        ? `${base.protocol === 'wss:' ? 'https' : 'http'}://${base.host}${base.pathname.replace(/\/$/, '')}/whip/${key}`
        : null,
    };
  }
}

function eventOf(type: 'stream_key_shown' | 'stream_key_renewed', { identity, origin }: Caller, row: CameraRow) {
  const details = { camera_id: row.id, name: row.name, source: row.source };
  return { type, actor: identity.id, details, origin };
}
