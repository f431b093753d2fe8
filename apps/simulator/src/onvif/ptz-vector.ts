import type { PtzPosition, PtzVector } from '../ptz/position.ts';
import { SPACES } from './ptz-configuration.ts';
import { wrongArgument } from './soap-fault.ts';
import { find, type XmlElement } from './xml.ts';

const FORMS = {
  velocity: { wrong: 'InvalidVelocity', lowest: { panTilt: -1, zoom: -1 } },
  translation: { wrong: 'InvalidTranslation', lowest: { panTilt: -1, zoom: -1 } },
  position: { wrong: 'InvalidPosition', lowest: { panTilt: -1, zoom: 0 } },
  speed: { wrong: 'InvalidSpeed', lowest: { panTilt: 0, zoom: 0 } },
} as const;

/**
 * Reads a PTZVector or PTZSpeed: only the axes that it names. Throws SoapFault for numbers beyond the generic space and for
 * other spaces.
 */
export function readVector(element: XmlElement | null, form: keyof typeof FORMS): PtzVector {
  const { wrong, lowest } = FORMS[form];
  const panTilt = find(element, 'PanTilt');
  const zoom = find(element, 'Zoom');
  const number = (of: XmlElement, name: string, minimum: number) => {
    const text = of.attributes.get(name) ?? '';
    const value = text === '' ? Number.NaN : Number(text);
    if (value >= minimum && value <= 1) return value;
    throw wrongArgument(wrong, `${name} is to be from ${minimum} to 1`);
  };
  const inSpace = (of: XmlElement, space: string) => {
    if ((of.attributes.get('space') || space) !== space) throw wrongArgument('SpaceNotSupported', `only ${space}`);
  };
  if (panTilt) inSpace(panTilt, SPACES[form].panTilt);
  if (zoom) inSpace(zoom, SPACES[form].zoom);
  return {
    ...(panTilt && { pan: number(panTilt, 'x', lowest.panTilt), tilt: number(panTilt, 'y', lowest.panTilt) }),
    ...(zoom && { zoom: number(zoom, 'x', lowest.zoom) }),
  };
}

/** A position as PTZVector, in the generic spaces. */
export function formatPosition({ pan, tilt, zoom }: PtzPosition): string {
  const short = (value: number) => Number(value.toFixed(6)).toString();
  return (
    `<tt:PanTilt x="${short(pan)}" y="${short(tilt)}" space="${SPACES.position.panTilt}"/>` +
    `<tt:Zoom x="${short(zoom)}" space="${SPACES.position.zoom}"/>`
  );
}
