import { createRequire, syncBuiltinESMExports } from 'node:module';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';

/** Requests by which others look after us: probes and scrapes. They come often and are nobody's question. */
const UNTRACED = /^\/(health\/|metrics\b)/;

/** One span for each request that comes in, health and metrics excepted, and for each that goes out by node:http. */
export const createHttpInstrumentation = () =>
  new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => UNTRACED.test(request.url ?? '') });

/**
 * Lets the registered instrumentation patch node:http and node:https at once. It waits for a `require` of them, which
 * need not come where all code is ECMAScript modules.
 */
export function patchHttp(): void {
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}
