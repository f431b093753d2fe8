import { MediamtxClient } from '../media-plane/mediamtx-client.ts';
import { MediamtxPaths } from '../media-plane/mediamtx-paths.ts';
import { CameraFeed } from '../modules/cameras/camera-feed.ts';
import { CameraRepository } from '../modules/cameras/cameras.repository.ts';
import { CamerasService } from '../modules/cameras/cameras.service.ts';
import { seedDemoCameras } from '../modules/cameras/demo-cameras.ts';
import { maskAddress } from '../modules/cameras/rtsp-address.ts';
import type { Foundation } from './foundation.ts';

export type Catalogue = Awaited<ReturnType<typeof openCatalogue>>;

/** Which cameras there are, and who has to know. */
export async function openCatalogue({ config, log, opened, database, mediaPlane, audit, box }: Foundation) {
  const repository = new CameraRepository(database.sql, box, maskAddress);
  await seedDemoCameras({ repository, file: config.demo.listFile, log });
  const mediamtx =
    config.mediamtx &&
    new MediamtxPaths({
      client: new MediamtxClient(config.mediamtx.apiUrl),
      rtspUrl: config.mediamtx.rtspUrl,
      ours: async (ids) => new Set((await repository.briefs(ids)).map(({ id }) => id)),
      log,
    });
  if (mediamtx) opened.push(() => mediamtx.close());
  const feed = new CameraFeed({ repository, mediaPlane, mediamtx, log, onChange: () => cameras.forget() });
  opened.push(() => feed.close());
  const cameras: CamerasService = new CamerasService({
    repository,
    audit,
    mediaPlane,
    onChange: () => feed.wake(),
  });
  return { repository, feed, cameras };
}
