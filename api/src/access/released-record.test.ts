import { generateEd25519, generateX25519, nodeVerifier, sha256, toBase64url, utf8 } from '@careledger/crypto';
import type { AccessState, AuthorityState, ProviderState, StoredRecordState } from '@careledger/contracts';
import { PATIENTS_MSP, recordIdOf } from '@careledger/domain';
import {
  makeWrapSet,
  makeWrapsAcceptance,
  newSalt,
  readWrapSet,
  recordSeedFor,
  sealRecord,
  wrapKey,
} from '@careledger/envelope';
import { clinicalBundle } from '@careledger/fhir';
import { LedgerError } from '@careledger/ledger';
import type { ReleasedRecord } from '@careledger/protocol';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { testPatient } from '../../testing/test-patient.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { Registrations } from '../policy/registrations.js';
import { SqliteStore } from '../store/store.js';
import { CloudWitnesses } from './cloud-witnesses.js';
import { openReleased } from './released-record.js';

const requestSid = `${'r'.repeat(21)}A`;
const version = 1;
const { patientId, gateway, state } = testPatient();
const other = testPatient();
const author = 'aut_lab';
const lab = generateEd25519().signer;
const cloud = generateEd25519().signer;
const reader = generateX25519();
const seed = recordSeedFor(newSalt(), { patientId, kind: 'clinical', key: '1' });
const recordId = recordIdOf({ author, patientId, seed }, sha256);
const RELAY = 'prv_cloud-a';
const FROM = '2026-01-01T00:00:00Z';
const periods = (key: Uint8Array, until?: string) => [
  { key: toBase64url(key), from: FROM, ...(until !== undefined && { until }) },
];
const AT_MS = Date.parse('2026-05-05T10:00:00Z');

/** A laboratory's result about somebody, by somebody. */
const bundleOf = (subject = patientId, authorityId = author) =>
  clinicalBundle({
    patientId: subject,
    author: { authorityId },
    documentId: 'document-1',
    recordedAtMs: AT_MS,
    items: [
      { kind: 'lab-result', code: '4548-4', display: 'HbA1c', value: 5.4, unit: '%', effectiveMs: AT_MS },
    ],
  });
const CONTENT = JSON.stringify(bundleOf());

/** What a provider releases of a record whose author wrote this text, whatever it is. */
async function releasedOf(text = CONTENT, { signer = lab, retired = false } = {}) {
  const aad = { v: 2 as const, recordId, version, patientId, author, tagGroups: [], prevVersionHash: null };
  const sealed = sealRecord({ content: utf8(text), aad }, lab);
  const { manifest, manifestHash } = sealed;
  const wraps = [await wrapKey(sealed.contentKey, { recordId, version }, { publicKey: reader.publicKey })];
  const wrapSet = makeWrapSet({ recordId, version, manifestHash, wraps }, signer);
  const record: ReleasedRecord = {
    recordId,
    version,
    patientId,
    manifest,
    wrapSet,
    wrap: wraps[0]?.jwe ?? null,
    acceptance: makeWrapsAcceptance(
      {
        wrapSet,
        set: readWrapSet(wrapSet),
        provider: RELAY,
        acceptedAt: retired ? '2026-04-30T00:00:00Z' : '2026-05-05T10:00:00Z',
      },
      cloud,
    ),
    ciphertext: toBase64url(sealed.ciphertext),
    receipt: 'x.y.z',
  };
  return { record, manifestHash, ciphertext: sealed.ciphertext };
}

const permit: AccessState = {
  patientId,
  basis: 'request',
  requestSid,
  requester: 'aut_hospital',
  recordId,
  version,
  purpose: 'TREAT',
  throughProviderId: RELAY,
  releasingProviderId: RELAY,
  decision: 'permit',
  reason: 'GRANT',
  policyVersion: 1,
  policyHash: 'A'.repeat(43),
  at: '2026-05-05T11:00:00.000Z',
  releaseBefore: '2026-05-05T11:00:30.000Z',
  txId: 'f'.repeat(64),
};
const missing = (code: 'PERMIT_UNKNOWN' | 'RECORD_UNKNOWN') => () => {
  throw new LedgerError('CHAINCODE_REFUSED', code, { chaincodeCode: code });
};
/** What a list has of one access: nothing where it is not there. */
const rowsOf = (find: () => unknown) => {
  try {
    return { rows: [find()], bookmark: '' };
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode === 'PERMIT_UNKNOWN')
      return { rows: [], bookmark: '' };
    throw error;
  }
};
const isAway = (): never => {
  throw new LedgerError('UNAVAILABLE', 'no connection');
};
const refusedAs = (code: string, reason?: string) =>
  expect.objectContaining({
    code,
    ...(reason !== undefined && { members: expect.objectContaining({ reason }) }),
  });

