import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EdgeMetrics } from '../edge-metrics.ts';
import { Rooms } from './rooms.ts';

let rooms: Rooms;
let events: string[];

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  rooms = new Rooms({ events: { event: (name) => events.push(name) }, metrics: new EdgeMetrics(new Registry()) });
});

afterEach(() => {
  rooms.close();
  vi.useRealTimers();
});

function room(emptyTimeout: number) {
  return rooms.create({ name: 'r', emptyTimeout, departureTimeout: 20, maxParticipants: 0 }, '');
}

test('a room nobody enters ends after the time it was made with', () => {
  room(300);
  vi.advanceTimersByTime(299_000);
  expect(events).toEqual(['room_started']);
  vi.advanceTimersByTime(1000);
  expect(events).toEqual(['room_started', 'room_finished']);
  expect(rooms.all).toEqual([]);
});

test('a time longer than timers can wait is as long as they can', () => {
  room(4_294_967_295);
  vi.advanceTimersByTime(1000);
  expect(rooms.get('r')).toBeDefined();
  vi.advanceTimersByTime(2 ** 31);
  expect(rooms.get('r')).toBeUndefined();
});
