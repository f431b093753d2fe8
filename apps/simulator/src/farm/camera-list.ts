import { createHash } from 'node:crypto';
import { agencies, type Source } from '@marsad/contract';
import type { SceneName } from '../scenes/scene.ts';
import { PLACES } from './places.ts';

/** A camera of the farm as a catalogue would list it. The same number always gives the same camera. */
export interface FarmCameraInfo {
  /** UUID, derived from the path name. */
  readonly id: string;
  /** Name in addresses and in the control endpoint: `cam-0001`. */
  readonly path: string;
  readonly name: string;
  readonly nameAr: string;
  readonly source: Source;
  readonly scene: SceneName;
  readonly location: { readonly latitude: number; readonly longitude: number; readonly address: string };
  readonly rtspUrl: string;
  readonly subRtspUrl: string;
  /** Whether it has a G.711 track. */
  readonly audio: boolean;
  /** Whether it can be moved, by ONVIF. */
  readonly ptzEnabled: boolean;
  /** Its ONVIF device service; null when it cannot be moved. */
  readonly ptzUrl: string | null;
}

export interface FarmAddress {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 18554. */
  readonly port?: number;
  /** Where cameras are moved by ONVIF. Default null: none can be. */
  readonly onvifPort?: number | null;
}

/** The agencies take turns until one has as many cameras as its quota; the others go on. */
export function farmCameras(count: number, address: FarmAddress = {}): FarmCameraInfo[] {
  const host = address.host ?? '127.0.0.1';
  const base = `rtsp://${host}:${address.port ?? 18554}`;
  const onvif = (address.onvifPort ?? null) === null ? null : `http://${host}:${address.onvifPort}`;
  const used: Record<Source, number> = { DUBAI_POLICE: 0, METRO: 0, BUS: 0, OTHER: 0 };
  const turns: readonly Source[] = ['DUBAI_POLICE', 'METRO', 'BUS', 'OTHER'];
  const list: FarmCameraInfo[] = [];
  for (let turn = 0; list.length < count; turn++) {
    const source = turns[turn % turns.length] ?? 'OTHER';
    if (source !== 'OTHER' && used[source] >= agencies[source].limit) continue;
    list.push(camera(list.length + 1, source, used[source]++, base, onvif));
  }
  return list;
}

function camera(number: number, source: Source, ofAgency: number, base: string, onvif: string | null): FarmCameraInfo {
  const places = PLACES[source];
  const place = places[ofAgency % places.length];
  if (place === undefined) throw new Error(`no places for ${source}`);
  const path = `cam-${String(number).padStart(4, '0')}`;
  const ptzUrl = onvif !== null && number % 3 === 1 ? `${onvif}/${path}/onvif/device_service` : null;
  const serial = String(Math.floor(ofAgency / places.length) + 1).padStart(2, '0');
  return {
    id: stableId(path),
    path,
    name: `${place.name} – ${serial}`,
    nameAr: `${place.nameAr} – ${serial}`,
    source,
    scene: place.scene,
    location: { latitude: place.latitude, longitude: place.longitude, address: place.address },
    rtspUrl: `${base}/${path}/main`,
    subRtspUrl: `${base}/${path}/sub`,
    audio: number % 3 === 2,
    ptzEnabled: ptzUrl !== null,
    ptzUrl,
  };
}

/** A version 5 UUID (RFC 9562 5.5) in a name space of the farm's own. */
function stableId(path: string): string {
  const namespace = Buffer.from('5b0f6c1e8d3a4c729a41e27c0d9f1b36', 'hex');
  const hash = createHash('sha1').update(namespace).update(path).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
