import type { CameraAddresses } from './cameras.repository.ts';

/**
 * Where a camera is moved: at its own address for that, or else where most cameras have it, at the host of its RTSP address
 * and as the same user. Null for one that has neither.
 */
export function ptzAddressOf({ ptz, main }: Pick<CameraAddresses, 'ptz' | 'main'>): string | null {
  if (ptz !== null) return ptz;
  const rtsp = main === null ? null : URL.parse(main);
  if (rtsp === null) return null;
  const url = new URL(`http://${rtsp.hostname}/onvif/device_service`);
  url.username = rtsp.username;
  url.password = rtsp.password;
  return url.href;
}
