import { describe, expect, it } from 'vitest';
import { streamStatus } from '../testing/stream-status.ts';
import { CameraLiveState } from './camera-live.ts';

describe('CameraLiveState', () => {
  it.each([
    ['idle', 'ONLINE'],
    ['live', 'ONLINE'],
    ['offline', 'OFFLINE'],
    ['frozen', 'ERROR'],
    ['unsupported', 'ERROR'],
    ['unauthorized', 'ERROR'],
    ['connecting', 'OFFLINE'],
  ] as const)('%s is %s', (state, word) => {
    const camera = new CameraLiveState(0);
    camera.update('main', streamStatus(state));
    expect(camera.live.status).toBe(word);
  });

  it('knows nothing at first', () => {
    expect(new CameraLiveState(5).live).toMatchObject({
      status: 'OFFLINE',
      stream: { state: 'connecting', reason: 'UNASSIGNED', since: 5 },
    });
  });

  it('keeps its word while it is opened again', () => {
    const camera = new CameraLiveState(0);
    camera.update('main', streamStatus('live'));
    camera.update('main', streamStatus('connecting', 2));
    expect(camera.live).toMatchObject({ status: 'ONLINE', stream: { state: 'connecting' } });
    camera.update('main', streamStatus('offline', 3));
    camera.update('main', streamStatus('connecting', 4));
    expect(camera.live.status).toBe('OFFLINE');
  });

  it('speaks for the profile that is watched', () => {
    const camera = new CameraLiveState(0);
    camera.update('main', streamStatus('idle'), { width: 1280, height: 720, frameRate: 25 });
    expect(camera.update('sub', streamStatus('live', 7))).toBe(true);
    expect(camera.live).toMatchObject({ stream: { state: 'live', since: 7 }, width: 1280 });
    camera.update('main', streamStatus('offline', 8));
    expect(camera.live.stream.state).toBe('offline');
  });

  it('says whether anything changed', () => {
    const camera = new CameraLiveState(0);
    expect(camera.update('main', streamStatus('live'))).toBe(true);
    expect(camera.update('main', streamStatus('live'))).toBe(false);
    expect(camera.update('main', { ...streamStatus('live'), last_picture_at: 9 })).toBe(false);
  });

  it('remembers the last picture of a node that is lost', () => {
    const camera = new CameraLiveState(0);
    camera.update('main', { ...streamStatus('live'), last_picture_at: 9 });
    expect(camera.lost(10, true)).toBe(true);
    expect(camera.live).toMatchObject({
      status: 'ONLINE',
      stream: { state: 'connecting', reason: 'NODE_LOST', since: 10, last_picture_at: 9 },
    });
    camera.lost(20, false);
    expect(camera.live).toMatchObject({ status: 'OFFLINE', stream: { state: 'offline', since: 10 } });
  });
});
