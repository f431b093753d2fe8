import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Loop } from '../encoding/loop.ts';
import { LoopCache } from '../encoding/loop-cache.ts';
import type { ProfileName } from '../encoding/profile.ts';
import { Fault, type FaultInput } from '../faults/fault.ts';
import { OnvifServer } from '../onvif/server.ts';
import type { LoggedCommand } from '../ptz/command-log.ts';
import type { PtzPosition } from '../ptz/position.ts';
import { type RtspCredentials, RtspServer } from '../rtsp/server.ts';
import type { SceneName } from '../scenes/scene.ts';
import { humTemplates } from '../streams/hum.ts';
import { VariantSources } from '../streams/variant-sources.ts';
import { FarmCamera } from './camera.ts';
import { type FarmCameraInfo, farmCameras } from './camera-list.ts';
import { ControlServer } from './control.ts';
import { FrameClock } from './frame-clock.ts';
import { Pacer } from './pacer.ts';

export interface FarmOptions {
  /** Default 12. */
  readonly cameras?: number;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free port. Default 18554. */
  readonly port?: number;
  /** Folder for encoded loops. Default `marsad-farm` in the system's temporary folder. */
  readonly cache?: string;
  /** For streams, in the scheme named, and for ONVIF. Default null: nobody is asked. */
  readonly credentials?: RtspCredentials | null;
  /** Port on `host` where every third camera is moved by ONVIF; 0 takes a free one, null: none can be. Default null. */
  readonly onvifPort?: number | null;
  /** Port of the control endpoint on 127.0.0.1; 0 takes a free one, null opens none. Default null. */
  readonly controlPort?: number | null;
  /** Seconds that a session lives without a sign of its client. Default 60. */
  readonly sessionTimeout?: number;
  /** Scene for every camera instead of each one's own: benches and tests need only one to be encoded. */
  readonly scene?: SceneName;
  /** Moment of frame 0, in milliseconds since the epoch of Unix. Default 2026-01-01T00:00:00Z. */
  readonly epochMs?: number;
  /** Called for each frame that was sent to at least one client; `epochMs` is when. */
  readonly onFrameSent?: (camera: string, profile: ProfileName, frame: number, epochMs: number) => void;
  /** Cameras that `onFrameSent` is called for. Default all. */
  readonly logFramesFor?: readonly string[];
  /** Hears how far encoding has come, 0 to 1, all scenes together; silent when everything is cached. */
  readonly onEncoding?: (share: number) => void;
}

export interface FarmStatistics {
  readonly clients: number;
  readonly pictures: number;
  /** Pictures that clients were too slow for. */
  readonly lostPictures: number;
  readonly bytes: number;
}

/** A camera that can be moved, as it is now. */
export interface FarmPtz {
  readonly position: PtzPosition;
  readonly moving: boolean;
  /** The last hundred ONVIF operations it was asked for by who may, the oldest first. */
  readonly commands: readonly LoggedCommand[];
}

export interface Farm {
  readonly port: number;
  readonly onvifPort: number | null;
  readonly controlPort: number | null;
  readonly cameras: readonly FarmCameraInfo[];
  /** Sums over the clients that are connected now. */
  statistics(): FarmStatistics;
  /** When a frame of a camera is due, in milliseconds since the epoch of Unix. */
  frameTime(camera: string, frame: number): number;
  /** Throws RangeError for an unknown camera, and for one that cannot be moved. */
  ptz(camera: string): FarmPtz;
  /** Makes a camera faulty; throws for an unknown camera or fault. */
  setFault(camera: string, fault: FaultInput): Promise<void>;
  clearFault(camera: string): void;
  close(): Promise<void>;
}

/**
 * Starts a camera farm; it has started once all its scenes are drawn. Rejects when a port is taken or a scene cannot be
 * encoded.
 */
