import { createTokenCounter } from '@rae/metering';
import type { TextMetering } from './metered/meter-language-model.ts';
import type { RemoteSettings } from './settings.ts';

/** A call that ends by itself may take as long as it is waited for; its lease is this much longer. */
const LEASE_MARGIN_SECONDS = 30;

/** What calls that are waited for `timeoutMs` at most are metered with. */
export const toTextMetering = ({ meter, logger, metrics }: RemoteSettings, timeoutMs: number): TextMetering => ({
  meter,
  logger,
  metrics,
  leaseSeconds: Math.ceil(timeoutMs / 1000) + LEASE_MARGIN_SECONDS,
  countTokens: createTokenCounter(),
});
