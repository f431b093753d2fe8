import { MAX_PRESETS } from '../ptz/presets.ts';

/** Tokens of the one node and its one configuration. */
export const NODE = 'head';
export const CONFIGURATION = 'head-configuration';

/** How long a continuous movement lasts that names no time, and the longest that it may name. */
export const DEFAULT_MOVE_MS = 10_000;
export const LONGEST_MOVE_MS = 60_000;

const base = 'http://www.onvif.org/ver10/tptz';

/** The generic spaces of ONVIF PTZ 5.7: no camera of the farm knows others. */
export const SPACES = {
  position: {
    panTilt: `${base}/PanTiltSpaces/PositionGenericSpace`,
    zoom: `${base}/ZoomSpaces/PositionGenericSpace`,
  },
  translation: {
    panTilt: `${base}/PanTiltSpaces/TranslationGenericSpace`,
    zoom: `${base}/ZoomSpaces/TranslationGenericSpace`,
  },
  velocity: {
    panTilt: `${base}/PanTiltSpaces/VelocityGenericSpace`,
    zoom: `${base}/ZoomSpaces/VelocityGenericSpace`,
  },
  speed: { panTilt: `${base}/PanTiltSpaces/GenericSpeedSpace`, zoom: `${base}/ZoomSpaces/ZoomGenericSpeedSpace` },
} as const;

/** A PTZConfiguration under the name that its place gives it. */
export function ptzConfiguration(element: string): string {
  return (
    `<${element} token="${CONFIGURATION}"><tt:Name>PTZ</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>${NODE}</tt:NodeToken>` +
    // The schema spells it so.
    `<tt:DefaultAbsolutePantTiltPositionSpace>${SPACES.position.panTilt}</tt:DefaultAbsolutePantTiltPositionSpace>` +
    `<tt:DefaultAbsoluteZoomPositionSpace>${SPACES.position.zoom}</tt:DefaultAbsoluteZoomPositionSpace>` +
    `<tt:DefaultRelativePanTiltTranslationSpace>${SPACES.translation.panTilt}</tt:DefaultRelativePanTiltTranslationSpace>` +
    `<tt:DefaultRelativeZoomTranslationSpace>${SPACES.translation.zoom}</tt:DefaultRelativeZoomTranslationSpace>` +
    `<tt:DefaultContinuousPanTiltVelocitySpace>${SPACES.velocity.panTilt}</tt:DefaultContinuousPanTiltVelocitySpace>` +
    `<tt:DefaultContinuousZoomVelocitySpace>${SPACES.velocity.zoom}</tt:DefaultContinuousZoomVelocitySpace>` +
    `<tt:DefaultPTZSpeed><tt:PanTilt x="1" y="1" space="${SPACES.speed.panTilt}"/>` +
    `<tt:Zoom x="1" space="${SPACES.speed.zoom}"/></tt:DefaultPTZSpeed>` +
    `<tt:DefaultPTZTimeout>PT${DEFAULT_MOVE_MS / 1000}S</tt:DefaultPTZTimeout>` +
    `<tt:PanTiltLimits><tt:Range>${plane(SPACES.position.panTilt, -1, 1)}</tt:Range></tt:PanTiltLimits>` +
    `<tt:ZoomLimits><tt:Range>${line(SPACES.position.zoom, 0, 1)}</tt:Range></tt:ZoomLimits></${element}>`
  );
}

/** ONVIF PTZ 5.2.3. */
export function ptzConfigurationOptions(): string {
  return (
    `<tptz:PTZConfigurationOptions><tt:Spaces>${spaces}</tt:Spaces><tt:PTZTimeout><tt:Min>PT0.001S</tt:Min>` +
    `<tt:Max>PT${LONGEST_MOVE_MS / 1000}S</tt:Max></tt:PTZTimeout></tptz:PTZConfigurationOptions>`
  );
}

/** ONVIF PTZ 5.1.1. */
export function ptzNode(): string {
  return (
    `<tptz:PTZNode token="${NODE}" FixedHomePosition="false"><tt:Name>Head</tt:Name>` +
    `<tt:SupportedPTZSpaces>${spaces}</tt:SupportedPTZSpaces>` +
    `<tt:MaximumNumberOfPresets>${MAX_PRESETS}</tt:MaximumNumberOfPresets><tt:HomeSupported>true</tt:HomeSupported></tptz:PTZNode>`
  );
}

const space = (element: string, content: string) => `<tt:${element}>${content}</tt:${element}>`;

const spaces = [
  space('AbsolutePanTiltPositionSpace', plane(SPACES.position.panTilt, -1, 1)),
  space('AbsoluteZoomPositionSpace', line(SPACES.position.zoom, 0, 1)),
  space('RelativePanTiltTranslationSpace', plane(SPACES.translation.panTilt, -1, 1)),
  space('RelativeZoomTranslationSpace', line(SPACES.translation.zoom, -1, 1)),
  space('ContinuousPanTiltVelocitySpace', plane(SPACES.velocity.panTilt, -1, 1)),
  space('ContinuousZoomVelocitySpace', line(SPACES.velocity.zoom, -1, 1)),
  space('PanTiltSpeedSpace', line(SPACES.speed.panTilt, 0, 1)),
  space('ZoomSpeedSpace', line(SPACES.speed.zoom, 0, 1)),
].join('');

function line(uri: string, minimum: number, maximum: number): string {
  return `<tt:URI>${uri}</tt:URI><tt:XRange>${range(minimum, maximum)}</tt:XRange>`;
}

function plane(uri: string, minimum: number, maximum: number): string {
  return `${line(uri, minimum, maximum)}<tt:YRange>${range(minimum, maximum)}</tt:YRange>`;
}

function range(minimum: number, maximum: number): string {
  return `<tt:Min>${minimum}</tt:Min><tt:Max>${maximum}</tt:Max>`;
}
