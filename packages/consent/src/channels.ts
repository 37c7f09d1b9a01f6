import type { StatementName } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';

/**
 * The channels that a patient's statement names, in the order in which they take it. A grant reaches the authorities
 * first, a revocation the providers: what narrows access is never late there. What goes to the own gateway alone names a
 * channel as every statement does.
 */
export const DECISION_CHANNELS = {
  registerPatient: ['authorities', 'cloud'],
  grant: ['authorities', 'cloud'],
  revoke: ['cloud', 'authorities'],
  revokeAll: ['cloud', 'authorities'],
  delegate: ['authorities', 'cloud'],
  endDelegation: ['cloud', 'authorities'],
  rejectSubscription: ['authorities'],
  rotatePatientKey: ['cloud', 'authorities'],
  objectToRecovery: ['cloud', 'authorities'],
  takeOver: ['cloud', 'authorities'],
  settings: ['authorities'],
  acknowledgeAlarm: ['authorities'],
  muteAlarms: ['authorities'],
  checkIn: ['authorities', 'cloud'],
} as const satisfies Partial<Record<StatementName, readonly ChannelName[]>>;

/** What the consent key signs; some of it a delegate's as well. */
export type DecisionName = keyof typeof DECISION_CHANNELS;
