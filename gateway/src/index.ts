export { createGateway, type Gateway } from './create-gateway.ts';
export { DEFAULT_LIMITS, type GatewayLimits, type GatewayOptions } from './options.ts';
export type { RequestScope } from './scope.ts';
export type { SubgraphTransport, TransportRequest, TransportResult } from './transport.ts';
