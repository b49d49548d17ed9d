import { createHash, randomBytes } from 'node:crypto';

const KEY_PREFIX = 'rae_';
/** 256 random bits: too many to guess, so that one round of SHA-256 is enough to store them. */
const SECRET_BYTES = 32;
const SHOWN = 12;
/** Made keys have 43 characters after the prefix; a key that an operator presets may have others. */
const SECRET = /^rae_[A-Za-z0-9_-]{32,128}$/;

/** A new API key: `rae_` and 32 random bytes in base64url (RFC 4648 section 5). */
export const makeSecret = (): string => KEY_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

/** Whether a credential is meant as an API key, right or wrong. */
export const looksLikeKey = (credential: string): boolean => credential.startsWith(KEY_PREFIX);

/** Whether it could be a key: only such are looked for. */
export const isSecret = (credential: string): boolean => SECRET.test(credential);

/** What is stored instead of the key: SHA-256. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** What is shown of a key, so that people can tell their keys apart: 48 of its 256 bits. */
export const prefixOf = (secret: string): string => secret.slice(0, SHOWN);
