import type { CameraIngest, CameraInput, CameraPatch } from '@marsad/contract';
import { ValidationError } from '../../platform/http/validation.ts';
import type { CameraAddresses, CameraValues } from './cameras.repository.ts';
import { unmaskAddress } from './rtsp-address.ts';

type StreamAddresses = Omit<CameraAddresses, 'ptz'>;

/**
 * @param known everything that decides about it, as it is to be from now on
 * @returns where the camera is moved
 * @throws ValidationError for a camera that is to be moved, and nothing says where
 */
export function ptzAddressFrom(
  given: string | null | undefined,
  { ingest, enabled, before }: { ingest: CameraIngest; enabled: boolean; before: string | null },
): string | null {
  const address = typeof given === 'string' ? addressOf('ptz_url', given, before) : given === null ? null : before;
  if (address === null && enabled && ingest === 'push') {
    throw ValidationError.at('ptz_url', 'is needed to move a camera that is pushed', 'مطلوب لتحريك كاميرا تبث إلينا');
  }
  return address;
}

/** @throws ValidationError when what is given and how the stream comes do not belong together */
export function addressesOf(
  ingest: CameraIngest,
  { rtsp_url, sub_rtsp_url }: Pick<CameraPatch, 'rtsp_url' | 'sub_rtsp_url'>,
  before: StreamAddresses,
): StreamAddresses {
  if (ingest === 'push') {
    if (rtsp_url === undefined && (sub_rtsp_url ?? null) === null) return { main: null, sub: null };
    throw ValidationError.at(
      'rtsp_url',
      'a camera that is pushed has no address',
      'الكاميرا التي تبث إلينا لا عنوان لها',
    );
  }
  const main = rtsp_url === undefined ? before.main : addressOf('rtsp_url', rtsp_url, before.main);
  if (main === null) throw ValidationError.at('rtsp_url', 'is needed', 'مطلوب');
  if (sub_rtsp_url === undefined) return { main, sub: before.sub };
  return { main, sub: sub_rtsp_url && addressOf('sub_rtsp_url', sub_rtsp_url, before.sub) };
}

function addressOf(field: string, address: string, known: string | null): string {
  const whole = unmaskAddress(address, known);
  if (whole !== null) return whole;
  throw ValidationError.at(field, 'the password has to be entered again', 'يجب إدخال كلمة المرور من جديد');
}

export function valuesOf(input: CameraInput, demo = false): CameraValues {
  return {
    name: input.name,
    name_ar: input.name_ar ?? input.name,
    source: input.source,
    ingest: input.ingest,
    path: input.path,
    mode: input.mode,
    transport: input.transport,
    ptz_enabled: input.ptz_enabled,
    recording_server: input.recording_server,
    metadata: JSON.stringify(input.metadata),
    latitude: input.location?.latitude ?? null,
    longitude: input.location?.longitude ?? null,
    address: input.location?.address ?? null,
    demo,
  };
}

export function changesOf({ rtsp_url, sub_rtsp_url, ptz_url, location, metadata, ...plain }: CameraPatch) {
  return {
    ...plain,
    ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
    ...(location === undefined
      ? {}
      : {
          latitude: location?.latitude ?? null,
          longitude: location?.longitude ?? null,
          address: location?.address ?? null,
        }),
  };
}
