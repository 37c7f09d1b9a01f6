import {
  TestDelegate,
  newSigner,
  publicKeyOf,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { TERMS } from './drafts.js';
import type { LedgerFixture } from './ledger-fixture.js';

/** What a patient's statement says that appoints a carer, with the first number. */
export function delegationOf(
  fixture: LedgerFixture,
  patient: TestPatient,
  signer: Signer = newSigner(),
): StatementBody<'delegate'> {
  return {
    ...{ policySeq: 1, kind: 'carer', key: publicKeyOf(signer), keyProof: patient.proofOf(signer) },
    ...{ acts: ['grant', 'revoke'], ...TERMS, scopeTags: [], further: 0 },
    until: inAWeek(fixture),
  };
}

/** A carer whom the patient has appointed, on both channels. */
export async function appointed(
  fixture: LedgerFixture,
  patient: TestPatient,
  terms: Partial<StatementBody<'delegate'>> = {},
): Promise<TestDelegate> {
  const carer = new TestDelegate(patient);
  const statement = carer.appointment(Date.parse(fixture.time()), terms);
  for (const channel of ['authorities', 'cloud'] as const)
    await fixture.must('patients client', 'Delegate', { statement }, channel);
  return carer;
}

const inAWeek = (fixture: LedgerFixture): string =>
  new Date(Date.parse(fixture.time()) + 7 * 86_400_000).toISOString();
