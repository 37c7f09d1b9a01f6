import { randomBytes } from 'node:crypto';
import {
  TestPatient,
  newId,
  newSigner,
  publicKeyOf,
  type StatementOptions,
  type TestOrganisation,
} from '@careledger/chaincode-runtime/testing';
import {
  accessControl,
  records,
  type AccessState,
  type BatchResult,
  type ContractDefinition,
  type StatementBody,
  type StoredRecordState,
} from '@careledger/contracts';
import { randomId128, toBase64url } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { ChaincodeNetwork, codeOf, type IdentityName } from './chaincode-network.js';

const nowS = () => Math.floor(Date.now() / 1000);

let network: ChaincodeNetwork;
let hospital: TestOrganisation;
let cloudA: TestOrganisation;
beforeAll(async () => {
  network = await ChaincodeNetwork.start();
  hospital = network.organisation('aut_hospital', 'HospitalMSP');
  cloudA = network.organisation('prv_cloud-a', 'CloudAMSP');
  for (const channel of CHANNELS) await network.register(hospital, 'hospital admin', channel);
  await network.register(cloudA, 'cloud-a admin', 'cloud');
  await network.register(network.organisation('prv_cloud-b', 'CloudBMSP'), 'cloud-b admin', 'cloud');
}, 60_000);
afterAll(() => network[Symbol.asyncDispose]());

async function newPatient(): Promise<TestPatient> {
  const patient = new TestPatient(network.networkId, nowS());
  for (const channel of CHANNELS)
    await network.submit('patients enroller', channel, accessControl, 'RegisterPatient', {
      statement: patient.registration(),
    });
  return patient;
}

const newHash = () => toBase64url(randomBytes(32));
const PERIOD = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };
const recordOf = (patientId: string, body: Partial<StatementBody<'storeRecord'>> = {}) => ({
  patientId,
  recordId: newId('rec'),
  version: 1,
  prevVersionHash: null,
  kind: 'periodic' as const,
  period: PERIOD,
  providerId: cloudA.id,
  manifestHash: newHash(),
  ciphertextSha256: newHash(),
  sizeBytes: 100,
  scopeTags: [],
  ...body,
});
const storeOf = (patient: TestPatient, body: Partial<StatementBody<'storeRecord'>> = {}) =>
  patient.sign('storeRecord', recordOf(patient.id, body), patient.gateway);
const announcementOf = (patient: TestPatient) => {
  const { patientId, recordId, version, kind, period, providerId, manifestHash, scopeTags } = recordOf(
    patient.id,
  );
  const storeTxId = randomBytes(32).toString('hex');
  const body = { patientId, recordId, version, kind, period, providerId, manifestHash, scopeTags, storeTxId };
  return patient.sign('announceRecord', body, patient.gateway);
};
const anchorOf = (patient: TestPatient) =>
  patient.sign(
    'anchorHead',
    { height: 1, hash: newHash(), prevHeight: null, prevHash: null },
    patient.gateway,
  );
const requestOf = (patient: TestPatient, recordId: string, options: StatementOptions = {}) =>
  hospital.sign(
    'accessRequest',
    { patientId: patient.id, recordId, purpose: 'TREAT', granteeTags: [] },
    hospital.signer,
    { iat: nowS(), ...options },
  );

async function codes(
  identity: IdentityName,
  channel: ChannelName,
  contract: ContractDefinition,
  name: string,
  items: readonly string[],
): Promise<string[]> {
  const { result } = await network.submit(identity, channel, contract, name, { items });
  return (result as BatchResult).items.map(({ code }) => code);
}
const grant = (...items: string[]) => codes('patients client', 'cloud', accessControl, 'Grant', items);
const revoke = (...items: string[]) => codes('patients client', 'cloud', accessControl, 'Revoke', items);
const store = (...items: string[]) => codes('cloud-a client', 'cloud', records, 'StoreRecords', items);
const request = async (statement: string, identity: IdentityName = 'cloud-a client') =>
  (await network.submit(identity, 'cloud', records, 'RequestAccess', { statement })).result as AccessState;

async function patientWithRecord(): Promise<{ patient: TestPatient; recordId: string }> {
  const patient = await newPatient();
  const recordId = newId('rec');
  expect(await store(storeOf(patient, { recordId }))).toEqual(['OK']);
  return { patient, recordId };
}

