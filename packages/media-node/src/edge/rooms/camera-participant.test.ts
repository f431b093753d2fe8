import type { Profile, StreamStatus } from '@marsad/contract';
import { beforeEach, expect, test } from 'vitest';
import { CameraParticipant } from './camera-participant.ts';

let camera: CameraParticipant;
beforeEach(() => {
  camera = new CameraParticipant('gate', 'Gate');
});

const watched = { readers: 1, video: null };
function says(profile: Profile, state: StreamStatus['state'], reason: StreamStatus['reason'] = null, feed = watched) {
  return camera.report(
    profile,
    { state, reason, detail: null, since: 1, last_picture_at: null, next_attempt_at: null },
    feed,
  );
}
const told = () => {
  const { state, reason, profile } = camera.info().attributes;
  return `${profile} ${state} ${reason}`.trim();
};

test('a picture speaks for the camera, whichever profile it is of and whoever spoke last', () => {
  says('main', 'connecting');
  expect(told()).toBe('main connecting');
  expect(says('sub', 'live')).toBe(true);
  expect(says('main', 'offline', 'CONNECTION_REFUSED')).toBe(false);
  expect(told()).toBe('sub live');
  says('sub', 'frozen');
  expect(told()).toBe('sub frozen');
});

test('that there is no second stream does not hide why the first has no picture', () => {
  says('main', 'live');
  expect(says('sub', 'unsupported', 'STREAM_NOT_FOUND')).toBe(false);
  says('main', 'offline', 'NOT_PUBLISHED');
  says('sub', 'unsupported', 'STREAM_NOT_FOUND');
  expect(told()).toBe('main offline NOT_PUBLISHED');
  expect(camera.info().tracks[0]?.muted).toBe(true);
});

test('a feed nobody reads is not heard any more', () => {
  const left = { readers: 1, video: null };
  says('main', 'live', null, left);
  left.readers = 0;
  says('sub', 'connecting');
  expect(told()).toBe('sub connecting');
});
