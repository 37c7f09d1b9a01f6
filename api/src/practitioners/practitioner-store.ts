import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

export const PRACTITIONER_STAGES = ['registering', 'active', 'withdrawing', 'withdrawn', 'refused'] as const;
export type PractitionerStage = (typeof PRACTITIONER_STAGES)[number];

/** Who a practitioner is, in the authority's own terms; never leaves it. */
export interface Identity {
  /** E.g. a staff number. */
  readonly identifier: string;
  readonly name?: string;
}

export interface Practitioner {
  readonly practitionerId: string;
  readonly role: string;
  readonly unit: string | null;
  readonly stage: PractitionerStage;
  readonly identity: Identity;
  /** The statement that is on its way, or was last. */
  readonly statement: string;
  /** Of that statement, by channel. */
  readonly txIds: Readonly<Record<string, string>>;
  readonly refusal: string | null;
  readonly createdAt: string;
}

type PractitionerRow = Omit<Practitioner, 'identity' | 'txIds'> & { identity: Uint8Array; txIds: string };

const COLUMNS = `practitioner_id AS practitionerId, role, unit, stage, identity, statement, tx_ids AS txIds, refusal,
  created_at AS createdAt`;
const IDENTIFIER = 'practitioners/identifier';
const rowOf = (practitionerId: string): string => `practitioners/${practitionerId}`;

/** Which pseudonym is who. Writing only within `store.commit`. */
export class PractitionerStore {
  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  find(practitionerId: string): Practitioner | undefined {
    return this.#from(
      this.store.get(`SELECT ${COLUMNS} FROM practitioners WHERE practitioner_id = ?`, practitionerId),
    );
  }

  /** Those who have this identifier, whatever became of them, oldest first. */
  withIdentifier(identifier: string): Practitioner[] {
    return this.store
      .all<PractitionerRow>(
        `SELECT ${COLUMNS} FROM practitioners WHERE identifier_mac = ? OR identifier_mac IS NULL
         ORDER BY created_at, practitioner_id`,
        this.box.mac(IDENTIFIER, identifier),
      )
      .flatMap((row) => this.#from(row) ?? [])
      .filter(({ identity }) => identity.identifier === identifier);
  }

  /** By when they were registered, oldest first. @param after the last one of the page before */
  list(after: Pick<Practitioner, 'createdAt' | 'practitionerId'> | undefined, limit: number): Practitioner[] {
    return this.store
      .all<PractitionerRow>(
        `SELECT ${COLUMNS} FROM practitioners WHERE (created_at, practitioner_id) > (?, ?)
         ORDER BY created_at, practitioner_id LIMIT ?`,
        after?.createdAt ?? '',
        after?.practitionerId ?? '',
        limit,
      )
      .flatMap((row) => this.#from(row) ?? []);
  }

  put(practitioner: Practitioner): void {
    const { practitionerId, identity } = practitioner;
    this.store.run(
      `INSERT INTO practitioners
         (practitioner_id, role, unit, identity, identifier_mac, stage, statement, tx_ids, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      practitionerId,
      practitioner.role,
      practitioner.unit,
      this.box.seal(rowOf(practitionerId), identity),
      this.box.mac(IDENTIFIER, identity.identifier),
      practitioner.stage,
      practitioner.statement,
      JSON.stringify(practitioner.txIds),
      practitioner.createdAt,
    );
  }

  update(
    practitionerId: string,
    change: Pick<Practitioner, 'stage' | 'statement' | 'txIds' | 'refusal'>,
  ): void {
    this.store.run(
      'UPDATE practitioners SET stage = ?, statement = ?, tx_ids = ?, refusal = ? WHERE practitioner_id = ?',
      change.stage,
      change.statement,
      JSON.stringify(change.txIds),
      change.refusal,
      practitionerId,
    );
  }

  #from(row: PractitionerRow | undefined): Practitioner | undefined {
    return (
      row && {
        ...row,
        txIds: JSON.parse(row.txIds) as Record<string, string>,
        identity: this.box.open(rowOf(row.practitionerId), row.identity) as Identity,
      }
    );
  }
}
