import type { NodeEvent, NodeMethod, NodeQuestion, nodeEvents, nodeMethods, nodeQuestions } from '@marsad/contract';
import type { z } from 'zod';

/** What a method takes and answers, and what an event carries, once it has been validated. */
export type Params<M extends NodeMethod> = z.infer<(typeof nodeMethods)[M]['params']>;
export type Result<M extends NodeMethod> = z.infer<(typeof nodeMethods)[M]['result']>;
export type EventData<E extends NodeEvent> = z.infer<(typeof nodeEvents)[E]>;
/** The same for what a node asks of its clients. */
export type Asked<Q extends NodeQuestion> = z.infer<(typeof nodeQuestions)[Q]['params']>;
export type Answered<Q extends NodeQuestion> = z.infer<(typeof nodeQuestions)[Q]['result']>;
