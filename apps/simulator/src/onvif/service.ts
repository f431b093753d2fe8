import type { Fault } from '../faults/fault.ts';
import type { CommandLog } from '../ptz/command-log.ts';
import type { PtzHead } from '../ptz/head.ts';
import type { XmlElement } from './xml.ts';

/** A camera that can be moved, as ONVIF sees it. */
export interface OnvifCamera {
  /** Name in addresses. */
  readonly path: string;
  readonly head: PtzHead;
  readonly commands: CommandLog;
  readonly fault: Fault | null;
}

/** One request that may be answered. */
export interface OnvifCall {
  readonly camera: OnvifCamera;
  /** The operation's element. */
  readonly request: XmlElement;
  /** For the head: milliseconds that never step. */
  readonly nowMs: number;
  /** What the camera takes for the time, in milliseconds since the epoch of Unix. */
  readonly clockMs: number;
  /** Where the camera's services are: `http://127.0.0.1:18555/cam-0001/onvif`. */
  readonly services: string;
  /** Where its streams are: `rtsp://127.0.0.1:18554/cam-0001`. */
  readonly streams: string;
}

export interface OnvifService {
  /** End of its path: `ptz_service`. */
  readonly path: string;
  readonly namespace: string;
  /** Prefix of the namespace in answers. */
  readonly prefix: string;
  /** Its element `Capabilities`. */
  readonly capabilities: string;
  /** By name: what stands in the answer. They throw SoapFault. */
  readonly operations: Readonly<Record<string, (call: OnvifCall) => string>>;
}
