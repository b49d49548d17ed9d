import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Transaction } from '@rae/kernel';
import type { ChainHead } from './chain.ts';
import type { ChainSource } from './chain-source.ts';

/** A line of a chain as it was seen at `at`, signed with a key that is not in the database. */
export interface Checkpoint extends ChainHead {
  readonly at: Date;
  readonly signature: Buffer;
  /** The key that signed it. */
  readonly keyId: string;
}

/** What is signed. */
export interface Statement {
  readonly tenantId: string;
  readonly chain: ChainSource['chain'];
  readonly number: number;
  readonly hash: Buffer;
  readonly at: Date;
}

/** HMAC-SHA256 (RFC 2104) under a secret of the installation. */
export interface ChainSigner {
  readonly keyId: string;
  sign(statement: Statement): Buffer;
  /** Null: signed under another key, so nobody here can tell. */
  holds(statement: Statement, checkpoint: Pick<Checkpoint, 'signature' | 'keyId'>): boolean | null;
}

const KEY_ID_CHARACTERS = 16;

export function createChainSigner(secret: string): ChainSigner {
  const mac = (text: string) => createHmac('sha256', secret).update(text).digest();
  const keyId = mac('rae chain key').toString('hex').slice(0, KEY_ID_CHARACTERS);
  const sign: ChainSigner['sign'] = ({ tenantId, chain, number, hash, at }) =>
    mac(canonicalJson(['rae checkpoint', tenantId, chain, number, hash.toString('hex'), at]));
  return {
    keyId,
    sign,
    holds(statement, { signature, keyId: by }) {
      if (by !== keyId) return null;
      const right = sign(statement);
      return signature.length === right.length && timingSafeEqual(signature, right);
    },
  };
}

const INSERT = {
  name: 'checkpoint_insert',
  text: `insert into platform.chain_checkpoints (tenant_id, chain, number, hash, at, signature, key_id)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, chain, number) do nothing`,
};

/** Signs a line of the chain as it stands; there already: the older word stays. */
export async function insertCheckpoint(
  tx: Transaction,
  chain: ChainSource['chain'],
  { number, hash }: ChainHead,
  signer: ChainSigner,
): Promise<void> {
  const { tenantId } = tx.caller;
  const signature = signer.sign({ tenantId, chain, number, hash, at: tx.now });
  await tx.query(INSERT, [tenantId, chain, number, hash, tx.now, signature, signer.keyId]);
}

const FIND = {
  name: 'checkpoints_find',
  text: `select number::float8 as number, hash, at, signature, key_id as "keyId" from platform.chain_checkpoints
    where tenant_id = $1 and chain = $2 order by number`,
};

/** All checkpoints of a chain, oldest first: one a day. */
export const findCheckpoints = (tx: Transaction, chain: ChainSource['chain']): Promise<Checkpoint[]> =>
  tx.query(FIND, [tx.caller.tenantId, chain]);
