import type { PresetRefusal } from '../ptz/presets.ts';
import { durationMs } from './duration.ts';
import { profileOf } from './media-service.ts';
import {
  CONFIGURATION,
  DEFAULT_MOVE_MS,
  LONGEST_MOVE_MS,
  ptzConfiguration,
  ptzConfigurationOptions,
  ptzNode,
} from './ptz-configuration.ts';
import { formatPosition, readVector } from './ptz-vector.ts';
import type { OnvifCall, OnvifService } from './service.ts';
import { SoapFault, wrongArgument } from './soap-fault.ts';
import { escapeXml, find, type XmlElement } from './xml.ts';

/** Operations that set the head going. */
export const MOVES: Readonly<OnvifService['operations']> = {
  ContinuousMove: ({ camera, request, nowMs }) => {
    const velocity = readVector(find(request, 'Velocity'), 'velocity');
    const asked = timeout(request);
    camera.head.drive(velocity, nowMs, camera.fault?.kind === 'ptz-ignores-timeout' ? Infinity : asked);
    return '';
  },
  RelativeMove: ({ camera, request, nowMs }) => {
    camera.head.shift(readVector(find(request, 'Translation'), 'translation'), nowMs, speed(request));
    return '';
  },
  AbsoluteMove: ({ camera, request, nowMs }) => {
    camera.head.glide(readVector(find(request, 'Position'), 'position'), nowMs, speed(request));
    return '';
  },
  GotoPreset: ({ camera, request, nowMs }) => {
    const preset = camera.head.presets.get(find(request, 'PresetToken')?.text ?? '');
    if (!preset) throw refusals.NoToken;
    camera.head.glide(preset.position, nowMs, speed(request));
    return '';
  },
  GotoHomePosition: ({ camera, request, nowMs }) => {
    camera.head.goHome(nowMs, speed(request));
    return '';
  },
};

/** ONVIF PTZ 5. */
export const ptzService: OnvifService = {
  path: 'ptz_service',
  namespace: 'http://www.onvif.org/ver20/ptz/wsdl',
  prefix: 'tptz',
  capabilities:
    '<tptz:Capabilities EFlip="false" Reverse="false" GetCompatibleConfigurations="false" MoveStatus="true" StatusPosition="true"/>',
  operations: {
    GetNodes: ptzNode,
    GetConfigurations: () => ptzConfiguration('tptz:PTZConfiguration'),
    GetConfigurationOptions: ({ request }) => {
      if (find(request, 'ConfigurationToken')?.text === CONFIGURATION) return ptzConfigurationOptions();
      throw wrongArgument('NoConfig', 'there is no such configuration');
    },
    GetStatus: ofProfile(status),
    ...Object.fromEntries(Object.entries(MOVES).map(([name, move]) => [name, ofProfile(move)])),
    Stop: ofProfile(({ camera, request, nowMs }) => {
      // What is not named is stopped too (5.3.4).
      const flag = (name: string) => !/^(false|0)$/.test(find(request, name)?.text ?? '');
      camera.head.stop(nowMs, { panTilt: flag('PanTilt'), zoom: flag('Zoom') });
      return '';
    }),
    GetPresets: ofProfile(presets),
    SetPreset: ofProfile(setPreset),
    RemovePreset: ofProfile(({ camera, request }) => {
      if (!camera.head.presets.remove(find(request, 'PresetToken')?.text ?? '')) throw refusals.NoToken;
      return '';
    }),
    SetHomePosition: ofProfile(({ camera, nowMs }) => {
      camera.head.setHome(nowMs);
      return '';
    }),
  },
};

const refusals: Readonly<Record<PresetRefusal, SoapFault>> = {
  NoToken: wrongArgument('NoToken', 'there is no such preset'),
  PresetExist: wrongArgument('PresetExist', 'another preset has this name'),
  InvalidPresetName: wrongArgument('InvalidPresetName', 'the name is empty or too long'),
  TooManyPresets: new SoapFault('Receiver', ['Action', 'TooManyPresets'], 'there is no room for another preset'),
};

function ofProfile(operation: (call: OnvifCall) => string): (call: OnvifCall) => string {
  return (call) => {
    profileOf(call.request);
    return operation(call);
  };
}

function speed(request: XmlElement) {
  return readVector(find(request, 'Speed'), 'speed');
}

/** Milliseconds. */
function timeout(request: XmlElement): number {
  const named = find(request, 'Timeout');
  if (!named) return DEFAULT_MOVE_MS;
  const ms = durationMs(named.text);
  if (ms !== null && ms > 0 && ms <= LONGEST_MOVE_MS) return ms;
  throw wrongArgument('TimeoutNotSupported', `the timeout is to be at most PT${LONGEST_MOVE_MS / 1000}S`);
}

function status({ camera: { head }, nowMs, clockMs }: OnvifCall): string {
  const state = (moving: boolean) => (moving ? 'MOVING' : 'IDLE');
  return (
    `<tptz:PTZStatus><tt:Position>${formatPosition(head.position(nowMs))}</tt:Position>` +
    `<tt:MoveStatus><tt:PanTilt>${state(head.turning(nowMs))}</tt:PanTilt><tt:Zoom>${state(head.zooming(nowMs))}</tt:Zoom></tt:MoveStatus>` +
    `<tt:UtcTime>${new Date(clockMs).toISOString()}</tt:UtcTime></tptz:PTZStatus>`
  );
}

function presets({ camera }: OnvifCall): string {
  return camera.head.presets
    .entries()
    .map(
      ([token, { name, position }]) =>
        `<tptz:Preset token="${token}"><tt:Name>${escapeXml(name)}</tt:Name>` +
        `<tt:PTZPosition>${formatPosition(position)}</tt:PTZPosition></tptz:Preset>`,
    )
    .join('');
}

function setPreset({ camera: { head }, request, nowMs }: OnvifCall): string {
  const given = (name: string) => find(request, name)?.text ?? null;
  const stored = head.presets.store(head.position(nowMs), given('PresetName'), given('PresetToken'));
  if ('refusal' in stored) throw refusals[stored.refusal];
  return `<tptz:PresetToken>${stored.token}</tptz:PresetToken>`;
}
