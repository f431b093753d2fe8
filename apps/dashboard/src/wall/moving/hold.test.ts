// @vitest-environment node
import { ApiError } from '@marsad/contract';
import { describe, expect, it } from 'vitest';
import { type Clock, Hold, type Move, type Order } from './hold.ts';

/** Time that passes when it is told to. */
class TestClock implements Clock {
  #now = 1000;
  #timers = new Map<() => void, number>();
  readonly now = () => this.#now;
  readonly after = (ms: number, run: () => void) => {
    this.#timers.set(run, this.#now + ms);
    return () => this.#timers.delete(run);
  };
  get waiting(): number {
    return this.#timers.size;
  }
  pass(ms: number): void {
    this.#now += ms;
    for (const [run, at] of [...this.#timers]) {
      if (at > this.#now) continue;
      this.#timers.delete(run);
      run();
    }
  }
}

/** A camera that answers when it is told to. */
function setUp() {
  const clock = new TestClock();
  const sent: Order[] = [];
  const failures: unknown[] = [];
  const running: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  const send = (order: Order) => {
    sent.push(order);
    const { promise, resolve, reject } = Promise.withResolvers();
    running.push({ resolve, reject });
    expect(running.length, 'requests on their way').toBe(1);
    return promise;
  };
  const settle = async () => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  const answer = async () => {
    running.shift()?.resolve({ status: 'success' });
    await settle();
  };
  const fail = async (error: unknown) => {
    running.shift()?.reject(error);
    await settle();
  };
  const hold = new Hold({ send, clock, onFailure: (error) => failures.push(error) });
  const commands = () => sent.map(({ command }) => command);
  return { clock, sent, failures, running, answer, fail, hold, commands };
}

const left: Move = { command: 'pan_left', speed: 0.5 };
const up: Move = { command: 'tilt_up', speed: 0.5 };
const refusal = (status: number, code: 'PTZ_IN_USE' | 'PTZ_REFUSED' | 'CAMERA_OFFLINE' | 'NETWORK') =>
  new ApiError(status, code, { code, message_en: 'no', message_ar: 'لا' }, null);

describe('a held move', () => {
  it('goes at once, is repeated every 400 ms, and stopped when it is let go; nothing comes after', async () => {
    const { clock, sent, answer, hold, commands } = setUp();
    hold.press(left);
    expect(sent).toEqual([{ command: 'pan_left', speed: 0.5, duration_ms: 800 }]);
    await answer();
    clock.pass(399);
    expect(sent).toHaveLength(1);
    clock.pass(1);
    await answer();
    clock.pass(400);
    await answer();
    expect(commands()).toEqual(['pan_left', 'pan_left', 'pan_left']);
    hold.release();
    await answer();
    expect(sent.at(-1)).toEqual({ command: 'stop' });
    hold.release();
    clock.pass(5000);
    expect(sent).toHaveLength(4);
    expect(clock.waiting).toBe(0);
  });

  it('waits for the running request, and then for nothing more', async () => {
    const { clock, sent, answer, hold, commands } = setUp();
    hold.press(left);
    clock.pass(1500);
    expect(sent).toHaveLength(1);
    await answer();
    expect(commands()).toEqual(['pan_left', 'pan_left']);
    hold.release();
    expect(sent).toHaveLength(2);
    await answer();
    expect(commands()).toEqual(['pan_left', 'pan_left', 'stop']);
  });

  it('turns as soon as the running request is answered, leaving out what was wanted in between', async () => {
    const { answer, hold, commands, clock } = setUp();
    hold.press(left);
    hold.press({ command: 'tilt_down', speed: 0.5 });
    hold.press(up);
    await answer();
    expect(commands()).toEqual(['pan_left', 'tilt_up']);
    await answer();
    clock.pass(100);
    hold.steer({ ...up, speed: 1 });
    expect(commands()).toEqual(['pan_left', 'tilt_up', 'tilt_up']);
  });

  it('is not begun by steering', () => {
    const { sent, hold } = setUp();
    hold.steer(left);
    expect(sent).toEqual([]);
  });

  it('that was let go and pressed again before the stop went is not stopped in between', async () => {
    const { answer, hold, commands } = setUp();
    hold.press(left);
    hold.release();
    hold.press(left);
    await answer();
    expect(commands()).toEqual(['pan_left', 'pan_left']);
  });

  it('sends no stop when nothing was moved', () => {
    const { sent, hold } = setUp();
    hold.release();
    hold.close();
    expect(sent).toEqual([]);
  });

  it('is stopped when its tile goes, and takes nothing after', async () => {
    const { sent, answer, hold, commands, clock } = setUp();
    hold.press(left);
    hold.close();
    await answer();
    hold.press(up);
    hold.once({ command: 'home' });
    await answer();
    clock.pass(5000);
    expect(commands()).toEqual(['pan_left', 'stop']);
    hold.close();
    expect(sent).toHaveLength(2);
  });
});

describe('a single command', () => {
  it('takes the place of a held move, and no stop ends it', async () => {
    const { answer, hold, commands, clock } = setUp();
    hold.press(left);
    hold.once({ command: 'preset', preset_id: 3 });
    await answer();
    await answer();
    hold.steer(up);
    hold.release();
    clock.pass(5000);
    expect(commands()).toEqual(['pan_left', 'preset']);
  });

  it('is left out when something is pressed before it went', async () => {
    const { answer, hold, commands } = setUp();
    hold.press(left);
    hold.once({ command: 'home' });
    hold.press(up);
    await answer();
    expect(commands()).toEqual(['pan_left', 'tilt_up']);
  });
});

describe('a failure', () => {
  it('is told, ends the repeating until the next press, and is followed by no stop that would be refused too', async () => {
    const { clock, failures, fail, answer, hold, commands } = setUp();
    hold.press(left);
    await answer();
    clock.pass(400);
    const error = refusal(409, 'PTZ_IN_USE');
    await fail(error);
    clock.pass(5000);
    hold.steer(up);
    hold.release();
    expect(failures).toEqual([error]);
    expect(commands()).toEqual(['pan_left', 'pan_left']);
    hold.press(left);
    expect(commands()).toHaveLength(3);
  });

  it.each([refusal(502, 'PTZ_REFUSED'), refusal(409, 'CAMERA_OFFLINE'), refusal(0, 'NETWORK'), new Error('odd')])(
    'that may have reached the camera is followed by a stop: %s',
    async (error) => {
      const { clock, fail, answer, hold, commands } = setUp();
      hold.press(left);
      await fail(error);
      await answer();
      clock.pass(5000);
      hold.release();
      expect(commands()).toEqual(['pan_left', 'stop']);
    },
  );

  it('of an earlier request does not end what was pressed since', async () => {
    const { fail, answer, hold, commands, clock } = setUp();
    hold.press(left);
    hold.press(up);
    await fail(refusal(409, 'PTZ_IN_USE'));
    await answer();
    clock.pass(400);
    expect(commands()).toEqual(['pan_left', 'tilt_up', 'tilt_up']);
  });

  it('after the tile is gone is told to nobody', async () => {
    const { failures, fail, hold, commands } = setUp();
    hold.press(left);
    hold.close();
    await fail(refusal(0, 'NETWORK'));
    await fail(refusal(0, 'NETWORK'));
    expect(failures).toEqual([]);
    expect(commands()).toEqual(['pan_left', 'stop']);
  });
});
