import { beforeEach, describe, expect, it } from 'vitest';
import { linkTo, wallOfLink } from './wall-memory.ts';
import { emptyWall, growFor, parseWall, useWall } from './wall-store.ts';

const wall = () => useWall.getState();
const shown = () => wall().tiles.filter((camera) => camera !== null);

beforeEach(() => {
  wall().load(emptyWall);
});

describe('the wall', () => {
  it('fills free tiles from the focused one on and skips what is shown', () => {
    wall().focus(2);
    expect(wall().place(['a', 'b'])).toBe(2);
    expect(wall().tiles.slice(2, 4)).toEqual(['a', 'b']);
    expect(wall().place(['a', 'c'])).toBe(1);
    expect(shown()).toEqual(['a', 'b', 'c']);
  });

  it('places no more than there is room for', () => {
    wall().setLayout('2x2');
    expect(wall().place(['a', 'b', 'c', 'd', 'e'])).toBe(4);
  });

  it('swaps when a shown camera is put on a taken tile, and replaces otherwise with a way back', () => {
    wall().place(['a', 'b']);
    wall().placeAt('a', 1);
    expect(wall().tiles.slice(0, 2)).toEqual(['b', 'a']);
    wall().placeAt('x', 0);
    expect(wall().tiles[0]).toBe('x');
    wall().undo();
    expect(wall().tiles.slice(0, 2)).toEqual(['b', 'a']);
  });

  it('closes up before a smaller layout would hide a camera', () => {
    wall().placeAt('far', 8);
    wall().setLayout('2x2');
    expect(wall().tiles.slice(0, 4)).toContain('far');
  });

  it('grows to the number of cameras and never shrinks for it', () => {
    growFor(20);
    expect(wall().layout).toBe('5x5');
    growFor(2);
    expect(wall().layout).toBe('5x5');
  });

  it('undoes a removal and a clearing', () => {
    wall().place(['a', 'b']);
    wall().clear();
    expect(shown()).toEqual([]);
    wall().undo();
    expect(shown()).toEqual(['a', 'b']);
    wall().remove(0);
    expect(shown()).toEqual(['b']);
    wall().undo();
    expect(shown()).toEqual(['a', 'b']);
  });

  it('travels through a link and back', () => {
    wall().place(['a', 'b']);
    wall().swap(1, 5);
    const link = linkTo(wall());
    expect(link).toEqual({ layout: '3x3', cameras: 'a,,,,,b' });
    expect(wallOfLink(link)?.tiles).toEqual(wall().tiles);
  });

  it('refuses what is not a wall, and shows no camera twice', () => {
    expect(parseWall({ layout: '9x9', tiles: [] })).toBeNull();
    expect(parseWall('x')).toBeNull();
    expect(parseWall({ layout: '2x2', tiles: ['a', 'a', 7] })?.tiles.slice(0, 3)).toEqual(['a', null, null]);
  });
});
