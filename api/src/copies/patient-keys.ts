import { randomBytes } from 'node:crypto';
import { AES_KEY_BYTES, fromBase64url, toBase64url } from '@careledger/crypto';
import { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

interface KeyRow {
  readonly patient: Uint8Array;
  readonly sealed: Uint8Array;
}
interface SealedKey {
  readonly patientId: string;
  readonly key: string;
}

/**
 * The data key of each patient whose records are copied, sealed under the store's key. Whoever destroys it destroys all that it
 * sealed. Writing only within `store.commit`.
 */
export class PatientKeys {
  /** Each with the row that it was opened from: one that was rolled back is no key. */
  readonly #opened = new Map<string, { readonly row: KeyRow; readonly box: SealedBox }>();

  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  /** By which a patient's rows are found. */
  rowOf(patientId: string): Uint8Array {
    return this.box.mac('copy_keys.patient', patientId);
  }

  /** What is sealed for the patient is opened with it; undefined where nothing is kept of the patient. */
  find(patientId: string): SealedBox | undefined {
    const row = this.store.get<KeyRow>(
      'SELECT patient, sealed FROM copy_keys WHERE patient = ?',
      this.rowOf(patientId),
    );
    if (row === undefined) return undefined;
    const known = this.#opened.get(patientId);
    if (known !== undefined && Buffer.compare(known.row.sealed, row.sealed) === 0) return known.box;
    const box = new SealedBox(fromBase64url(this.#open(row).key));
    this.#opened.set(patientId, { row, box });
    return box;
  }

  findOrMake(patientId: string): SealedBox {
    const before = this.find(patientId);
    if (before !== undefined) return before;
    const patient = this.rowOf(patientId);
    const key = toBase64url(randomBytes(AES_KEY_BYTES));
    const sealed = this.box.seal(nameOf(patient), { patientId, key } satisfies SealedKey);
    this.store.run('INSERT INTO copy_keys (patient, sealed) VALUES (?, ?)', patient, sealed);
    return new SealedBox(fromBase64url(key));
  }

  /** Everybody of whom something is kept. */
  patientIds(): string[] {
    return this.store
      .all<KeyRow>('SELECT patient, sealed FROM copy_keys')
      .map((row) => this.#open(row).patientId);
  }

  /** For good: the row is overwritten before it goes. */
  destroy(patientId: string): void {
    const patient = this.rowOf(patientId);
    this.store.run('UPDATE copy_keys SET sealed = zeroblob(length(sealed)) WHERE patient = ?', patient);
    this.store.run('DELETE FROM copy_keys WHERE patient = ?', patient);
    this.#opened.get(patientId)?.box.destroy();
    this.#opened.delete(patientId);
  }

  #open({ patient, sealed }: KeyRow): SealedKey {
    return this.box.open(nameOf(patient), sealed) as SealedKey;
  }
}

const nameOf = (patient: Uint8Array): string => `copy_keys/${toBase64url(patient)}`;
