import { EXAMPLE, exampleJws } from '@careledger/contracts/examples';
import { reportBundle } from '@careledger/protocol/examples';
import type { Static } from 'typebox';
import type { WriteRequest, WriteStatus } from './schemas.js';

const { patientId, clinicalRecordId: recordId, txId, providerId } = EXAMPLE;
type Status = Static<typeof WriteStatus>;

export const report: Static<typeof WriteRequest> = {
  patientId,
  bundle: reportBundle,
  scope: [{ category: 'laboratory', resourceType: 'Observation' }],
};
export const announced: Status = {
  recordId,
  version: 1,
  patientId,
  stage: 'announced',
  providerId,
  storeTxId: txId,
  receipt: exampleJws('careledger.receipt+jws', { recordId, version: 1, txId, blockNumber: 108 }),
  announceTxId: EXAMPLE.laterTxId,
  reason: null,
  lastError: null,
};
/** On its way: no provider has it yet. */
export const sealed: Status = {
  ...announced,
  stage: 'sealed',
  storeTxId: null,
  receipt: null,
  announceTxId: null,
  lastError: 'PROVIDER_UNREACHABLE',
};
/** The version that follows. */
export const revised: Status = { ...announced, version: 2 };
export const revising: Status = { ...sealed, version: 2 };
