import { escapeXml, textAt, type XmlElement } from './xml.ts';

const ptz = 'xmlns="http://www.onvif.org/ver20/ptz/wsdl"';
const schema = 'xmlns="http://www.onvif.org/ver10/schema"';

/** Shares of the fastest a camera can, −1 to 1: right, up and in are positive. */
export interface PtzVelocity {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/**
 * ONVIF PTZ 5.3.3 (ContinuousMove) in the generic spaces. Of pan and tilt on one hand and zoom on the other only what
 * moves is named: a camera without a zoom lens refuses a zoom of 0.
 * @param seconds after which the camera is to stop by itself
 */
export function continuousMove(profile: string, { pan, tilt, zoom }: PtzVelocity, seconds: number): string {
  const turn = pan === 0 && tilt === 0 ? '' : `<PanTilt ${schema} x="${pan}" y="${tilt}"/>`;
  const lens = zoom === 0 ? '' : `<Zoom ${schema} x="${zoom}"/>`;
  return (
    `<ContinuousMove ${ptz}><ProfileToken>${escapeXml(profile)}</ProfileToken>` +
    `<Velocity>${turn}${lens}</Velocity><Timeout>PT${seconds}S</Timeout></ContinuousMove>`
  );
}

/** ONVIF PTZ 5.3.6 (Stop): all that moves. */
export function stop(profile: string): string {
  return `<Stop ${ptz}><ProfileToken>${escapeXml(profile)}</ProfileToken><PanTilt>true</PanTilt><Zoom>true</Zoom></Stop>`;
}

/** ONVIF PTZ 5.4.2 (GetPresets). */
export function getPresets(profile: string): string {
  return `<GetPresets ${ptz}><ProfileToken>${escapeXml(profile)}</ProfileToken></GetPresets>`;
}

/** ONVIF PTZ 5.4.3 (GotoPreset). */
export function gotoPreset(profile: string, preset: string, speed: number): string {
  return (
    `<GotoPreset ${ptz}><ProfileToken>${escapeXml(profile)}</ProfileToken>` +
    `<PresetToken>${escapeXml(preset)}</PresetToken>${speedOf(speed)}</GotoPreset>`
  );
}

/** ONVIF PTZ 5.5.1 (GotoHomePosition). */
export function gotoHomePosition(profile: string, speed: number): string {
  return `<GotoHomePosition ${ptz}><ProfileToken>${escapeXml(profile)}</ProfileToken>${speedOf(speed)}</GotoHomePosition>`;
}

export interface OnvifPreset {
  readonly token: string;
  readonly name: string;
}

/** @param answer `GetPresetsResponse` */
export function readPresets(answer: XmlElement): OnvifPreset[] {
  return answer.children
    .filter(({ name, attributes }) => name === 'Preset' && (attributes.get('token') ?? '') !== '')
    .slice(0, 1000)
    .map((preset) => {
      const token = (preset.attributes.get('token') ?? '').slice(0, 200);
      return { token, name: textAt(preset, 'Name').slice(0, 200) || token };
    });
}

/**
 * Numbers for people and programs that know only numbers: the tokens, where every one is a number of its own; else places
 * in the camera's list, from 1.
 */
export function numberPresets(presets: readonly OnvifPreset[]): Map<number, OnvifPreset> {
  const tokens = presets.map(({ token }) => (/^[1-9]\d{0,8}$/.test(token) ? Number(token) : null));
  const own = tokens.every((token) => token !== null) && new Set(tokens).size === tokens.length;
  return new Map(presets.map((preset, place) => [own ? Number(preset.token) : place + 1, preset]));
}

function speedOf(speed: number): string {
  return `<Speed><PanTilt ${schema} x="${speed}" y="${speed}"/><Zoom ${schema} x="${speed}"/></Speed>`;
}
