// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { type HeldCommand, Hold, type Order } from './hold.ts';
import { Presses } from './presses.ts';

/** A camera that answers at once; `sent` says what it was told, in short. */
function setUp() {
  const sent: string[] = [];
  const held: (HeldCommand | null)[] = [];
  let speed = 0.5;
  const send = ({ command, speed: share }: Order) => {
    sent.push(share === undefined ? command : `${command} ${share}`);
    return Promise.resolve();
  };
  const clock = { now: () => 0, after: () => () => {} };
  const hold = new Hold({ send, clock, onFailure: () => {} });
  const presses = new Presses({ hold, chosen: () => speed, onChange: (now) => held.push(now), onPress: () => {} });
  const settle = async () => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return {
    sent,
    held,
    hold,
    presses,
    settle,
    choose: (next: number) => {
      speed = next;
      presses.speedChanged();
    },
  };
}

describe('what is held', () => {
  it('counts by the last, and the one before it goes on when that is let go', async () => {
    const { sent, held, presses, settle } = setUp();
    presses.press('ArrowLeft', { command: 'pan_left', speed: null });
    await settle();
    presses.press('ArrowUp', { command: 'tilt_up', speed: null });
    await settle();
    presses.release('ArrowUp');
    await settle();
    presses.release('ArrowLeft');
    await settle();
    expect(sent).toEqual(['pan_left 0.5', 'tilt_up 0.5', 'pan_left 0.5', 'stop']);
    expect(held).toEqual(['pan_left', 'tilt_up', 'pan_left', null]);
  });

  it('goes as fast as is chosen, with Shift as fast as it can, and by its own speed where it has one', async () => {
    const { sent, presses, settle, choose } = setUp();
    presses.press('ArrowLeft', { command: 'pan_left', speed: null });
    await settle();
    presses.fast = true;
    await settle();
    presses.fast = false;
    await settle();
    choose(0.2);
    await settle();
    presses.press('picture', { command: 'tilt_down', speed: 0.8 });
    await settle();
    presses.fast = true;
    presses.steer('picture', { command: 'pan_right', speed: 0.4 });
    await settle();
    expect(sent).toEqual([
      'pan_left 0.5',
      'pan_left 1',
      'pan_left 0.5',
      'pan_left 0.2',
      'tilt_down 0.8',
      'pan_right 0.4',
    ]);
  });

  it('is all let go at once when nobody is there, and released once', async () => {
    const { sent, held, presses, settle } = setUp();
    presses.press('ArrowLeft', { command: 'pan_left', speed: null });
    presses.press('ArrowUp', { command: 'tilt_up', speed: null });
    await settle();
    presses.clear();
    presses.release('ArrowUp');
    presses.clear();
    await settle();
    expect(sent.filter((order) => order === 'stop')).toHaveLength(1);
    expect(held.at(-1)).toBeNull();
  });

  it('is not taken up again after a preset by a key that is still down', async () => {
    const { sent, hold, presses, settle } = setUp();
    presses.press('ArrowLeft', { command: 'pan_left', speed: null });
    presses.press('ArrowUp', { command: 'tilt_up', speed: null });
    await settle();
    hold.once({ command: 'preset', preset_id: 1 });
    await settle();
    presses.release('ArrowUp');
    presses.release('ArrowLeft');
    await settle();
    expect(sent.at(-1)).toBe('preset');
  });
});
