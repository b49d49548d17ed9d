import { createHash } from 'node:crypto';
import { type CostOperation, type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';

/** A line of the ledger as a test wants it; what is left out has a plain value. */
export interface TestLine {
  readonly kind?: 'CALL' | 'ADJUSTMENT';
  readonly adjusts?: string | null;
  readonly projectId: string;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly apiKeyId?: string | null;
  readonly triggerId?: string | null;
  readonly executionId?: string | null;
  readonly runId?: string | null;
  readonly stepId?: string | null;
  readonly subjectType?: string | null;
  readonly subjectId?: string | null;
  readonly operation?: CostOperation;
  readonly provider?: string;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly calls?: number;
  /** Null: unpriced. */
  readonly costNano?: bigint | null;
  readonly savedNano?: bigint;
  readonly cacheHit?: boolean;
  /** LOCAL: of a model in this process. */
  readonly origin?: string;
  readonly tags?: readonly string[];
  readonly metadata?: JsonValue;
  readonly occurredAt?: Date;
  readonly shares?: readonly { readonly type: string; readonly id: string; readonly costNano: bigint }[];
}

const TAKE = `insert into platform.ledger_heads as head (tenant_id, number, hash) values ($1, $2, $3)
  on conflict (tenant_id) do update set number = head.number + $2 returning number::float8 as number`;

const INSERT = `insert into platform.ledger (tenant_id, number, id, kind, adjusts, project_id, user_id, agent_id, session_id,
    api_key_id, trigger_id, execution_id, run_id, step_id, subject_type, subject_id, operation, provider, model, input_tokens,
    output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens, calls, priced, cost_nano, price, cache_hit,
    saved_nano, estimated, tags, metadata, labels_hash, occurred_at, created_at, hash, previous_hash)
  select $1, (x->>'number')::bigint, (x->>'id')::uuid, x->>'kind', (x->>'adjusts')::uuid, (x->>'projectId')::uuid, x->>'userId',
    x->>'agentId', x->>'sessionId', (x->>'apiKeyId')::uuid, x->>'triggerId', x->>'executionId', x->>'runId', x->>'stepId',
    x->>'subjectType', x->>'subjectId', x->>'operation', x->>'provider', x->>'model', (x->>'inputTokens')::bigint,
    (x->>'outputTokens')::bigint, 0, 0, 0, (x->>'calls')::int, x->>'costNano' is not null, (x->>'costNano')::bigint, x->'price',
    (x->>'cacheHit')::boolean, (x->>'savedNano')::bigint, false, array(select jsonb_array_elements_text(x->'tags')), x->'metadata',
    $3, (x->>'occurredAt')::timestamptz, now(), $3, $3
  from jsonb_array_elements($2::jsonb) x`;

const SHARE = `insert into platform.cost_shares (tenant_id, ledger_number, place, subject_type, subject_id, cost_nano, saved_nano,
    input_tokens, output_tokens) values ($1, $2, $3, $4, $5, $6, 0, 0, 0)`;

const rowOf = (line: TestLine, number: number, now: Date) => {
  const { costNano = 1_000_000n, savedNano = 0n, origin = 'TABLE', shares: _, ...rest } = line;
  return {
    number,
    id: uuidv7(now.getTime()),
    kind: 'CALL',
    operation: 'QUERY',
    provider: 'openai',
    model: 'gpt-4o',
    inputTokens: 100,
    outputTokens: 10,
    calls: 1,
    cacheHit: false,
    tags: [],
    metadata: {},
    occurredAt: now,
    ...rest,
    costNano: costNano === null ? null : String(costNano),
    savedNano: String(savedNano),
    price: costNano === null ? null : { origin },
  };
};

/**
 * Writes lines straight into the ledger of `tx.caller`'s tenant, for reports over a past that no test can live through. They
 * are in no chain and on no budget.
 *
 * @returns their ids
 */
export async function insertLedgerLines(tx: Transaction, lines: readonly TestLine[]): Promise<string[]> {
  const { tenantId } = tx.caller;
  const hash = createHash('sha256').update('test').digest();
  const [head] = await tx.query<{ number: number }>(TAKE, [tenantId, lines.length, hash]);
  const before = (head?.number ?? 0) - lines.length;
  const rows = lines.map((line, at) => rowOf(line, before + at + 1, tx.now));
  await tx.query(INSERT, [tenantId, JSON.stringify(rows), hash]);
  for (const [at, { shares = [] }] of lines.entries())
    for (const [place, { type, id, costNano }] of shares.entries())
      await tx.query(SHARE, [tenantId, before + at + 1, place, type, id, costNano]);
  return rows.map(({ id }) => id);
}
