// Beside the gateway itself: what runs without one asks its peers over transports too, and loads no planner for it.
export { type FreshSubscription, subscribeFreshly } from '../subscribe-freshly.ts';
export { createHttpTransport, type HttpTransportOptions } from './http.ts';
export { createInProcessTransport, type InProcessTransportOptions } from './in-process.ts';
