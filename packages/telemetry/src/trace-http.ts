import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';

/** The modules that it patches. */
export const HTTP_MODULES = ['node:http', 'node:https'];

/** Requests by which others look after us: probes and scrapes. They come often and are nobody's question. */
const UNTRACED = /^\/(health\/|metrics\b)/;

/** One span for each request that comes in, health and metrics excepted, and for each that goes out by node:http. */
export const createHttpInstrumentation = () =>
  new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => UNTRACED.test(request.url ?? '') });
