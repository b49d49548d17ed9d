import type { AuditEntry as Entry } from '@rae/audit';

export const AuditEntry = {
  hash: ({ hash }: Entry) => hash.toString('hex'),
  previousHash: ({ previousHash }: Entry) => previousHash.toString('hex'),
};
