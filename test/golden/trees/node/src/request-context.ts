/** Which request the code that runs belongs to, without passing it through every function. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface RequestContext {
  readonly requestId: string;
  /** Of the caller's trace, from its `traceparent` header. */
  readonly callersTraceId: string | undefined;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
