/** What a cost is asked of. */
export interface CostRef {
  readonly type: string;
  readonly id: string;
}

const MAX_ID = 500;
const REF = /^([a-z][a-zA-Z_]{0,49}):([^\0]+)$/;

/** Reads `subjectType:subjectId`; null: it is none. */
export function parseCostRef(id: string): CostRef | null {
  const [, type, of] = id.length <= MAX_ID && id.isWellFormed() ? (REF.exec(id) ?? []) : [];
  return type && of ? { type, id: of } : null;
}
