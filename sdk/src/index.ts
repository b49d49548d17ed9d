export { createBareClient } from './bare-client.ts';
export type { Clock } from './clock.ts';
export { type Client, createClient } from './create-client.ts';
export * from './errors.ts';
export type {
  ApiKeyFieldsFragment as ApiKey,
  BudgetEventFieldsFragment as BudgetEvent,
  BudgetFieldsFragment as Budget,
  CostLogFieldsFragment as CostLog,
  DocumentFieldsFragment as Document,
  MemoryEventFieldsFragment as MemoryEvent,
  MemoryFieldsFragment as Memory,
  ProjectFieldsFragment as Project,
  ReservationFieldsFragment as Reservation,
  SearchHitFieldsFragment as SearchHit,
  TenantFieldsFragment as Tenant,
} from './generated/operations.ts';
export * from './generated/operations.ts';
export type { BareClient, ClientOptions, RequestOptions, Variables } from './options.ts';
export { type Page, paginate } from './paginate.ts';
export { type DocumentMeta, TypedDocumentString } from './typed-document.ts';
export { type BudgetOptions, type HeldCall, type MadeCall, withBudget } from './with-budget.ts';
