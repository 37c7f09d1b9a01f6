import { randomBytes } from 'node:crypto';
import { TestPatient, newRecord } from '@careledger/chaincode-runtime/testing';
import { toBase64url } from '@careledger/crypto';

/** Of a record: an hour. */
const PERIOD = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };
const HASH_BYTES = 32;
const TAG_BYTES = 16;
/** Tags of a record of one kind of measurement, keyed: as many as the gateway's have. */
const TAGS = 2;

const newHash = (): string => toBase64url(randomBytes(HASH_BYTES));

/** A patient whose keys this process has, for statements that are issued now. */
export function newPatient(networkId: string): TestPatient {
  return new TestPatient(networkId, Math.floor(Date.now() / 1_000));
}

/** What a gateway signs of a new record of a patient: its id, hash and scope, where it lies. */
export function announcementOf(patient: TestPatient): string {
  return patient.sign(
    'announceRecord',
    {
      ...{ patientId: patient.id, ...newRecord(patient.id), version: 1, prevVersionHash: null },
      ...{ kind: 'periodic' as const, period: PERIOD, providerId: 'prv_cloud-a', manifestHash: newHash() },
      tagGroups: [Array.from({ length: TAGS }, () => toBase64url(randomBytes(TAG_BYTES)))],
      storeTxId: randomBytes(HASH_BYTES).toString('hex'),
    },
    patient.gateway,
    { iat: Math.floor(Date.now() / 1_000), channels: ['authorities'] },
  );
}
