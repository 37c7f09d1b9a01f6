import { Type } from 'typebox';
import type { Door } from '../client/door.js';
import type { Person } from './people.js';

const Subscription = Type.Object({ subscriptionId: Type.String(), authorityId: Type.String() });
const Anything = Type.Unknown();
/** How often the patient's app looks for requests. */
const POLL_INTERVAL_MS = 200;
/** Time that the ledger gets to show a request to the patient. */
const PENDING_TIMEOUT_MS = 20_000;

export interface Terms {
  readonly permissions: readonly ('read' | 'write' | 'modify')[];
  readonly purposes: readonly string[];
  readonly reason: string;
}

/** The authority asks, the patient sees the request on the ledger and approves it with the consent key. */
export async function subscribe(
  authority: Door,
  authorityId: string,
  person: Person,
  terms: Terms,
): Promise<void> {
  const { subscriptionId } = await authority.call(
    'POST',
    '/v1/subscriptions',
    Type.Object({ subscriptionId: Type.String() }),
    { patientId: person.patientId, ...terms },
  );
  await pending(person, subscriptionId, authorityId);
  await person.door.call(
    'POST',
    `/v1/patients/${person.patientId}/subscriptions/${subscriptionId}/approve`,
    Anything,
    { passphrase: person.passphrase },
  );
}

async function pending(person: Person, subscriptionId: string, authorityId: string): Promise<void> {
  const path = `/v1/patients/${person.patientId}/subscriptions?status=pending`;
  const deadlineMs = Date.now() + PENDING_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const { subscriptions } = await person.door.call(
      'GET',
      path,
      Type.Object({ subscriptions: Type.Array(Subscription) }),
    );
    const found = subscriptions.find((subscription) => subscription.subscriptionId === subscriptionId);
    if (found !== undefined && found.authorityId === authorityId) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw new Error(`The patient never saw the request ${subscriptionId} of ${authorityId}.`);
}

/** Revokes every grant of the patient. */
export async function revokeAll(person: Person): Promise<void> {
  await person.door.call('POST', `/v1/patients/${person.patientId}/grants/revoke-all`, Anything, {
    passphrase: person.passphrase,
  });
}
