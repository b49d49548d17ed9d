import type { Spend, Transaction } from '@rae/kernel';
import type { Price } from '../prices/price.ts';
import { aboutCall } from './about.ts';
import type { BookedLine } from './booked.ts';
import type { Scopes } from './budget-scopes.ts';
import type { BudgetCalendar } from './ensure-windows.ts';
import type { SpendRow } from './reservation-row.ts';
import type { LineUse } from './settle.ts';

export interface NewLine extends SpendRow, LineUse {
  readonly tenant_id: string;
  readonly kind: 'CALL';
  readonly provider: string;
  readonly model: string;
  readonly price: Price | null;
  readonly calls: number;
  readonly occurred_at: Date;
  readonly created_at: Date;
}

/** WINDOWS: make these first. FALLBACK: ask again with the stand-in price. */
export type BookAnswer =
  | ({ readonly outcome: 'BOOKED' } & BookedLine)
  | { readonly outcome: 'FALLBACK' }
  | { readonly outcome: 'WINDOWS'; readonly budgets: readonly BudgetCalendar[] };

const BOOK = { name: 'metering_book', text: 'select platform.book($1) as answer' };

/** Writes the line of a call that nobody held money for, and books it on all covering budgets; one statement. */
export async function book(
  tx: Transaction,
  line: NewLine,
  { scopes, scopeIds }: Scopes,
  subjects: Spend['subjects'],
): Promise<BookAnswer> {
  const ask = { line, scopes, scopeIds, subjects, about: aboutCall(tx) };
  const [row] = await tx.query<{ answer: BookAnswer }>(BOOK, [JSON.stringify(ask)]);
  if (!row) throw new Error('platform.book gave no answer');
  return row.answer;
}