export async function startFarm(options: FarmOptions = {}): Promise<Farm> {
  const host = options.host ?? '127.0.0.1';
  const shares = new Map<SceneName, number>();
  const cache = new LoopCache({
    folder: options.cache ?? join(tmpdir(), 'marsad-farm'),
    progress: (scene, share) => {
      shares.set(scene, share);
      options.onEncoding?.([...shares.values()].reduce((sum, one) => sum + one, 0) / shares.size);
    },
  });
  const { onvifPort = null } = options;
  const infos = farmCameras(options.cameras ?? 12, { host, port: options.port ?? 18554, onvifPort });
  const sceneOf = (info: FarmCameraInfo) => options.scene ?? info.scene;
  const clock = new FrameClock(options.epochMs);
  const pacer = new Pacer(clock);
  const audio = humTemplates();
  const cameras = new Map<string, FarmCamera>();
  const server = new RtspServer({
    host,
    port: options.port ?? 18554,
    credentials: options.credentials ?? null,
    sessionTimeout: options.sessionTimeout ?? 60,
    find: async (path, profile) => {
      await drawn.get(path);
      const camera = cameras.get(path);
      if (!camera || (profile !== 'main' && profile !== 'sub')) return null;
      return { stream: camera.streams[profile], name: camera.info.name, fault: camera.fault };
    },
  });
  const variants = new VariantSources(cache);
  const { onFrameSent, logFramesFor } = options;
  const add = (info: FarmCameraInfo, number: number, loops: Readonly<Record<ProfileName, Loop>>) => {
    const scene = sceneOf(info);
    const heard = onFrameSent && (logFramesFor === undefined || logFramesFor.includes(info.path));
    const camera = new FarmCamera({
      info: { ...info, scene },
      number,
      loops,
      audio,
      clock,
      pacer,
      variant: (kind) => variants.load(kind, scene),
      onFrameSent: heard ? (profile, frame, epochMs) => onFrameSent(info.path, profile, frame, epochMs) : null,
      cut: (stream) => server.cut(stream),
    });
    cameras.set(info.path, camera);
  };
  // Clients may come at once: each waits until its camera has something to show, and is not told that it does not exist.
  const loops = new Map([...new Set(infos.map(sceneOf))].map((name) => [name, cache.load(name)]));
  const drawn = new Map(
    infos.map((info, number) => [info.path, loops.get(sceneOf(info))?.then((loop) => add(info, number, loop))]),
  );
  const allDrawn = Promise.all(drawn.values());
  allDrawn.catch(() => {});

  const port = await server.start();
  const failed = (error: unknown) => server.close().then(() => Promise.reject(error));
  await allDrawn.catch(failed);
  const onvif = new OnvifServer({
    host,
    port: onvifPort ?? 0,
    credentials: options.credentials ?? null,
    now: () => clock.now(),
    find: (path) => {
      const { head = null, commands, fault = null } = cameras.get(path) ?? {};
      return head && commands ? { path, head, commands, fault } : null;
    },
    rtspPort: port,
  });
  const openedOnvif = onvifPort === null ? null : await onvif.start().catch(failed);
  const listed = farmCameras(infos.length, { host, port, onvifPort: openedOnvif });
  const camera = (path: string): FarmCamera => {
    const found = cameras.get(path);
    if (!found) throw new RangeError(`no camera ${path}`);
    return found;
  };
  const setFault = (path: string, fault: FaultInput) => camera(path).setFault(Fault.parse(fault));
  const clearFault = (path: string) => camera(path).clearFault();
  const players = () =>
    [...cameras.values()].flatMap(({ streams }) => [...streams.main.players, ...streams.sub.players]);
  const statistics = (): FarmStatistics => {
    const all = players();
    const sum = (key: 'pictures' | 'lostPictures' | 'bytes') => all.reduce((total, one) => total + one[key], 0);
    return { clients: all.length, pictures: sum('pictures'), lostPictures: sum('lostPictures'), bytes: sum('bytes') };
  };
  const ptz = (path: string): FarmPtz => {
    const { head, commands } = camera(path);
    if (!head) throw new RangeError(`${path} cannot be moved`);
    const now = clock.now();
    return { position: head.position(now), moving: head.moving(now), commands: commands.list() };
  };
  const control = new ControlServer({
    cameras: () => listed.map((info) => ({ ...info, fault: cameras.get(info.path)?.fault ?? null })),
    setFault,
    clearFault,
    statistics,
    ptz,
  });
  const controlPort = options.controlPort === undefined || options.controlPort === null ? null : options.controlPort;
  const openedControl = controlPort === null ? null : await control.start(controlPort);

  return {
    port,
    onvifPort: openedOnvif,
    controlPort: openedControl,
    cameras: listed,
    statistics,
    frameTime: (path, frame) => clock.timeOf(frame, camera(path).phaseMs),
    ptz,
    setFault,
    clearFault,
    close: async () => {
      pacer.close();
      for (const one of cameras.values()) one.close();
      await control.close();
      await onvif.close();
      await server.close();
    },
  };
}
