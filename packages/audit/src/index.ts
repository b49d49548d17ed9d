export { type AuditNote, appendAudit } from './append-audit.ts';
export { type AuditEntry, type ChainHead, chainStart, verifyChain } from './chain.ts';
