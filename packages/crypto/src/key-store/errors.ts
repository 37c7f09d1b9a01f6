import { CryptoError } from '../portable/index.js';

export function corrupt(path: string, reason: string, cause?: unknown): CryptoError {
  return new CryptoError(
    'KEY_STORE_CORRUPT',
    `The key store ${path} is damaged: ${reason}. Restore it from a backup.`,
    cause === undefined ? undefined : { cause },
  );
}

export function notFound(path: string, what: string): CryptoError {
  return new CryptoError('KEY_NOT_FOUND', `The key store ${path} has no ${what}`);
}
