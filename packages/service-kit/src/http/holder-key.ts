import { hkdfSync } from 'node:crypto';
import { AES_KEY_BYTES } from '@careledger/crypto';

/** What the keys are for that are made of a caller's secret. */
type Use = 'request' | 'answer';

/**
 * HKDF-SHA-256 (RFC 5869) of the secret that a caller sends with each request, e.g. its bearer token. Stores have the
 * digest of that secret alone, so that what is keyed by this is shut whenever the caller is not here.
 */
export const holderKey = (secret: string, use: Use): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', `careledger idempotency ${use} v1`, AES_KEY_BYTES));
