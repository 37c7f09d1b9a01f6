import type { Acknowledgement } from '@careledger/protocol';
import type { Store } from '../store/store.js';

/** A notice by its patient and the id that its gateway gave it. */
export interface NoticeName {
  readonly patientId: string;
  readonly sid: string;
}

/** Who has acknowledged which direct notice: one word of this authority for each. Writing only within `store.commit`. */
export class AcknowledgementStore {
  constructor(readonly store: Store) {}

  find({ patientId, sid }: NoticeName): Acknowledgement | undefined {
    return this.store.get(
      `SELECT statement, practitioner_id AS practitionerId, acknowledged_at AS acknowledgedAt FROM acknowledgements
       WHERE patient_id = ? AND sid = ?`,
      patientId,
      sid,
    );
  }

  /** The first one stands. @returns the one that stands */
  keep({ patientId, sid }: NoticeName, acknowledgement: Acknowledgement): Acknowledgement {
    const { statement, practitionerId, acknowledgedAt } = acknowledgement;
    this.store.run(
      `INSERT INTO acknowledgements (patient_id, sid, statement, practitioner_id, acknowledged_at)
       VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      patientId,
      sid,
      statement,
      practitionerId,
      acknowledgedAt,
    );
    return this.find({ patientId, sid }) ?? acknowledgement;
  }
}
