import { toBase64url } from '@careledger/crypto';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

/** Codes of https://terminology.hl7.org/CodeSystem-v2-0203.html that say what a number is. */
export const NUMBER_TYPES = ['MR', 'PI', 'PT', 'AN', 'NI'] as const;

/** A number by which an organisation knows a patient, in its own terms; never leaves it but to its own people. */
export interface PatientNumber {
  readonly type?: (typeof NUMBER_TYPES)[number];
  /** URI of whoever gives such numbers. */
  readonly system: string;
  readonly value: string;
}

interface NumberRow {
  readonly number: Uint8Array;
  readonly sealed: Uint8Array;
}
interface SealedNumber extends PatientNumber {
  readonly patientId: string;
}

/**
 * The organisation's own numbers of patients. Whose they are and what they say is sealed; what they are found by is keyed hashes.
 * What was replaced is overwritten. Writing only within `store.commit`.
 */
export class PatientNumberStore {
  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  /** Of a patient, in the order in which they were given. */
  of(patientId: string): PatientNumber[] {
    return this.store
      .all<NumberRow>(
        'SELECT number, sealed FROM patient_numbers WHERE patient = ? ORDER BY place',
        this.#patientMac(patientId),
      )
      .map((row) => shownOf(this.#open(row)));
  }

  /** Whose number it is. */
  holderOf({ system, value }: Pick<PatientNumber, 'system' | 'value'>): string | undefined {
    const row = this.store.get<NumberRow>(
      'SELECT number, sealed FROM patient_numbers WHERE number = ?',
      this.#numberMac({ system, value }),
    );
    return row && this.#open(row).patientId;
  }

  /** Who has this value, whoever gave it: one of each system may. Sorted, each once. */
  holdersOf(value: string): string[] {
    const rows = this.store.all<NumberRow>(
      'SELECT number, sealed FROM patient_numbers WHERE value = ?',
      this.box.mac('patient_numbers.value', value),
    );
    return [...new Set(rows.map((row) => this.#open(row).patientId))].sort();
  }

  /** In the place of all that the patient had. Each has to be different, and nobody else's. */
  replace(patientId: string, numbers: readonly PatientNumber[]): void {
    const patient = this.#patientMac(patientId);
    this.store.run('DELETE FROM patient_numbers WHERE patient = ?', patient);
    for (const [place, given] of numbers.entries()) {
      const number = this.#numberMac(given);
      this.store.run(
        'INSERT INTO patient_numbers (number, value, patient, place, sealed) VALUES (?, ?, ?, ?, ?)',
        number,
        this.box.mac('patient_numbers.value', given.value),
        patient,
        place,
        this.box.seal(nameOf(number), { patientId, ...shownOf(given) } satisfies SealedNumber),
      );
    }
  }

  #open({ number, sealed }: NumberRow): SealedNumber {
    return this.box.open(nameOf(number), sealed) as SealedNumber;
  }

  #patientMac(patientId: string): Uint8Array {
    return this.box.mac('patient_numbers.patient', patientId);
  }

  /** No system has a `|`. */
  #numberMac({ system, value }: Pick<PatientNumber, 'system' | 'value'>): Uint8Array {
    return this.box.mac('patient_numbers.number', `${system}|${value}`);
  }
}

const nameOf = (number: Uint8Array): string => `patient_numbers/${toBase64url(number)}`;

/** Its members in one order: the tag of what is shown follows from it. */
const shownOf = ({ type, system, value }: PatientNumber): PatientNumber => ({
  ...(type !== undefined && { type }),
  system,
  value,
});
