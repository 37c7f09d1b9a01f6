import { randomBytes } from 'node:crypto';
import { AES_KEY_BYTES, aesGcmOpen, aesGcmSeal } from '../node/aes-gcm.js';
import { signerFromSeed } from '../node/signer.js';
import { x25519FromPrivate } from '../node/x25519.js';
import { CryptoError, canonicalJson, fromBase64url, toBase64url, utf8 } from '../portable/index.js';
import type { KeyState, KeyType, StoredKey } from './file-format.js';

export const KEY_BYTES = AES_KEY_BYTES;
const CHECK_AAD = utf8('careledger/key-store/v1/check');

type Label = Pick<StoredKey, 'name' | 'type' | 'state' | 'kid'>;

/** Seals a key to its label: an entry renamed, retyped or revived by hand does not open. */
export function sealKey(masterKey: Uint8Array, label: Label, secret: Uint8Array): StoredKey {
  return { ...label, sealed: toBase64url(aesGcmSeal(masterKey, secret, aadOf(label))) };
}

export function unsealKey(masterKey: Uint8Array, key: StoredKey): Uint8Array | undefined {
  return aesGcmOpen(masterKey, fromBase64url(key.sealed), aadOf(key));
}

export function makeCheck(masterKey: Uint8Array): string {
  return toBase64url(aesGcmSeal(masterKey, new Uint8Array(0), CHECK_AAD));
}

export function checkOpens(masterKey: Uint8Array, check: string): boolean {
  return aesGcmOpen(masterKey, fromBase64url(check), CHECK_AAD) !== undefined;
}

/** A fresh label for a key of a type, its `kid` from the public half. @throws CryptoError `KEY_INVALID` */
export function labelFor(name: string, type: KeyType, state: KeyState, secret: Uint8Array): Label {
  if (secret.length !== KEY_BYTES) {
    throw new CryptoError('KEY_INVALID', `A key has ${KEY_BYTES} bytes, this has ${secret.length}`);
  }
  return { name, type, state, kid: kidFor(type, secret) };
}

function kidFor(type: KeyType, secret: Uint8Array): string {
  switch (type) {
    case 'ed25519':
      return signerFromSeed(secret).kid;
    case 'x25519':
      return x25519FromPrivate(secret).kid;
    case 'secret':
      return toBase64url(randomBytes(KEY_BYTES));
  }
}

function aadOf({ name, type, state, kid }: Label): Uint8Array {
  return utf8(canonicalJson({ v: 1, name, type, state, kid }));
}
