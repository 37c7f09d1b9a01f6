import type { Authority } from '@careledger/client';
import type { CreateSubscriptionData } from '@careledger/client/authority';
import { eventually } from '../client/eventually.js';
import type { Person } from './people.js';

/** Somebody who can consent: a client of the gateway, and what unlocks the consent key. */
export type Patient = Pick<Person, 'patientId' | 'api' | 'passphrase'>;

export type Terms = Pick<CreateSubscriptionData['body'], 'permissions' | 'purposes' | 'reason'>;

/** The authority asks, the patient sees the request on the ledger and approves it with the consent key. */
export async function subscribe(
  authority: Authority,
  authorityId: string,
  { api, passphrase, patientId }: Patient,
  terms: Terms,
): Promise<void> {
  const asked = await authority.createSubscription({ body: { patientId, ...terms } });
  const { subscriptionId } = await authority.finished(asked);
  await eventually('The request reaching the patient', async () => {
    const { subscriptions } = await api.listPatientSubscriptions({
      path: { patientId },
      query: { status: 'pending' },
    });
    return subscriptions.find(
      (found) => found.subscriptionId === subscriptionId && found.authorityId === authorityId,
    );
  });
  await api.approvePatientSubscription({ path: { patientId, subscriptionId }, body: { passphrase } });
}

/** Revokes every grant of the patient, through the gateway. */
export async function revokeAll({ api, passphrase, patientId }: Patient): Promise<void> {
  await api.revokeAllPatientGrants({ path: { patientId }, body: { passphrase } });
}

/** A revocation of everything granted so far, signed with the consent key and sent by nobody yet. */
export async function signedRevocation({ api, passphrase, patientId }: Patient): Promise<string> {
  const { statement } = await api.createPatientRevocation({ path: { patientId }, body: { passphrase } });
  return statement;
}
