import type { AccessAnswer, AccessRequest } from '@marsad/contract';
import type { NodeLink } from './node-link.ts';

/** Decides for the edges who may read and publish. */
export interface AccessDecider {
  /** One that rejects makes the edge ask another api. */
  ask(edge: NodeLink, request: AccessRequest): Promise<AccessAnswer>;
  /** Never rejects. */
  closed(session: string): Promise<void>;
}
