export { BARCODE_PLACES, type BarcodePlace, readBarcode } from './band/barcode.ts';
export { FRAME_RATE, GOP_PICTURES, type ProfileName } from './encoding/profile.ts';
export { type FarmAddress, type FarmCameraInfo, farmCameras } from './farm/camera-list.ts';
export { type Farm, type FarmOptions, type FarmPtz, type FarmStatistics, startFarm } from './farm/farm.ts';
export type { Fault, FaultInput } from './faults/fault.ts';
export type { LoggedCommand } from './ptz/command-log.ts';
export type { PtzPosition } from './ptz/position.ts';
export type { RtspCredentials } from './rtsp/server.ts';
