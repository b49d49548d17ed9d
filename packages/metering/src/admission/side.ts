import type { Spend } from '@rae/kernel';
import type { AdmissionMode } from '../queries/admission-mode.ts';
import type { AdmittedAsk } from '../queries/admit.ts';
import type { ReserveAnswer, ReserveAsk } from '../queries/reserve.ts';

/** What one side decided; ask: as Postgres is to keep it, where it is held. */
export type SideAnswer =
  | { readonly answer: Extract<ReserveAnswer, { outcome: 'HELD' }>; readonly ask: AdmittedAsk }
  | { readonly answer: Exclude<ReserveAnswer, { outcome: 'HELD' }>; readonly ask: null };

/** Windows as counters are named: `<budget>:<start in ms>`. */
export type WindowNames = readonly string[];

/**
 * Who counts admissions besides Postgres. What it is told after the fact never throws: what it misses, the sweep makes good
 * from what Postgres keeps.
 */
export interface AdmissionSide {
  /** Null: Postgres decides. */
  hold(spend: Spend, ask: ReserveAsk): Promise<SideAnswer | null>;
  /** Postgres says that another side admits than this process thought. */
  hear(state: { readonly mode: AdmissionMode; readonly epoch: number }): Promise<void>;
  /** Holds what will be booked in any case, before it is. */
  force(spend: Spend, hold: ForcedHold): Promise<WindowNames>;
  /** A hold is over, at what was used; nothing was used of what was released or never written. */
  end(id: string, windows: WindowNames, nano: bigint, tokens: number): Promise<void>;
  /** A difference to what was used before. */
  add(windows: WindowNames, nano: bigint, tokens: number): Promise<void>;
  /** Ends the holds whose lease is over as Postgres ended them, and looks who admits. */
  sweep(): Promise<void>;
  /** What Postgres holds was changed behind the counters: they are read anew. */
  recount(): Promise<void>;
  close(): Promise<void>;
}

export interface ForcedHold {
  readonly id: string;
  readonly nano: bigint;
  readonly tokens: number;
  readonly at: Date;
}
