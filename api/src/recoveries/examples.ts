import type { RecoveryState } from '@careledger/contracts';
import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { Recoveries, VouchBody, Vouched } from './schemas.js';

const { patientId, authorityId, at, statementId: recoveryId, otherPublicKey: newKey } = EXAMPLE;

export const opening: VouchBody = {
  ...{ patientId, reason: 'lost', newKey },
  newKeyProof: exampleStatement('keyProof', { subject: patientId, key: newKey }),
};
export const confirming: VouchBody = { ...opening, confirms: recoveryId };
export const vouched: Vouched = { recoveryId, cloud: EXAMPLE.txId, authorities: EXAMPLE.laterTxId };

const recovery: RecoveryState = {
  ...{ patientId, recoveryId, reason: 'lost', newKey },
  ...{ openedBy: authorityId, openedAt: at[0], confirmedBy: 'aut_insurer', confirmedAt: at[1] },
  ...{ takesEffectAt: '2026-03-03T08:00:00.000Z', lapsesAt: '2026-03-09T08:00:00.000Z' },
};
export const recoveries: Recoveries = { authorities: [recovery], cloud: [recovery] };
