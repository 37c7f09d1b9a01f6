import { DECISION_CHANNELS } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { checkAppStatement, openConsentKey, type ConsentPassphrase } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { Patient } from '../../patients/index.js';
import { patientStatement } from '../../patients/patient-statement.js';

export interface PatientWordOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
}

type ToOwnGateway = 'acknowledgeAlarm' | 'muteAlarms';

/** What the patient says to the own gateway, as it is kept, and what it says. */
export interface PatientWord<N extends ToOwnGateway> {
  readonly statement: string;
  readonly body: StatementBody<N>;
}

/** Signed here with the consent key that the passphrase opens. @throws ConsentError `CONSENT_KEY_LOCKED`, PatientError */
export async function signedWord<N extends ToOwnGateway>(
  { core, networkId }: PatientWordOptions,
  patient: Patient,
  {
    name,
    body,
    unlock,
  }: { readonly name: N; readonly body: StatementBody<N>; readonly unlock: ConsentPassphrase },
): Promise<PatientWord<N>> {
  const signer = await openConsentKey(core, patient, unlock);
  const about = { patientId: patient.patientId, networkId, channels: DECISION_CHANNELS[name], body };
  return { statement: patientStatement(name, about, signer), body };
}

/** Ready from the patient's app. @param nowMs unless now @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
export function readyWord<N extends ToOwnGateway>(
  { core, networkId, verifier }: PatientWordOptions,
  patient: Patient,
  { name, statement, ...at }: { readonly name: N; readonly statement: string; readonly nowMs?: number },
): PatientWord<N> {
  const expected = { names: [name], networkId, channels: DECISION_CHANNELS[name], verifier, ...at };
  return { statement, body: checkAppStatement(core, patient, statement, expected).body };
}
