import { aesGcmOpen, aesGcmSeal, fromUtf8, utf8 } from '@careledger/crypto';

/** Encrypts what the own store holds of persons, so that a stolen disk or backup shows none of it. */
export class SealedBox {
  constructor(readonly key: Uint8Array) {}

  /** `row` (table and id) is authenticated, so that rows cannot be exchanged. */
  seal(row: string, value: unknown): Uint8Array {
    return aesGcmSeal(this.key, utf8(JSON.stringify(value)), utf8(row));
  }

  open(row: string, sealed: Uint8Array): unknown {
    const opened = aesGcmOpen(this.key, sealed, utf8(row));
    if (opened === undefined)
      throw new Error(`${row} was altered, or belongs to another key store: restore both from one backup`);
    return JSON.parse(fromUtf8(opened));
  }
}
