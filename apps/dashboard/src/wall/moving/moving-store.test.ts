// @vitest-environment node
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyWall, useWall } from '../wall-store.ts';
import { useMoving } from './moving-store.ts';

const wall = () => useWall.getState();
const moving = () => useMoving.getState();

beforeEach(() => {
  moving().end();
  wall().load({ layout: '3x3', tiles: emptyWall.tiles.with(0, 'a').with(4, 'b') });
});

describe('moving a camera', () => {
  it('makes a tile that is too small large, and small again after', () => {
    moving().start('b', 4);
    expect(wall().maximised).toBe(4);
    moving().end();
    expect(moving().camera).toBeNull();
    expect(wall().maximised).toBeNull();
  });

  it('leaves a tile as it was that is large enough', () => {
    wall().maximise(4);
    moving().start('b', null);
    moving().end();
    expect(wall().maximised).toBe(4);
  });

  it('ends when its camera leaves the wall, by hand or by a smaller layout', () => {
    moving().start('b', null);
    wall().swap(4, 5);
    expect(moving().camera).toBe('b');
    wall().remove(5);
    expect(moving().camera).toBeNull();
    moving().start('a', null);
    wall().setLayout('4x4');
    expect(moving().camera).toBeNull();
  });

  it('ends when the tile is made small again by hand', () => {
    moving().start('b', 4);
    wall().maximise(null);
    expect(moving().camera).toBeNull();
  });

  it('goes from one camera to another', () => {
    moving().start('b', 4);
    wall().maximise(null);
    moving().start('a', null);
    expect(moving()).toMatchObject({ camera: 'a', raised: null });
  });
});
