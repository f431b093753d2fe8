import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FaultInput } from '../../apps/simulator/src/faults/fault.ts';
import { freePort } from '../fixtures/ports.ts';
import { until } from '../fixtures/until.ts';

const simulator = fileURLToPath(new URL('../../apps/simulator/src/main.ts', import.meta.url));
// The one that the simulator's own tests use: what they have encoded for a fault is not encoded again.
const cache = fileURLToPath(new URL('../../.cache/loops', import.meta.url));

/** The simulator's cameras in a process of their own, to be broken one by one over its control endpoint. */
export class CameraFarm {
  readonly #child: ChildProcess;
  readonly #rtspPort: number;
  readonly #control: string;

  private constructor(child: ChildProcess, rtspPort: number, control: string) {
    this.#child = child;
    this.#rtspPort = rtspPort;
    this.#control = control;
  }

  /** The first start on a machine draws and encodes the scene, which takes a minute. */
  static async start(cameras: number): Promise<CameraFarm> {
    const [rtspPort, controlPort] = await Promise.all([freePort(), freePort()]);
    const args = [
      'farm',
      '--cameras',
      String(cameras),
      '--port',
      String(rtspPort),
      '--scene',
      'junction',
      '--cache',
      cache,
    ];
    const child = spawn(process.execPath, [simulator, ...args, '--control-port', String(controlPort)], {
      stdio: 'ignore',
    });
    const control = `http://127.0.0.1:${controlPort}/cameras`;
    const ended = new AbortController();
    child.once('exit', () => ended.abort(new Error('the farm ended')));
    await until(async () => (await fetch(control)).ok, 300_000, 'the camera farm', ended.signal);
    return new CameraFarm(child, rtspPort, control);
  }

  /** Address of a camera, counted from 1. The small profile is the default: it costs a test least to decode. */
  url(camera: number, profile: 'main' | 'sub' = 'sub'): string {
    return `rtsp://127.0.0.1:${this.#rtspPort}/${pathOf(camera)}/${profile}`;
  }

  /** Resolves once the fault is at work; pictures it needs are encoded at its first use. */
  async breakCamera(camera: number, fault: FaultInput): Promise<void> {
    await this.#tell(camera, { method: 'POST', body: JSON.stringify(fault) });
  }

  async mend(camera: number): Promise<void> {
    await this.#tell(camera, { method: 'DELETE' });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  async #tell(camera: number, request: RequestInit): Promise<void> {
    const response = await fetch(`${this.#control}/${pathOf(camera)}/fault`, request);
    if (!response.ok) throw new Error(`the farm answered ${response.status}: ${await response.text()}`);
  }
}

function pathOf(camera: number): string {
  return `cam-${String(camera).padStart(4, '0')}`;
}
