import { hkdfSync } from 'node:crypto';
import {
  AES_KEY_BYTES,
  aesGcmOpen,
  aesGcmSeal,
  fromUtf8,
  hmacSha256,
  secretKey,
  utf8,
} from '@careledger/crypto';

/** Encrypts what the own store holds of persons, so that a stolen disk or backup shows none of it. */
export class SealedBox {
  #key: ReturnType<typeof secretKey>;
  readonly #macKey: ReturnType<typeof secretKey>;

  constructor(key: Uint8Array) {
    this.#key = secretKey(key);
    const macKey = hkdfSync('sha256', key, '', 'careledger store mac v1', AES_KEY_BYTES);
    this.#macKey = secretKey(new Uint8Array(macKey));
  }

  /** From now on it opens nothing that it has sealed; OpenSSL overwrites the key when it is let go. */
  destroy(): void {
    this.#key = secretKey(new Uint8Array(AES_KEY_BYTES));
  }

  /** By which a row is found again by a value that it holds sealed. `column` is its table and name. */
  mac(column: string, value: string): Uint8Array {
    return hmacSha256(this.#macKey, utf8(`${column}\n${value}`));
  }

  /** `row` (table and id) is authenticated, so that rows cannot be exchanged. */
  seal(row: string, value: unknown): Uint8Array {
    return aesGcmSeal(this.#key, utf8(JSON.stringify(value)), utf8(row));
  }

  open(row: string, sealed: Uint8Array): unknown {
    const opened = aesGcmOpen(this.#key, sealed, utf8(row));
    if (opened === undefined)
      throw new Error(`${row} was altered, or belongs to another key store: restore both from one backup`);
    return JSON.parse(fromUtf8(opened));
  }
}
