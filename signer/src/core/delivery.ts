import { readSigned } from './journal.js';
import type { GatewayClient } from './gateway-client.js';
import type { DecisionAnswer } from './answers.js';
import type { SignedPolicy } from './standing.js';

/** What the gateway made of a statement; undefined where its answer says nothing that the patient waits for. */
export type Delivered = DecisionAnswer | undefined;

/** All that a standing policy stands for, in one go: the gateway takes all of it or nothing. @throws as {@link deliver} */
export function deliverPolicy(
  client: GatewayClient,
  patientId: string,
  policy: SignedPolicy,
): Promise<DecisionAnswer> {
  const sid = readSigned(policy.statements.at(-1) ?? '').sid;
  return client.decide('PUT', `/v1/patients/${patientId}/standing-policy`, { body: policy, sid });
}

/**
 * Brings a statement to the route that takes it. The same statement again is the same decision.
 * @throws SignerError `GATEWAY_REFUSED`, `GATEWAY_UNREACHABLE`, `ANSWER_MISMATCH`, `ANSWER_MALFORMED`
 */
export async function deliver(
  client: GatewayClient,
  patientId: string,
  statement: string,
): Promise<Delivered> {
  const decision = readSigned(statement);
  const of = `/v1/patients/${patientId}`;
  const decided = (path: string) =>
    client.decide('POST', `${of}${path}`, { body: { statement }, sid: decision.sid });
  switch (decision.name) {
    case 'grant': {
      const { effect, subscriptionId } = decision.body;
      if (effect === 'deny') return decided('/denials');
      return decided(subscriptionId === undefined ? '/grants' : `/subscriptions/${subscriptionId}/approve`);
    }
    case 'revoke':
      return decided(`/grants/${decision.body.grantId}/revoke`);
    case 'revokeAll':
      return decided('/grants/revoke-all');
    case 'delegate':
      return decided('/delegates');
    case 'endDelegation':
      return decided(`/delegates/${decision.body.delegationId}/end`);
    case 'rejectSubscription':
      return decided(`/subscriptions/${decision.body.subscriptionId}/reject`);
    case 'rotatePatientKey':
      return decided('/keys/rotate');
    case 'settings':
      await client.send('PUT', `${of}/settings`, { statement });
      return undefined;
    case 'acknowledgeAlarm':
      await client.send('POST', `${of}/alarms/${decision.body.alarmId}/acknowledge`, { statement });
      return undefined;
    case 'muteAlarms':
      await client.send('POST', `${of}/alarms/mute`, { statement });
      return undefined;
    case 'objectToRecovery':
      return decided(`/recoveries/${decision.body.recoveryId}/object`);
    case 'takeOver':
      return decided(`/recoveries/${decision.body.recoveryId}/take-over`);
    case 'checkIn':
    case 'registerPatient':
      // A check-in is shown to the authority, a registration goes with the scope key (`enrol`).
      return undefined;
  }
}
