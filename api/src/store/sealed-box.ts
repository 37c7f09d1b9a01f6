import { aesGcmOpen, aesGcmSeal, fromUtf8, utf8 } from '@careledger/crypto';

/** Encrypts what the own store holds of persons, so that a stolen disk or backup shows none of it. */
export class SealedBox {
  constructor(readonly key: Uint8Array) {}

  /** `place` (table and id) is authenticated, so that rows cannot be exchanged. */
  seal(place: string, value: unknown): Uint8Array {
    return aesGcmSeal(this.key, utf8(JSON.stringify(value)), utf8(place));
  }

  open(place: string, sealed: Uint8Array): unknown {
    const opened = aesGcmOpen(this.key, sealed, utf8(place));
    if (opened === undefined)
      throw new Error(`${place} was altered, or belongs to another key store: restore both from one backup`);
    return JSON.parse(fromUtf8(opened));
  }
}
