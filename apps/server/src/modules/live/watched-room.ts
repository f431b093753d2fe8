import { RoomMetadata } from '@marsad/contract';
import { ParticipantInfo_State } from 'livekit-server-sdk';
import { z } from 'zod';

/** A room in which somebody is, as its edge tells it. */
export interface WatchedRoom {
  /** Empty where it was not told which. */
  readonly edge: string;
  readonly room: string;
  /** What is watched, by whom; a reservation without which somebody watches is not among them. */
  readonly watched: readonly Watched[];
}

export interface Watched {
  readonly reservation: string;
  readonly camera: string;
  readonly user: string;
  readonly identity: string;
}

/** A member of a room as LiveKit's API tells it. */
interface Participant {
  readonly identity: string;
  readonly isPublisher: boolean;
  readonly state: ParticipantInfo_State;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * In the room of one camera each viewer's token names the reservation; in a wall, which is one user's, the room's
 * metadata names that of every camera.
 */
export function watchedRoom(
  edge: string,
  room: string,
  metadata: string,
  viewers: readonly Participant[],
): WatchedRoom {
  const cameras = camerasIn(metadata);
  const single = room.startsWith('camera_');
  const watched = viewers.flatMap(({ identity, attributes: { user, reservation } }) =>
    user === undefined
      ? []
      : cameras.flatMap((camera) => {
          const held = single ? reservation : camera.reservation;
          return held === undefined ? [] : [{ reservation: held, camera: camera.id, user, identity }];
        }),
  );
  return { edge, room, watched };
}

/** Those of a room who watch. Who has no media connection (any more) sees nothing, whatever else is open. */
export function viewersAmong<P extends Participant>(members: readonly P[]): P[] {
  return members.filter(({ isPublisher, state }) => !isPublisher && state === ParticipantInfo_State.ACTIVE);
}

/** A room on a LiveKit server of somebody else names its one camera in a form of its own. */
const Served = z.object({ marsad: z.object({ camera: z.string(), name: z.string() }) });

function camerasIn(metadata: string): RoomMetadata['cameras'] {
  try {
    const parsed: unknown = JSON.parse(metadata);
    const served = Served.safeParse(parsed);
    if (served.success) return [{ id: served.data.marsad.camera, name: served.data.marsad.name }];
    return RoomMetadata.parse(parsed).cameras;
  } catch {
    return [];
  }
}
