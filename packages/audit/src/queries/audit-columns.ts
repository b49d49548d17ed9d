/** The columns of an AuditEntry. */
export const AUDIT_COLUMNS = `tenant_id as "tenantId", number::float8 as number, id, at, actor, action, subject, detail,
    trace_id as "traceId", hash, previous_hash as "previousHash"`;
