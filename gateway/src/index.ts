export { createGateway, type Gateway } from './create-gateway.ts';
export { DEFAULT_LIMITS, type GatewayLimits, type GatewayOptions } from './options.ts';
export type { RequestScope } from './scope.ts';
export { type FreshSubscription, subscribeFreshly } from './subscribe-freshly.ts';
export type { SubgraphTransport, TransportRequest, TransportResult } from './transport.ts';
export { createHttpTransport, type HttpTransportOptions } from './transports/http.ts';
export { createInProcessTransport, type InProcessTransportOptions } from './transports/in-process.ts';
