import type { PtzAction } from '@marsad/contract';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../clock/clock.ts';
import {
  continuousMove,
  getPresets,
  gotoHomePosition,
  gotoPreset,
  numberPresets,
  type OnvifPreset,
  readPresets,
  stop,
} from './onvif/ptz-messages.ts';
import { type Movable, OnvifDevice } from './onvif-device.ts';
import { PtzError } from './ptz-error.ts';

export interface PtzHeadOptions {
  readonly camera: string;
  /** Of the device service, with credentials. */
  readonly url: string;
  readonly verifyCertificate: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** For everything one action asks of the camera, milliseconds. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly action: PtzAction;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const stopAttempts = 3;
const stopRetryMs = 500;

/**
 * The motors of one camera. One action at a time is with the camera and one waits; a newer one takes the place of the one
 * that waits, so that the camera never works off what an operator did seconds ago.
 */
export class PtzHead {
  readonly #o: PtzHeadOptions;
  readonly #device: OnvifDevice;
  #movable: Movable | null = null;
  /** Number → preset, as the camera had them last. */
  #presets: ReadonlyMap<number, OnvifPreset> | null = null;
  #busy = false;
  #waiting: Waiting | null = null;
  #stopping: Timer | null = null;
  #closed = false;

  /** @throws PtzError `UNREACHABLE` for what is no address */
  constructor(options: PtzHeadOptions) {
    this.#o = options;
    this.#device = new OnvifDevice(options);
  }

  get url(): string {
    return this.#o.url;
  }

  /** Whether it moves, as far as we told it to, or is being told something. */
  get active(): boolean {
    return this.#busy || this.#stopping !== null;
  }

  /**
   * Resolves when the camera has taken the action, or a newer one took its place.
   * @throws PtzError
   */
  act(action: PtzAction): Promise<void> {
    this.#stopping?.cancel();
    this.#stopping = null;
    if (this.#closed) return Promise.reject(new PtzError('UNREACHABLE', 'the node ends'));
    return new Promise((done, failed) => {
      this.#waiting?.done();
      this.#waiting = { action, done, failed };
      if (!this.#busy) void this.#work();
    });
  }

  /** @throws PtzError */
  async presets(): Promise<{ id: number; name: string }[]> {
    const found = await this.#patiently((signal) => this.#loadPresets(signal));
    return [...found].map(([id, { name }]) => ({ id, name }));
  }

  /** Leaves a camera that moves to the timeout it was given with the move. */
  close(): void {
    this.#closed = true;
    this.#stopping?.cancel();
    this.#stopping = null;
    this.#waiting?.done();
    this.#waiting = null;
    this.#device.close();
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting; next !== null && !this.#closed; next = this.#waiting) {
      this.#waiting = null;
      try {
        await this.#patiently((signal) => this.#perform(next.action, signal));
        if (next.action.kind === 'move' && this.#waiting === null) this.#stopAfter(next.action.milliseconds, 0);
        next.done();
      } catch (error) {
        next.failed(error);
      }
    }
    this.#busy = false;
  }

  async #perform(action: PtzAction, signal: AbortSignal): Promise<void> {
    const { path, profile } = await this.#explored(signal);
    const call = (body: string, expected: string) => this.#device.call(path, body, expected, signal);
    switch (action.kind) {
      case 'move':
        if (action.pan === 0 && action.tilt === 0 && action.zoom === 0) return this.#perform({ kind: 'stop' }, signal);
        // Whole seconds, because some cameras read no others; we stop it in time ourselves, some ignore them anyway.
        await call(continuousMove(profile, action, Math.ceil(action.milliseconds / 1000)), 'ContinuousMoveResponse');
        return;
      case 'stop':
        await call(stop(profile), 'StopResponse');
        return;
      case 'home':
        await call(gotoHomePosition(profile, action.speed), 'GotoHomePositionResponse');
        return;
      case 'preset': {
        const preset = this.#presets?.get(action.preset) ?? (await this.#loadPresets(signal)).get(action.preset);
        if (preset === undefined) throw new PtzError('NO_SUCH_PRESET', String(action.preset));
        await call(gotoPreset(profile, preset.token, action.speed), 'GotoPresetResponse');
      }
    }
  }

  async #loadPresets(signal: AbortSignal): Promise<ReadonlyMap<number, OnvifPreset>> {
    const { path, profile } = await this.#explored(signal);
    const answer = await this.#device.call(path, getPresets(profile), 'GetPresetsResponse', signal);
    this.#presets = numberPresets(readPresets(answer));
    return this.#presets;
  }

  async #explored(signal: AbortSignal): Promise<Movable> {
    this.#movable ??= await this.#device.explore(signal);
    return this.#movable;
  }

  async #patiently<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const patience = new AbortController();
    const timer = this.#o.clock.after(this.#o.patienceMs, () => patience.abort());
    try {
      return await ask(patience.signal);
    } catch (error) {
      // Whatever is behind this address may be another camera by now, or the same one with another clock.
      if (error instanceof PtzError && error.reason !== 'NO_SUCH_PRESET') this.#movable = null;
      throw error;
    } finally {
      timer.cancel();
    }
  }

  #stopAfter(milliseconds: number, attempt: number): void {
    if (this.#closed) return;
    const { clock, log, camera } = this.#o;
    const timer = clock.after(milliseconds, () => {
      this.act({ kind: 'stop' }).catch((error: unknown) => {
        log.warn({ err: error, camera, attempt }, 'a camera that moves did not take the stop');
        // Unless somebody has told it something else since.
        if (attempt + 1 < stopAttempts && !this.active) this.#stopAfter(stopRetryMs, attempt + 1);
      });
    });
    this.#stopping = timer;
  }
}
