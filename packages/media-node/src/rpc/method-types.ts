import type { NodeEvent, NodeMethod, nodeEvents, nodeMethods } from '@marsad/contract';
import type { z } from 'zod';

/** What a method takes and answers, and what an event carries, once it has been validated. */
export type Params<M extends NodeMethod> = z.infer<(typeof nodeMethods)[M]['params']>;
export type Result<M extends NodeMethod> = z.infer<(typeof nodeMethods)[M]['result']>;
export type EventData<E extends NodeEvent> = z.infer<(typeof nodeEvents)[E]>;
