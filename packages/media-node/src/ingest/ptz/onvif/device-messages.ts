import { OnvifMalformed } from './onvif-malformed.ts';
import { elementAt, textAt, type XmlElement } from './xml.ts';

/** ONVIF Core 8.3.1 (GetSystemDateAndTime); needs no sign-in. */
export const getSystemDateAndTime = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

/** ONVIF Core 8.1.2 (GetCapabilities): older than `GetServices`, and answered by what is newer too. */
export const getCapabilities =
  '<GetCapabilities xmlns="http://www.onvif.org/ver10/device/wsdl"><Category>All</Category></GetCapabilities>';

/** ONVIF Media 5.2.2 (GetProfiles). */
export const getProfiles = '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>';

/**
 * The camera's clock, milliseconds since the epoch; null when it does not tell it in UTC.
 * @param answer `GetSystemDateAndTimeResponse`
 */
export function readSystemDateAndTime(answer: XmlElement): number | null {
  const utc = elementAt(answer, 'SystemDateAndTime', 'UTCDateTime');
  if (utc === undefined) return null;
  const number = (...path: string[]) => Number.parseInt(textAt(utc, ...path), 10);
  const time = Date.UTC(
    number('Date', 'Year'),
    number('Date', 'Month') - 1,
    number('Date', 'Day'),
    number('Time', 'Hour'),
    number('Time', 'Minute'),
    number('Time', 'Second'),
  );
  return Number.isFinite(time) ? time : null;
}

/** Paths (with query) of the services that moving takes; null for one the camera does not have. */
export interface OnvifServices {
  readonly media: string | null;
  readonly ptz: string | null;
}

/**
 * Only paths: the host a camera names is the one it knows itself by, which is often not how it is reached, and must not
 * lead us anywhere else.
 * @param answer `GetCapabilitiesResponse`
 */
export function readCapabilities(answer: XmlElement): OnvifServices {
  const path = (service: string) => {
    const url = URL.parse(textAt(answer, 'Capabilities', service, 'XAddr'));
    return url !== null && /^https?:$/.test(url.protocol) ? `${url.pathname}${url.search}` : null;
  };
  return { media: path('Media'), ptz: path('PTZ') };
}

/**
 * Token of the first profile that can be moved; null when none can.
 * @param answer `GetProfilesResponse`
 * @throws OnvifMalformed for a token no camera has
 */
export function readMovableProfile(answer: XmlElement): string | null {
  const movable = answer.children.find(
    (child) => child.name === 'Profiles' && elementAt(child, 'PTZConfiguration') !== undefined,
  );
  if (movable === undefined) return null;
  const token = movable.attributes.get('token') ?? '';
  if (token === '' || token.length > 200) throw new OnvifMalformed('a profile without a token');
  return token;
}
