import type { PtzAction } from '@marsad/contract';
import { RpcError } from '@marsad/media-node';
import { AppError } from '../platform/app-error.ts';
import type { MediaPlane } from './media-plane.ts';
import type { NodeLink } from './node-link.ts';

/** Longer than a node waits for a camera with what it is told and with what was before that. */
const patienceMs = 9_000;

/** Reaches the motors of cameras through the ingest that has them: it is in their network, the api may not be. */
export class PtzLink {
  readonly #mediaPlane: Pick<MediaPlane, 'ingestOf'>;

  constructor(mediaPlane: Pick<MediaPlane, 'ingestOf'>) {
    this.#mediaPlane = mediaPlane;
  }

  /** @param url of its ONVIF device service, with credentials. @throws AppError `SERVICE_UNAVAILABLE` */
  act(camera: string, url: string, action: PtzAction) {
    return this.#ask(camera, ({ rpc }) => rpc.call('ingest.ptz', { camera, url, action }, patienceMs));
  }

  /** @throws AppError `SERVICE_UNAVAILABLE` */
  presets(camera: string, url: string) {
    return this.#ask(camera, ({ rpc }) => rpc.call('ingest.ptzPresets', { camera, url }, patienceMs));
  }

  async #ask<T>(camera: string, ask: (link: NodeLink) => Promise<T>): Promise<T> {
    const link = this.#mediaPlane.ingestOf(camera);
    if (!link?.rpc.connected) throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
    try {
      return await ask(link);
    } catch (error) {
      if (error instanceof RpcError) throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' }, error);
      throw error;
    }
  }
}
