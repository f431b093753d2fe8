import type { AccessAnswer, AccessRequest } from '@marsad/contract';

/**
 * Who decides for the edge whether somebody may read or publish. The edge itself knows no user: it asks the api, which
 * takes a reservation for a reader and shows the camera in a room of the reader's own.
 */
export interface Access {
  /** Never rejects: without an api, or without an answer within five seconds, it is refused, `UNAVAILABLE`. */
  ask(request: AccessRequest): Promise<AccessAnswer>;
  /** The session is over, whatever ended it. To be called once for each that was let in. */
  closed(session: string): void;
}
