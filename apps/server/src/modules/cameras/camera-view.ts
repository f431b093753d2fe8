import type { Camera } from '@marsad/contract';
import type { CameraLive } from '../../media-plane/camera-live.ts';
import type { CameraRow } from './cameras.repository.ts';

/**
 * A camera as the API tells it: what the catalogue has, and how it is at this moment.
 * @param showAddresses whether who asks may see where it is, passwords masked
 */
export function cameraView(row: CameraRow, live: CameraLive, showAddresses: boolean): Camera {
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    id: row.id,
    name: row.name,
    name_ar: row.name_ar,
    source: row.source,
    ingest: row.ingest,
    path: row.path,
    ...(showAddresses && row.main_display !== null
      ? { rtsp_url: row.main_display, sub_rtsp_url: row.sub_display }
      : {}),
    ...(showAddresses ? { ptz_url: row.ptz_display } : {}),
    status: live.status,
    ptz_enabled: row.ptz_enabled,
    recording_server: row.recording_server,
    metadata: row.metadata,
    location:
      row.latitude === null || row.longitude === null
        ? null
        : { latitude: row.latitude, longitude: row.longitude, address: row.address ?? '' },
    mode: row.mode,
    transport: row.transport,
    has_sub: row.sub_display !== null,
    state: live.stream.state,
    state_reason: live.stream.reason,
    state_detail: live.stream.detail,
    state_since: time(live.stream.since),
    last_picture_at: live.stream.last_picture_at === null ? null : time(live.stream.last_picture_at),
    width: live.width,
    height: live.height,
    frame_rate: live.frameRate,
    hidden_since: row.hidden_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
