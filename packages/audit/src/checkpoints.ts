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
  /** Of the key that signs. */
  readonly keyId: string;
  sign(statement: Statement): Buffer;
  /** Null: signed under a key that is not known here, so nobody here can tell. */
  holds(statement: Statement, checkpoint: Pick<Checkpoint, 'signature' | 'keyId'>): boolean | null;
}

const KEY_ID_CHARACTERS = 16;

type Key = Pick<ChainSigner, 'keyId' | 'sign'>;

function createKey(secret: string): Key {
  const mac = (text: string) => createHmac('sha256', secret).update(text).digest();
  return {
    keyId: mac('rae chain key').toString('hex').slice(0, KEY_ID_CHARACTERS),
    sign: ({ tenantId, chain, number, hash, at }) =>
      mac(canonicalJson(['rae checkpoint', tenantId, chain, number, hash.toString('hex'), at])),
  };
}

/** @param previous what was signed under this secret is still believed, and signed anew by keepChain; null: there is none */
export function createChainSigner(secret: string, previous: string | null = null): ChainSigner {
  const current = createKey(secret);
  const keys = previous === null ? [current] : [current, createKey(previous)];
  return {
    ...current,
    holds(statement, { signature, keyId }) {
      const right = keys.find((key) => key.keyId === keyId)?.sign(statement);
      return right ? signature.length === right.length && timingSafeEqual(signature, right) : null;
    },
  };
}

const INSERT = {
  name: 'checkpoint_insert',
  text: `insert into platform.chain_checkpoints (tenant_id, chain, number, hash, at, signature, key_id)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, chain, number, key_id) do nothing`,
};

/** Signs a line of the chain as it stands at `at`; signed under this key already: the older word stays. */
export async function insertCheckpoint(
  tx: Transaction,
  chain: ChainSource['chain'],
  { number, hash }: ChainHead,
  signer: ChainSigner,
  at: Date = tx.now,
): Promise<void> {
  const { tenantId } = tx.caller;
  const signature = signer.sign({ tenantId, chain, number, hash, at });
  await tx.query(INSERT, [tenantId, chain, number, hash, at, signature, signer.keyId]);
}

const FIND = {
  name: 'checkpoints_find',
  text: `select number::float8 as number, hash, at, signature, key_id as "keyId" from platform.chain_checkpoints
    where tenant_id = $1 and chain = $2 order by number`,
};

/** All checkpoints of a chain, oldest first: one a day and key. */
export const findCheckpoints = (tx: Transaction, chain: ChainSource['chain']): Promise<Checkpoint[]> =>
  tx.query(FIND, [tx.caller.tenantId, chain]);

/**
 * Says under the key that signs now what checkpoints under the previous one say; the older ones stay. Twice is once.
 *
 * @returns the line of the earliest checkpoint that is forged, and then none is signed; null: there is none
 */
export async function signAnew(
  tx: Transaction,
  chain: ChainSource['chain'],
  signer: ChainSigner,
): Promise<number | null> {
  const points = await findCheckpoints(tx, chain);
  const held = points.map((point) => signer.holds({ ...point, tenantId: tx.caller.tenantId, chain }, point));
  const forged = points[held.indexOf(false)];
  if (forged) return forged.number;
  const signed = new Set(points.filter(({ keyId }) => keyId === signer.keyId).map(({ number }) => number));
  const old = points.filter(({ number }, at) => held[at] && !signed.has(number));
  for (const point of old) await insertCheckpoint(tx, chain, point, signer, point.at);
  return null;
}
