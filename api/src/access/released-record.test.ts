import { generateEd25519, generateX25519, nodeVerifier, toBase64url, utf8 } from '@careledger/crypto';
import type { AccessState, StoredRecordState } from '@careledger/contracts';
import { makeWrapSet, newSalt, recordIdFor, sealRecord, wrapKey } from '@careledger/envelope';
import { LedgerError } from '@careledger/ledger';
import type { ReleasedRecord } from '@careledger/protocol';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Directory } from '../policy/directory.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { SqliteStore } from '../store/store.js';
import { fakeChannel } from '../testing/fake-channel.js';
import { testPatient } from '../testing/test-patient.js';
import { openReleased } from './released-record.js';

const requestSid = `${'r'.repeat(21)}A`;
const version = 1;
const { patientId, gateway, state } = testPatient();
const recordId = recordIdFor(newSalt(), { patientId, kind: 'periodic', key: '1' });
const reader = generateX25519();
const CONTENT = '{"resourceType":"Bundle","type":"collection"}';

const sealed = sealRecord(
  {
    content: utf8(CONTENT),
    aad: { v: 1, recordId, version, patientId, author: patientId, scopeTags: [], prevVersionHash: null },
  },
  gateway,
);
const { manifest, manifestHash } = sealed;
const wrapSetBy = async (signer = gateway) =>
  makeWrapSet(
    {
      recordId,
      version,
      manifestHash,
      wraps: [await wrapKey(sealed.contentKey, { recordId, version }, { publicKey: reader.publicKey })],
    },
    signer,
  );

const permit: AccessState = {
  patientId,
  requestSid,
  requester: 'aut_hospital',
  recordId,
  version,
  purpose: 'TREAT',
  throughProviderId: 'prv_cloud-a',
  releasingProviderId: 'prv_cloud-a',
  decision: 'permit',
  reason: 'GRANT',
  policyVersion: 1,
  at: '2026-05-05T11:00:00.000Z',
  releaseBefore: '2026-05-05T11:00:30.000Z',
  txId: 'f'.repeat(64),
};
const missing = (code: 'PERMIT_UNKNOWN' | 'RECORD_UNKNOWN') => () => {
  throw new LedgerError('CHAINCODE_REFUSED', code, { chaincodeCode: code });
};
const refusedAs = (code: string, reason?: string) =>
  expect.objectContaining({
    code,
    ...(reason !== undefined && { members: expect.objectContaining({ reason }) }),
  });

describe('what a provider released', () => {
  let store: SqliteStore;
  beforeEach(() => {
    store = new SqliteStore(':memory:');
  });
  afterEach(() => store.close());

  /** What the ledger says, and what the provider does. */
  const open = async (
    {
      committed = () => permit as unknown,
      stored = { manifestHash, author: patientId } as Partial<StoredRecordState>,
    } = {},
    record: Partial<ReleasedRecord> = {},
    access: Partial<AccessState> = {},
  ) => {
    const channels = {
      authorities: fakeChannel('authorities', {
        RecordHistory: missing('RECORD_UNKNOWN'),
        GetPatient: () => state,
      }),
      cloud: fakeChannel('cloud', { GetAccess: committed, GetRecord: () => stored }),
    };
    const released: ReleasedRecord = {
      recordId,
      version,
      patientId,
      manifest,
      wrapSet: await wrapSetBy(),
      ciphertext: toBase64url(sealed.ciphertext),
      receipt: 'x.y.z',
      ...record,
    };
    return openReleased(
      { access: { ...permit, ...access }, record: released },
      { requestSid, patientId, recordId },
      {
        authorityId: 'aut_hospital',
        channels,
        directory: new Directory(channels, new MirrorStore(store), store),
        verifier: nodeVerifier(),
        keys: [reader],
      },
    );
  };

  test('under a committed permit, as its author signed it, is opened', async () => {
    expect(await open()).toMatchObject({ json: CONTENT, manifestHash });
  });

  test('by a provider that serves without a permit is not shown', async () => {
    await expect(open({ committed: missing('PERMIT_UNKNOWN') })).rejects.toEqual(
      refusedAs('PERMIT_NOT_COMMITTED', 'PERMIT_UNKNOWN'),
    );
  });

  test('by a provider that serves against a denial is not shown', async () => {
    const denial = { ...permit, decision: 'deny', reason: 'NO_GRANT' };
    await expect(open({ committed: () => denial })).rejects.toEqual(
      refusedAs('PERMIT_NOT_COMMITTED', 'NO_GRANT'),
    );
  });

  test('under somebody else’s permit is not shown', async () => {
    await expect(open({ committed: () => ({ ...permit, requester: 'aut_lab' }) })).rejects.toEqual(
      refusedAs('PERMIT_NOT_COMMITTED'),
    );
    await expect(open({}, {}, { txId: 'e'.repeat(64) })).rejects.toEqual(refusedAs('PERMIT_NOT_COMMITTED'));
  });

  test('with one bit of the ciphertext changed is not shown', async () => {
    const altered = Uint8Array.from(sealed.ciphertext);
    altered[20] = (altered[20] ?? 0) ^ 1;
    await expect(open({}, { ciphertext: toBase64url(altered) })).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'CIPHERTEXT_HASH_MISMATCH'),
    );
  });

  test('that is an older version than the ledger’s is not shown', async () => {
    const stored = { manifestHash: 'A'.repeat(43), author: patientId };
    await expect(open({ stored })).rejects.toEqual(refusedAs('RECORD_ALTERED', 'MANIFEST_HASH_MISMATCH'));
  });

  test('with wraps signed by a stranger is not shown', async () => {
    await expect(open({}, { wrapSet: await wrapSetBy(generateEd25519().signer) })).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'WRAP_SIGNER_UNKNOWN'),
    );
  });

  test('that is no base64url is not shown', async () => {
    await expect(open({}, { ciphertext: 'AAAAB' })).rejects.toEqual(refusedAs('RECORD_ALTERED'));
  });
});
