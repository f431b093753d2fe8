import { ParticipantInfo_State } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { viewersAmong, watchedRoom } from './watched-room.ts';

const { ACTIVE, JOINED, DISCONNECTED } = ParticipantInfo_State;
const member = (identity: string, more: { state?: number; isPublisher?: boolean; reservation?: string } = {}) => ({
  identity,
  isPublisher: more.isPublisher ?? false,
  state: more.state ?? ACTIVE,
  attributes: { user: 'u', ...(more.reservation === undefined ? {} : { reservation: more.reservation }) } as Record<
    string,
    string
  >,
});
const metadata = JSON.stringify({ cameras: [{ id: 'c', name: 'C', reservation: 'of the wall' }] });

describe('who watches', () => {
  it('is who has a media connection: an open socket alone keeps no place', () => {
    const members = [
      member('camera_c', { isPublisher: true }),
      member('sees'),
      member('never connected', { state: JOINED }),
      member('gone', { state: DISCONNECTED }),
    ];
    expect(viewersAmong(members).map(({ identity }) => identity)).toEqual(['sees']);
  });

  it('does so for the reservation of the token in a camera’s room, and of the room’s own in a wall', () => {
    const watched = (room: string, ...members: ReturnType<typeof member>[]) =>
      watchedRoom('e', room, metadata, members).watched.map(({ reservation, camera, user }) => [
        reservation,
        camera,
        user,
      ]);
    expect(watched('camera_c', member('a', { reservation: 'mine' }), member('b'))).toEqual([['mine', 'c', 'u']]);
    expect(watched('wall_u_1', member('a', { reservation: 'mine' }))).toEqual([['of the wall', 'c', 'u']]);
  });

  it('is nobody in a room that says nothing of cameras', () => {
    expect(watchedRoom('e', 'camera_c', 'not JSON', [member('a', { reservation: 'mine' })]).watched).toEqual([]);
    const served = JSON.stringify({ marsad: { camera: 'c', name: 'C' } });
    expect(watchedRoom('e', 'camera_c', served, [member('a', { reservation: 'mine' })]).watched).toHaveLength(1);
  });
});