describe('a statement', () => {
  test('signed by another patient is refused and changes nothing', async () => {
    const { patient, recordId } = await patientWithRecord();
    const forger = await newPatient();
    const forged = forger.grant(hospital.id, {}, { iss: patient.id });
    expect(await grant(forged)).toEqual(['STATEMENT_KEY_UNKNOWN']);
    expect(await request(requestOf(patient, recordId))).toMatchObject({
      decision: 'deny',
      reason: 'NO_GRANT',
    });
  });

  test('with a wrong signature is refused', async () => {
    const patient = await newPatient();
    const [header = '', payload = ''] = patient.grant(hospital.id).split('.');
    const [, , signature = ''] = patient.grant(hospital.id).split('.');
    expect(await grant(`${header}.${payload}.${signature}`)).toEqual(['STATEMENT_SIGNATURE_INVALID']);
  });

  test('that is replayed, by whomever, returns the first result and transaction', async () => {
    const patient = new TestPatient(network.networkId, nowS());
    const statement = patient.registration();
    const args = { statement };
    const first = await network.submit('patients enroller', 'cloud', accessControl, 'RegisterPatient', args);
    const again = await network.submit('patients enroller', 'cloud', accessControl, 'RegisterPatient', args);
    expect(again.result).toEqual({ sid: expect.any(String), code: 'OK', txId: first.transactionId });
    expect(again.transactionId).not.toBe(first.transactionId);
  });

  test('whose id was used for other content is refused', async () => {
    const patient = await newPatient();
    const sid = randomId128();
    expect(await grant(patient.grant(hospital.id, {}, { sid }))).toEqual(['OK']);
    expect(await grant(patient.grant(hospital.id, {}, { sid }))).toEqual(['STATEMENT_ID_REUSED']);
  });

  test('for another network, another channel, or of the wrong kind is refused', async () => {
    const patient = await newPatient();
    expect(
      await grant(
        patient.grant(hospital.id, {}, { aud: 'production' }),
        patient.grant(hospital.id, {}, { channels: ['authorities'] }),
        patient.revokeAll(),
      ),
    ).toEqual(['STATEMENT_AUDIENCE_MISMATCH', 'STATEMENT_CHANNEL_MISMATCH', 'STATEMENT_TYPE_MISMATCH']);
  });

  test('with a clock far ahead is refused', async () => {
    const patient = await newPatient();
    const early = patient.grant(hospital.id, {}, { iat: nowS() + 3_600 });
    expect(await grant(early)).toEqual(['STATEMENT_FROM_FUTURE']);
  });

  test('signed by a key that was rotated since is refused: store, announce, anchor and grant', async () => {
    const patient = await newPatient();
    const old = [
      storeOf(patient),
      announcementOf(patient),
      anchorOf(patient),
      patient.grant(hospital.id),
    ] as const;
    for (const use of ['gateway', 'consent'] as const) {
      const next = newSigner();
      const body = { use, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
      const statement = patient.sign('rotatePatientKey', body, patient.consent);
      for (const channel of ['cloud', 'authorities'] as const)
        await network.submit('patients client', channel, accessControl, 'RotatePatientKey', { statement });
    }
    const refused = ['STATEMENT_KEY_UNKNOWN'];
    expect(await store(old[0])).toEqual(refused);
    expect(await codes('patients client', 'authorities', records, 'AnnounceRecords', [old[1]])).toEqual(
      refused,
    );
    expect(await codes('patients client', 'authorities', records, 'AnchorHeads', [old[2]])).toEqual(refused);
    expect(await grant(old[3])).toEqual(refused);
  });
});

describe('a batch with bad items', () => {
  test('gives each its code and carries out the others', async () => {
    const [a, b] = [await newPatient(), await newPatient()];
    const stranger = new TestPatient(network.networkId, nowS());
    const items = [storeOf(a), 'not.a.statement', storeOf(stranger), storeOf(a), storeOf(b)];
    expect(await store(...items)).toEqual([
      'OK',
      'STATEMENT_MALFORMED',
      'PATIENT_UNKNOWN',
      'BATCH_DUPLICATE_SUBJECT',
      'OK',
    ]);
  });

  test('that is too long, or no batch at all, fails with a code', async () => {
    const items = new Array<string>(201).fill('a.b.c');
    const submit = (args: unknown) =>
      network.submit('patients client', 'cloud', accessControl, 'Grant', args);
    expect(await codeOf(submit({ items }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(submit({ items: [], more: true }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(submit('text'))).toBe('ARGUMENT_INVALID');
  });

  test('of one oversized statement gives that one its code', async () => {
    const patient = await newPatient();
    expect(await grant(`a.${'b'.repeat(40_000)}.c`, patient.grant(hospital.id))).toEqual([
      'STATEMENT_TOO_LARGE',
      'OK',
    ]);
  });
});

describe('access', () => {
  test('under an expired grant is denied, and the denial is on record', async () => {
    const { patient, recordId } = await patientWithRecord();
    await grant(patient.grant(hospital.id, { until: '2026-01-02T00:00:00Z' }));
    const denied = await request(requestOf(patient, recordId));
    expect(denied).toMatchObject({ decision: 'deny', reason: 'GRANT_EXPIRED', policyVersion: 1 });
    const args = { patientId: patient.id };
    expect(await network.evaluate('hospital client', 'cloud', records, 'ListAccesses', args)).toEqual({
      rows: [denied],
      bookmark: '',
    });
  });

  test('requested twice is decided once, also through another provider and after a revocation', async () => {
    const { patient, recordId } = await patientWithRecord();
    await grant(patient.grant(hospital.id));
    const statement = requestOf(patient, recordId);
    const permit = await request(statement);
    expect(permit).toMatchObject({ decision: 'permit', releasingProviderId: cloudA.id });
    await revoke(patient.revokeAll());
    expect(await request(statement, 'cloud-b client')).toEqual(permit);
  });

  test('whose request is older than two minutes is refused', async () => {
    const { patient, recordId } = await patientWithRecord();
    const stale = requestOf(patient, recordId, { iat: nowS() - 125 });
    expect(await codeOf(request(stale))).toBe('STATEMENT_EXPIRED');
  });

  test('that a revocation overtook fails to commit: no permit is ordered after it', async () => {
    const { patient, recordId } = await patientWithRecord();
    await grant(patient.grant(hospital.id));
    const args = { statement: requestOf(patient, recordId) };
    const permit = await network.endorse('cloud-a client', 'cloud', records, 'RequestAccess', args);
    expect(JSON.parse(Buffer.from(permit.getResult()).toString())).toMatchObject({ decision: 'permit' });
    await revoke(patient.revokeAll());
    const status = await (await permit.submit()).getStatus();
    expect(status).toMatchObject({ successful: false, code: StatusCode.MVCC_READ_CONFLICT });
    expect(await request(args.statement)).toMatchObject({ decision: 'deny' });
  });

  test('races a revocation many times: every valid permit lies before it', async () => {
    const { patient, recordId } = await patientWithRecord();
    await grant(patient.grant(hospital.id));
    const permits = Array.from({ length: 20 }, () =>
      network
        .submit('cloud-a client', 'cloud', records, 'RequestAccess', {
          statement: requestOf(patient, recordId),
        })
        .then(({ result }) => result as AccessState)
        .catch((error: unknown) => {
          // Overtaken, or endorsed by two peers of which one was a block ahead: neither is on the ledger.
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(MVCC_CONFLICT|ENDORSEMENT_FAILED)$/),
          });
          return undefined;
        }),
    );
    const revoked = revoke(patient.revokeAll());
    const decided = (await Promise.all(permits)).filter((access) => access !== undefined);
    expect(await revoked).toEqual(['OK']);
    for (const { decision, policyVersion } of decided)
      expect([decision, policyVersion]).toEqual(policyVersion === 1 ? ['permit', 1] : ['deny', 2]);
  });
});

describe('two patients', () => {
  test('never conflict, whatever they do at once', async () => {
    const patients = await Promise.all(Array.from({ length: 12 }, newPatient));
    const submit =
      (identity: IdentityName, channel: ChannelName, contract: ContractDefinition, name: string) =>
      (item: string) =>
        codes(identity, channel, contract, name, [item]);
    const lanes = [
      [submit('cloud-a client', 'cloud', records, 'StoreRecords'), storeOf],
      [submit('patients client', 'authorities', records, 'AnnounceRecords'), announcementOf],
      [submit('patients client', 'authorities', records, 'AnchorHeads'), anchorOf],
      [
        submit('patients client', 'cloud', accessControl, 'Grant'),
        (each: TestPatient) => each.grant(hospital.id),
      ],
    ] as const;
    const results = await Promise.all(
      lanes.flatMap(([run, statementOf]) => patients.map((each) => run(statementOf(each)))),
    );
    expect(results).toEqual(results.map(() => ['OK']));
  });
});

test('pages follow one another without a gap or a repetition, in order of time', async () => {
  const patient = await newPatient();
  const starts = [7, 2, 5, 1, 6].map((hour) => `2026-03-01T0${hour}:00:00Z`);
  for (const start of starts)
    expect(await store(storeOf(patient, { period: { start, end: PERIOD.end } }))).toEqual(['OK']);
  const seen: string[] = [];
  let bookmark = '';
  do {
    const page = (await network.evaluate('patients client', 'cloud', records, 'ListRecords', {
      patientId: patient.id,
      pageSize: 2,
      bookmark,
    })) as { rows: StoredRecordState[]; bookmark: string };
    seen.push(...page.rows.map(({ period }) => period.start));
    bookmark = page.bookmark;
  } while (bookmark !== '');
  expect(seen).toEqual([...starts].sort());
  const between = (await network.evaluate('patients client', 'cloud', records, 'ListRecords', {
    patientId: patient.id,
    from: '2026-03-01T02:00:00Z',
    to: '2026-03-01T06:00:00.000Z',
  })) as { rows: StoredRecordState[] };
  expect(between.rows.map(({ period }) => period.start)).toEqual([
    '2026-03-01T02:00:00Z',
    '2026-03-01T05:00:00Z',
  ]);
});
