import type { AccessAnswer, AccessRequest } from '@marsad/contract';
import type { AccessDecider } from '../../media-plane/access-decider.ts';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { NodeLink } from '../../media-plane/node-link.ts';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, type Identity, type Origin, requireAdmin } from '../../platform/auth/identity.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Log } from '../../platform/log/log.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CameraRow, CamerasService } from '../cameras/cameras.service.ts';
import { KEY_HOLDER, type StreamKeysService } from '../cameras/stream-keys.service.ts';
import type { PlayersService } from '../iam/players.service.ts';
import type { ReadersService } from '../streams/readers.service.ts';
import { refusalOf } from './refusals.ts';
import type { WrongCredentials } from './wrong-credentials.ts';

export interface AccessServiceOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly players: Pick<PlayersService, 'identify'>;
  readonly cameras: Pick<CamerasService, 'named'>;
  readonly keys: Pick<StreamKeysService, 'cameraOf' | 'opens'>;
  readonly readers: ReadersService;
  readonly mediaPlane: Pick<MediaPlane, 'publishedOn'>;
  readonly audit: AuditService;
  readonly wrong: WrongCredentials;
  readonly log: Log;
}

/** Decides for the edges, which know no user: who may read a stream, and who may publish one. */
export class AccessService implements AccessDecider {
  readonly #o: AccessServiceOptions;
  /** Sessions being decided, and whether they were over before that. */
  readonly #asking = new Map<string, { over: boolean }>();

  constructor(options: AccessServiceOptions) {
    this.#o = options;
  }

  /** Every refusal is an answer; what rejects is a mistake of ours, and another process may be asked. */
  async ask(edge: NodeLink, request: AccessRequest): Promise<AccessAnswer> {
    const { session, protocol, action, address } = request;
    const origin = { address, userAgent: protocol, requestId: session };
    const asking = { over: false };
    this.#asking.set(session, asking);
    try {
      // Becomes part of a room's name and of keys.
      if (!/^[A-Za-z0-9_-]+$/.test(session)) throw new AppError('VALIDATION_FAILED', { detail: 'session' });
      if (shows(request)) await this.#o.wrong.requireFew(address);
      return await (action === 'read' ? this.#read(edge, request, origin) : this.#publish(edge, request, origin));
    } catch (error) {
      const refusal = refusalOf(error);
      this.#o.log.info({ session, protocol, action, address, ...refusal }, 'refused at an edge');
      return refusal;
    } finally {
      this.#asking.delete(session);
      // The edge did not wait: what was taken for it would be nobody's.
      if (asking.over) await this.#end(session);
    }
  }

  async closed(session: string): Promise<void> {
    const asking = this.#asking.get(session);
    if (asking) asking.over = true;
    else await this.#end(session);
  }

  async #end(session: string): Promise<void> {
    // Without Valkey nothing can be given back; it ends by itself, for want of a beat.
    await this.#o.readers.closed(session).catch((error) => {
      this.#o.log.debug({ err: error, session }, 'the reservation of a reader could not be ended');
    });
  }

  async #read(edge: NodeLink, request: AccessRequest, origin: Origin): Promise<AccessAnswer> {
    const { cameras, readers } = this.#o;
    const caller = { identity: await this.#identify(request, origin), origin };
    const { id: camera, sub_display } = await cameras.named(request.path);
    const profile = request.profile === 'sub' && sub_display !== null ? 'sub' : 'main';
    const { session, protocol } = request;
    const admission = await readers.admit(caller, { session, camera, profile, protocol, edge: edge.id });
    return { outcome: 'read', camera, profile, ...admission };
  }

  async #publish(edge: NodeLink, request: AccessRequest, origin: Origin): Promise<AccessAnswer> {
    const { mediaPlane, audit, keys } = this.#o;
    // Who names the camera by its key has shown all there is to show.
    const byKey = await keys.cameraOf(request.path);
    const { camera, publisher } = byKey ? { camera: byKey, publisher: null } : await this.#publisher(request, origin);
    if (camera.ingest !== 'push') return refused('FORBIDDEN', 'this camera is pulled and cannot be published to');
    const home = mediaPlane.publishedOn(camera.id);
    if (home !== undefined && home !== edge.id) return refused('FULL', 'somebody else publishes this camera');
    const details = {
      camera_id: camera.id,
      source: camera.source,
      protocol: request.protocol,
      session: request.session,
    };
    await audit.record({ type: 'stream_published', actor: publisher, details, origin });
    return {
      outcome: 'publish',
      camera: camera.id,
      profile: 'main',
      ...(publisher === null ? {} : { user: publisher }),
    };
  }

  /** An administrator, or whoever has the camera's key. @throws AppError */
  async #publisher(request: AccessRequest, origin: Origin): Promise<{ camera: CameraRow; publisher: string | null }> {
    const { cameras, keys } = this.#o;
    const camera = await cameras.named(request.path).catch((error) => {
      if (error instanceof AppError && error.code === 'CAMERA_NOT_FOUND') return null;
      throw error;
    });
    if (camera && (await keys.opens(camera, request.credentials))) return { camera, publisher: null };
    // What there is, is told to administrators only.
    const identity = await this.#identify(request, origin);
    const caller: Caller = { identity, origin };
    requireAdmin(caller);
    if (!camera) throw new AppError('CAMERA_NOT_FOUND');
    return { camera, publisher: identity.id };
  }

  /** @throws AppError `UNAUTHENTICATED` and the like */
  async #identify(request: AccessRequest, origin: Origin): Promise<Identity> {
    const { credentials, action } = request;
    try {
      switch (credentials.kind) {
        case 'bearer':
          return await this.#o.verifier.verify(credentials.token);
        case 'basic':
        case 'digest':
          // A camera's key that is not, or no more, right: nobody's login, and no attempt at one.
          if (action === 'publish' && credentials.user === KEY_HOLDER) throw new AppError('INVALID_CREDENTIALS');
          return await this.#o.players.identify(credentials, origin);
        default:
          throw new AppError('UNAUTHENTICATED');
      }
    } catch (error) {
      const wrong = error instanceof AppError && error.status === 401 && shows(request);
      if (wrong) await this.#o.wrong.count(request.address);
      throw error;
    }
  }
}

/** Whether something is shown that can be wrong: who publishes by WHIP may have put a key into the address. */
function shows({ credentials, action, protocol }: AccessRequest): boolean {
  return credentials.kind !== 'none' || (action === 'publish' && protocol !== 'rtsp');
}

function refused(reason: Extract<AccessAnswer, { outcome: 'refused' }>['reason'], detail: string): AccessAnswer {
  return { outcome: 'refused', reason, detail };
}
