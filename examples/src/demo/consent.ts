import type { Authority } from '@careledger/client';
import type { CreateSubscriptionData } from '@careledger/client/authority';
import { eventually } from '../client/eventually.js';
import type { Clinician } from '../sign-in/clinician.js';
import type { Person } from './people.js';

/** Somebody who can consent: a client of the gateway, and what unlocks the consent key. */
export type Patient = Pick<Person, 'patientId' | 'api' | 'passphrase'>;

/** The copy in which somebody who signs in searches. */
export const copyFor = ({ unit }: Pick<Clinician, 'unit'>) => ({ purpose: 'TREAT' as const, unit });

export type Terms = Pick<CreateSubscriptionData['body'], 'permissions' | 'purposes' | 'reason' | 'copy'>;

/** The authority asks, the patient sees the request on the ledger and approves it with the consent key. */
export async function subscribe(
  authority: Authority,
  authorityId: string,
  patient: Patient,
  terms: Terms,
): Promise<void> {
  const { api, passphrase, patientId } = patient;
  const asked = await authority.createSubscription({ body: { patientId, ...terms } });
  const { subscriptionId } = await authority.finished(asked);
  const shown = await awaitingAnswer(patient, subscriptionId);
  if (shown.authorityId !== authorityId) throw new Error('A request reached the patient as another one’s.');
  await api.approvePatientSubscription({ path: { patientId, subscriptionId }, body: { passphrase } });
}

/** A request, as it waits for the patient's answer. */
export const awaitingAnswer = ({ api, patientId }: Patient, subscriptionId: string) =>
  eventually('The request reaching the patient', async () => {
    const { subscriptions } = await api.listPatientSubscriptions({
      path: { patientId },
      query: { status: 'pending' },
    });
    return subscriptions.find((found) => found.subscriptionId === subscriptionId);
  });

/** Revokes every grant of the patient, through the gateway. */
export async function revokeAll({ api, passphrase, patientId }: Patient): Promise<void> {
  await api.revokeAllPatientGrants({ path: { patientId }, body: { passphrase } });
}

/** A revocation of everything granted so far, signed with the consent key and sent by nobody yet. */
export async function signedRevocation({ api, passphrase, patientId }: Patient): Promise<string> {
  const { statement } = await api.createPatientRevocation({ path: { patientId }, body: { passphrase } });
  return statement;
}
