import { tellResets } from './budgets/tell-resets.ts';
import { expireHolds } from './expire-holds.ts';
import type { LocalCalls } from './local-calls.ts';
import type { MeteringContext } from './metering-context.ts';

const EVERY_MS = 1_000;
const LINES_EVERY_MS = 10_000;

/** Does `work` again and again, one after the other, and never fails. @returns how to stop */
function every(ms: number, ctx: MeteringContext, what: string, work: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    try {
      await work();
    } catch (err) {
      ctx.logger.warn({ err }, `${what} failed; it is tried again`);
    } finally {
      running = null;
    }
  };
  const timer = setInterval(() => {
    running ??= run();
  }, ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** What time alone makes due, in any number of processes: leases that pass, windows that end, minutes of local models. */
export function startChores(ctx: MeteringContext, local: LocalCalls): () => Promise<void> {
  const stops = [
    every(EVERY_MS, ctx, 'expiring holds', () => expireHolds(ctx)),
    every(EVERY_MS, ctx, 'telling resets', () => tellResets(ctx.transact)),
    every(LINES_EVERY_MS, ctx, 'writing lines of local models', () => local.writeLines()),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

/** What every process that meters does: hands over its counts of local models, and looks who admits. */
export function startUpkeep(ctx: MeteringContext, local: LocalCalls): () => Promise<void> {
  const stops = [
    every(EVERY_MS, ctx, 'counting calls of local models', () => local.flush()),
    every(EVERY_MS, ctx, 'looking who admits', () => ctx.side.sweep()),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    await local.flush();
  };
}
