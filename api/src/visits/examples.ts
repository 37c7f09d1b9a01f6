import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import type { Visit } from './schemas.js';

const { authorityId, patientId, visitId } = EXAMPLE;
const at = EXAMPLE.at[3];
type Shown = Static<typeof Visit>;

export const newVisit = {
  patientId,
  at,
  data: { reason: 'check-up after an alarm', findings: 'well' },
  checkIn: exampleStatement('checkIn', { authorityId }),
};
export const related: Shown = {
  visitId,
  patientId,
  at,
  stage: 'related',
  confirmed: true,
  txId: EXAMPLE.laterTxId,
  relatedTxId: EXAMPLE.txId,
  relayedBy: EXAMPLE.providerId,
  reason: null,
};
/** On its way: `authorities` has it, no provider has taken it to `cloud` yet. */
export const recorded: Shown = { ...related, stage: 'recorded', relatedTxId: null, relayedBy: null };
/** As a practitioner sees it. */
export const withData: Shown = { ...related, data: newVisit.data };
