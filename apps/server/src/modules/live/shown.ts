import type { RoomMetadata } from '@marsad/contract';

/** What a room is to show, and to whom. */
export interface Shown {
  readonly cameras: RoomMetadata['cameras'];
  /** Identities. */
  readonly viewers: readonly string[];
}
