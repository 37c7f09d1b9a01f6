import type { ChannelName } from '@careledger/domain';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { Type } from 'typebox';
import type { ApiClient } from '../client/api-client.js';
import { eventually } from '../client/eventually.js';
import type { Person } from './people.js';

/** Somebody who can consent: a client of the gateway, and what unlocks the consent key. */
export type Patient = Pick<Person, 'patientId' | 'api' | 'passphrase'>;

const Subscriptions = Type.Object({
  subscriptions: Type.Array(Type.Object({ subscriptionId: Type.String(), authorityId: Type.String() })),
});
const Anything = Type.Unknown();
export interface Terms {
  readonly permissions: readonly ('read' | 'write' | 'modify')[];
  readonly purposes: readonly string[];
  readonly reason: string;
}

/** The authority asks, the patient sees the request on the ledger and approves it with the consent key. */
export async function subscribe(
  authority: ApiClient,
  authorityId: string,
  person: Patient,
  terms: Terms,
): Promise<void> {
  const Asked = Type.Object({ subscriptionId: Type.String() });
  const { subscriptionId } = await authority.call('POST', '/v1/subscriptions', Asked, {
    patientId: person.patientId,
    ...terms,
  });
  await eventually('The request reaching the patient', async () => {
    const path = `/v1/patients/${person.patientId}/subscriptions?status=pending`;
    const { subscriptions } = await person.api.call('GET', path, Subscriptions);
    return subscriptions.find(
      (found) => found.subscriptionId === subscriptionId && found.authorityId === authorityId,
    );
  });
  await person.api.call(
    'POST',
    `/v1/patients/${person.patientId}/subscriptions/${subscriptionId}/approve`,
    Anything,
    { passphrase: person.passphrase },
  );
}

/** Revokes every grant of the patient, through the gateway. */
export async function revokeAll(person: Patient): Promise<void> {
  await person.api.call('POST', `/v1/patients/${person.patientId}/grants/revoke-all`, Anything, {
    passphrase: person.passphrase,
  });
}

/** A revocation of everything granted so far, signed with the consent key and sent by nobody yet. */
export async function signedRevocation(person: Patient): Promise<string> {
  const path = `/v1/patients/${person.patientId}/revocations`;
  const { statement } = await person.api.call('POST', path, Type.Object({ statement: Type.String() }), {
    passphrase: person.passphrase,
  });
  return statement;
}

/** Hands a signed revocation to an authority. Resolves with the transactions that carried it, by channel. */
export function relayRevocation(
  authority: ApiClient,
  statement: string,
): Promise<Record<ChannelName, string>> {
  const Relayed = Type.Object({ authorities: Type.String(), cloud: Type.String() });
  return authority.call('POST', AUTHORITY_ROUTES.revocations, Relayed, { statement });
}
