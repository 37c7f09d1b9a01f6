import {
  acceptBatch,
  acceptOne,
  checkKeyProof,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  type Batch,
  type BatchResult,
  type ItemResult,
  type PatientState,
} from '@careledger/contracts';
import { fromBase64url, sha256 } from '@careledger/crypto';
import { patientIdOf } from '@careledger/domain';
import { delegateKeys, patients } from './families.js';
import { kidOfKey, rotated } from './key-periods.js';
import { outcomeOf } from './outcome-of.js';
import { requireNoRecovery, requireNotRecovering } from './pending-recovery.js';
import { changePolicy } from './policy.js';
import { findSigners } from './signers.js';

type OneStatement = { readonly statement: string };

/** @throws ContractError `PATIENT_UNKNOWN` */
export async function getPatient(
  { state }: Pick<Evaluation, 'state'>,
  patientId: string,
): Promise<PatientState> {
  const patient = await state.get(patients.at(patientId));
  if (patient === undefined) throw new ContractError('PATIENT_UNKNOWN', undefined, { patientId });
  return patient;
}

/** Many at once, in the order of the ids; null where one is unknown. */
export async function getPatients(
  { state }: Pick<Evaluation, 'state'>,
  { patientIds }: { readonly patientIds: readonly string[] },
): Promise<{ patients: (PatientState | null)[] }> {
  const found = await Promise.all(patientIds.map((patientId) => state.get(patients.at(patientId))));
  return { patients: found.map((patient) => patient ?? null) };
}

const REGISTRATION = {
  names: ['registerPatient'] as const,
  signers: { selfSignedBy: (body: { consentKey: string }) => body.consentKey },
};

export async function registerPatient(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  const accepted = await acceptOne(tx, statement, REGISTRATION, (verified) => register(tx, verified));
  return outcomeOf(accepted, ({ iss }) => newcomers(iss));
}

export async function registerPatients(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    ...REGISTRATION,
    // By the key that signs and not by the name: who registers in another's is told so, and takes nobody's place.
    subjectOf: ({ body }) => body.consentKey,
    apply: async (itemTx, verified) => {
      await register(itemTx, verified);
      return verified.iss;
    },
  });
  return { result, event: news.length > 0 ? newcomers(...news) : undefined };
}

const newcomers = (...patientIds: string[]) => ({ patientIds, areNew: true as const });

export async function rotatePatientKey(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  const intake = { names: ['rotatePatientKey'] as const, signers: findSigners };
  const accepted = await acceptOne(tx, statement, intake, (verified) => rotate(tx, verified));
  return outcomeOf(accepted, ({ iss }) => ({ patientIds: [iss] }));
}

async function register(tx: Submission, { iss, body }: Verified<'registerPatient'>): Promise<void> {
  const { consentKey, gatewayKey, gatewayKeyProof, encryptionKey } = body;
  // The id is the hash of the key that signed: nobody registers under another's pseudonym.
  if (patientIdOf(fromBase64url(consentKey), sha256) !== iss) throw new ContractError('PATIENT_ID_MISMATCH');
  if (gatewayKey === consentKey)
    throw new ContractError(
      'KEY_PROOF_INVALID',
      'The gateway key is delegated: it cannot be the consent key.',
    );
  checkKeyProof(gatewayKeyProof, iss, gatewayKey, tx);
  if ((await tx.state.get(patients.at(iss))) !== undefined) throw new ContractError('PATIENT_EXISTS');
  tx.state.put(patients.at(iss), {
    patientId: iss,
    consentKeys: [{ key: consentKey, from: tx.at }],
    gatewayKeys: [{ key: gatewayKey, from: tx.at }],
    encryptionKeys: [{ key: encryptionKey, from: tx.at }],
    sponsor: tx.caller.certificateSha256,
    registeredAt: tx.at,
  });
}

async function rotate(tx: Submission, verified: Verified<'rotatePatientKey'>): Promise<void> {
  const { iss, body } = verified;
  const patient = await getPatient(tx, iss);
  await requireNoRecovery(tx, iss);
  if (body.use === 'gateway') await requireNotRecovering(tx, iss, body.newKey);
  // No longer a delegate's, of whom it would be a second power. Refused it must not be: whoever sees a rotation on one
  // channel could appoint its key on the other.
  if (body.use !== 'encryption') tx.state.delete(delegateKeys.at(iss, kidOfKey(body.newKey)));
  tx.state.put(patients.at(iss), withNewKey(tx, patient, body));
  // What is wrapped to a former key of the patient's has to go, like the wraps of whom a revocation ends.
  const takesAway = body.use === 'encryption';
  await changePolicy(tx, verified, { opensEpoch: body.use === 'consent', takesAway });
}

function withNewKey(
  tx: Submission,
  patient: PatientState,
  { use, newKey, newKeyProof }: Verified<'rotatePatientKey'>['body'],
): PatientState {
  const { patientId, consentKeys, gatewayKeys, encryptionKeys } = patient;
  if (use === 'encryption') return { ...patient, encryptionKeys: rotated(encryptionKeys, newKey, tx.at) };
  const signing = [...consentKeys, ...gatewayKeys];
  const next =
    use === 'consent'
      ? { consentKeys: rotated(consentKeys, newKey, tx.at, signing) }
      : { gatewayKeys: rotated(gatewayKeys, newKey, tx.at, signing) };
  checkKeyProof(newKeyProof, patientId, newKey, tx);
  return { ...patient, ...next };
}