interface Said {
  /** What a peer of channel `cloud` says of the request. */
  readonly committed?: (peer: string | undefined) => unknown;
  readonly stored?: Partial<StoredRecordState>;
  readonly labKeys?: AuthorityState['signingKeys'];
}

describe('what a provider released', () => {
  let store: SqliteStore;
  beforeEach(() => {
    store = new SqliteStore(':memory:');
  });
  afterEach(() => store.close());

  /** What the ledger says, and what the provider does. */
  const open = async (
    { committed = () => permit, stored = {}, labKeys = periods(lab.publicKey) }: Said = {},
    record: Partial<ReleasedRecord> = {},
    access: Partial<AccessState> = {},
    released?: Awaited<ReturnType<typeof releasedOf>>,
  ) => {
    const made = released ?? (await releasedOf());
    const channels = {
      authorities: fakeChannel('authorities', {
        GetPatient: () => state,
        GetAuthority: (): Partial<AuthorityState> => ({ authorityId: author, signingKeys: labKeys }),
      }),
      cloud: fakeChannel('cloud', {
        ListAccesses: (_args, peer) => rowsOf(() => committed(peer)),
        GetRecord: () => ({ manifestHash: made.manifestHash, author, kind: 'clinical', ...stored }),
        GetProvider: (): Partial<ProviderState> => ({ signingKeys: periods(cloud.publicKey) }),
      }),
    };
    const answer = {
      asked: { requestSid, patientId, recordId, version, relay: RELAY },
      access: { ...permit, ...access },
      record: { ...made.record, ...record },
    };
    const [one] = await openReleased([answer], {
      authorityId: 'aut_hospital',
      channels,
      witnesses: new CloudWitnesses({
        mspId: 'HospitalMSP',
        peerMspIds: [PATIENTS_MSP, 'CloudAMSP', 'CloudBMSP'],
      }),
      registrations: new Registrations(channels, new MirrorStore(store), store),
      verifier: nodeVerifier(),
      keys: [reader],
    });
    if (one?.status !== 'fulfilled') throw one?.reason;
    return one.value;
  };

  test('under a committed permit, as its author signed it, is opened, and for the gate alone to give out', async () => {
    const opened = await open();
    expect(opened).toMatchObject({ access: permit, stored: { author } });
    expect(JSON.stringify(opened)).not.toContain('HbA1c');
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

  test.each([
    ['somebody else’s permit', { requester: 'aut_lab' }],
    ['a permit of another transaction', { txId: 'e'.repeat(64) }],
    ['a permit that was given through another provider', { throughProviderId: 'prv_cloud-b' }],
    ['the reading of a notice', { basis: 'notice' as const }],
  ])('under %s is not shown', async (_name, more) => {
    await expect(open({ committed: () => ({ ...permit, ...more }) })).rejects.toEqual(
      refusedAs('PERMIT_NOT_COMMITTED'),
    );
  });

  test('a provider whose own peer alone says that there is a permit gets nothing shown', async () => {
    // The Patients' peer knows of none: what the provider's says is not even asked for.
    const asked: unknown[] = [];
    const committed = (peer: string | undefined) => {
      asked.push(peer);
      return peer === PATIENTS_MSP ? missing('PERMIT_UNKNOWN')() : permit;
    };
    await expect(open({ committed })).rejects.toEqual(refusedAs('PERMIT_NOT_COMMITTED'));
    expect(new Set(asked)).toEqual(new Set([PATIENTS_MSP]));

    // While that is away, the provider's own is not enough: alone, or against another one.
    const alone = (peer: string | undefined) => (peer === 'CloudAMSP' ? permit : isAway());
    await expect(open({ committed: alone })).rejects.toEqual(refusedAs('LEDGER_UNAVAILABLE'));
    const against = (peer: string | undefined) => {
      if (peer === PATIENTS_MSP) return isAway();
      return peer === 'CloudAMSP' ? permit : missing('PERMIT_UNKNOWN')();
    };
    await expect(open({ committed: against })).rejects.toEqual(refusedAs('LEDGER_UNAVAILABLE'));
    const otherwise = (peer: string | undefined) =>
      peer === PATIENTS_MSP ? isAway() : { ...permit, purpose: peer === 'CloudAMSP' ? 'TREAT' : 'HRESCH' };
    await expect(open({ committed: otherwise })).rejects.toEqual(refusedAs('LEDGER_UNAVAILABLE'));
  }, 30_000);

  test('while the Patients’ peer is away, two others that say the same are enough', async () => {
    const committed = (peer: string | undefined) => (peer === PATIENTS_MSP ? isAway() : permit);
    await expect(open({ committed })).resolves.toMatchObject({ access: permit });
  });

  test('with one bit of the ciphertext changed is not shown', async () => {
    const released = await releasedOf();
    const altered = Uint8Array.from(released.ciphertext);
    altered[20] = (altered[20] ?? 0) ^ 1;
    await expect(open({}, { ciphertext: toBase64url(altered) }, {}, released)).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'CIPHERTEXT_HASH_MISMATCH'),
    );
  });

  test('that is an older version than the ledger’s is not shown', async () => {
    await expect(open({ stored: { manifestHash: 'A'.repeat(43) } })).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'MANIFEST_HASH_MISMATCH'),
    );
  });

  test('with wraps signed by a stranger is not shown', async () => {
    const released = await releasedOf(CONTENT, { signer: generateEd25519().signer });
    await expect(open({}, {}, {}, released)).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'WRAP_SIGNER_UNKNOWN'),
    );
  });

  test('with wraps signed by a key that was rotated away is shown where the provider took them before that', async () => {
    const labKeys = [
      ...periods(lab.publicKey, '2026-05-01T00:00:00Z'),
      ...periods(generateEd25519().signer.publicKey),
    ];
    await expect(
      open({ labKeys }, {}, {}, await releasedOf(CONTENT, { retired: true })),
    ).resolves.toBeDefined();
    await expect(open({ labKeys })).rejects.toEqual(refusedAs('RECORD_ALTERED', 'WRAP_SIGNER_RETIRED'));
  });

  test('without a wrap for this authority is not opened, and says so, and when to ask again', async () => {
    await expect(open({}, { wrap: null })).rejects.toMatchObject({
      code: 'RECORD_NOT_WRAPPED',
      members: { retryAfterS: expect.any(Number) },
    });
  });

  test('that is no base64url is not shown', async () => {
    await expect(open({}, { ciphertext: 'AAAAB' })).rejects.toEqual(refusedAs('RECORD_ALTERED'));
  });

  test.each([
    ['about another patient', 'SUBJECT_MISMATCH', JSON.stringify(bundleOf(other.patientId))],
    ['in another authority’s name', 'AUTHOR_MISMATCH', JSON.stringify(bundleOf(patientId, 'aut_hospital'))],
    ['that is an instruction', 'BUNDLE_TYPE_REFUSED', CONTENT.replace('"collection"', '"transaction"')],
    [
      'in which somebody sees 5.4 and somebody else 54',
      'JSON_DUPLICATE_KEY',
      CONTENT.replace('"value":5.4', '"value":5.4,"value":54'),
    ],
    ['that is no FHIR', 'NOT_A_FHIR_RESOURCE', '{"a":1}'],
  ])('a hostile author’s record %s is not shown', async (_name, reason, text) => {
    expect(text).not.toBe(CONTENT);
    await expect(open({}, {}, {}, await releasedOf(text))).rejects.toEqual(
      refusedAs('RECORD_ALTERED', reason),
    );
  });

  test('a gateway is not believed to have made a clinical record', async () => {
    const stored = { author: patientId };
    const aad = { v: 2 as const, recordId, version, patientId, author: patientId, tagGroups: [] };
    const sealed = sealRecord({ content: utf8(CONTENT), aad: { ...aad, prevVersionHash: null } }, gateway);
    const { manifest, manifestHash } = sealed;
    const wrap = await wrapKey(sealed.contentKey, { recordId, version }, { publicKey: reader.publicKey });
    const wrapSet = makeWrapSet({ recordId, version, manifestHash, wraps: [wrap] }, gateway);
    const record = { manifest, wrapSet, wrap: wrap.jwe, ciphertext: toBase64url(sealed.ciphertext) };
    const released = await releasedOf();
    await expect(open({ stored: { ...stored, manifestHash } }, record, {}, released)).rejects.toEqual(
      refusedAs('RECORD_ALTERED', 'KIND_MISMATCH'),
    );
  });
});
