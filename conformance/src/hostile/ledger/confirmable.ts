import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { LABORATORY, VITAL, type LedgerFixture } from './ledger-fixture.js';

/** A record that the lab has written about a patient, as vital signs, and what the patient's gateway could say of it. */
export async function confirmable(
  fixture: LedgerFixture,
): Promise<{ readonly patient: TestPatient; readonly body: StatementBody<'confirmTags'> }> {
  const patient = await fixture.patient();
  await fixture.granted(patient, fixture.lab, { permissions: ['write'] });
  const { recordId, manifestHash } = await fixture.stored(fixture.lab, patient, { tagGroups: [[VITAL]] });
  const named = { patientId: patient.id, recordId, version: 1, manifestHash };
  return { patient, body: { ...named, seq: 1, tagGroups: [[VITAL], [LABORATORY]] } };
}
