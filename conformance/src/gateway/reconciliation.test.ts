import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { records } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { PATIENTS_MSP } from '@careledger/domain';
import { readWrap } from '@careledger/envelope';
import { eventually } from '@careledger/examples';
import type { DeviceSession } from '@careledger/examples/device';
import { HeldWraps, PROVIDER_ROUTES, RevocationAnswer, StoreRecordAnswer } from '@careledger/protocol';
import { createHttpClient } from '@careledger/service-kit';
import { systemToken } from '@careledger/supervisor';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { call } from '../fixtures/services/api-client.js';
import { labBundle } from '../fixtures/services/bundles.js';
import {
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { LoneAuthority } from '../fixtures/services/lone-authority.js';
import { OwnAuthor, onlyTagOf } from '../fixtures/services/own-author.js';
import { HOUR_MS, START_MS, listed } from './gateway/subscribed-patient.js';

const LABORATORY = { category: 'laboratory', resourceType: 'Observation' } as const;
const OTHER_TX = '0'.repeat(64);

interface Difference {
  readonly code: string;
  readonly channel: string | null;
  readonly about: string;
  readonly repair: string;
}

interface Holder {
  readonly providerId: string;
  readonly owed: { readonly policyVersion: number; readonly isOverdue: boolean } | null;
}

let fixture: GatewayFixture;
let hospital: LoneAuthority;
let author: OwnAuthor;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
  hospital = new LoneAuthority(fixture.layers, 'hospital');
  author = new OwnAuthor(fixture.layers, 'hospital');
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const child = (name: string) => fixture.layers.processes.child(name);
const flushed = async (patient: GatewayPatient): Promise<void> => {
  await eventually('what was under way has arrived', async () =>
    (await fixture.own(patient, 'POST', '/flush'))['isDrained'] === true ? true : undefined,
  );
};
const clientAt = (providerId: string, mspId: string) => {
  const { url, tokens } = fixture.layers.provider(providerId.replace('prv_', ''));
  return createHttpClient({ baseUrl: url, token: systemToken(tokens, mspId) });
};

async function reconcile({ patientId }: GatewayPatient, repair = false): Promise<Difference[]> {
  const { differences } = await fixture.ok('POST', '/v1/reconciliations', { patientId, repair });
  return differences as Difference[];
}

/** Code, channel and repair of what is found about something. */
const about = (found: readonly Difference[], what: string) =>
  found.filter((each) => each.about === what).map(({ code, channel, repair }) => [code, channel, repair]);

/** What mends it is sent, twice, and then nothing is left of it. */
async function repaired(patient: GatewayPatient): Promise<void> {
  await reconcile(patient, true);
  await reconcile(patient, true);
  await flushed(patient);
  expect(await reconcile(patient)).toEqual([]);
}

/** Changes a store, whose service stands meanwhile, as a damaged disk or a hand would. */
function damaged(sql: string, values: string[] = [], file = join('gateway', 'gateway.db')): number {
  const database = new DatabaseSync(join(fixture.layers.dir, file));
  try {
    return Number(database.prepare(sql).run(...values).changes);
  } finally {
    database.close();
  }
}

async function grantedPatient(): Promise<{ patient: GatewayPatient; device: DeviceSession }> {
  const patient = await fixture.patient();
  const grant = { authorityId: 'aut_hospital', permissions: ['read', 'write'], purposes: ['TREAT'] };
  await fixture.own(patient, 'POST', '/grants', {
    grant: { ...grant, scope: [LABORATORY] },
    passphrase: PASSPHRASE,
  });
  await flushed(patient);
  return { patient, device: await fixture.device(patient) };
}

const written = async ({ patientId }: GatewayPatient, only?: 'cloud' | 'authorities'): Promise<string> => {
  const tag = await onlyTagOf(fixture.layers, patientId, 'aut_hospital');
  const recordId = await author.write(patientId, {
    ...{ bundle: labBundle(patientId, 6.5), tagGroups: [[tag]] },
    ...(only !== undefined && { only }),
  });
  return `${recordId}/1`;
};

describe('a comparison of stores and channels', () => {
  test('finds what this gateway wrongly holds for stored, announced or confirmed, and brings it there', async () => {
    const { patient, device: former } = await grantedPatient();
    await former.close();
    await child('gateway').stop();
    const unconfirmed = await written(patient);
    await child('cloud-a').stop();
    await child('cloud-b').stop();
    await child('gateway').start();
    const device = await fixture.device(patient);
    for (const hour of [0, 2]) await device.send([glucose(START_MS + hour * HOUR_MS, 99)]);
    await device.close();
    await fixture.own(patient, 'POST', '/flush?timeoutMs=0');
    const made = await eventually('both records are made', async () => {
      const found = await listed(fixture, patient);
      return found.length === 2 ? found : undefined;
    });
    // It hears of the authority's record, and cannot open it: its holder is away.
    await eventually('the record is waited for', async () =>
      Number((await fixture.ok('GET', '/v1/outbox'))['confirmations']) > 0 ? true : undefined,
    );
    await child('gateway').stop();
    await child('cloud-a').start();
    await child('cloud-b').start();
    const [unstored, unannounced] = made.map(({ recordId, version }) => `${recordId}/${version}`);
    await storeAtProvider(String(made[1]?.recordId));
    expect(damaged("UPDATE record_versions SET stage = 'announced' WHERE stage = 'made'")).toBe(2);
    const [recordId = ''] = unconfirmed.split('/');
    const forged = 'UPDATE received_versions SET cloud_tx = ?, authorities_tx = ? WHERE record_id = ?';
    expect(damaged(forged, [OTHER_TX, OTHER_TX, recordId])).toBe(1);
    await child('gateway').start();
    const found = await reconcile(patient);
    expect(found).toHaveLength(4);
    expect(about(found, String(unstored))).toEqual([['RECORD_NOT_STORED', 'cloud', 'possible']]);
    expect(about(found, String(unannounced))).toEqual([['RECORD_NOT_ANNOUNCED', 'authorities', 'possible']]);
    expect(about(found, unconfirmed)).toEqual([
      ['CONFIRMATION_MISSING', 'authorities', 'possible'],
      ['CONFIRMATION_MISSING', 'cloud', 'possible'],
    ]);
    await repaired(patient);
    const { patientId } = patient;
    const { rows } = await fixture.layers.patientsLedger
      .channel('authorities')
      .evaluate(records, 'ListAnnouncements', { patientId });
    expect(new Set(rows.map((row) => row.recordId))).toEqual(
      new Set([recordId, ...made.map((row) => row.recordId)]),
    );
    const { confirmations } = await fixture.layers.patientsLedger
      .channel('cloud')
      .evaluate(records, 'GetRecord', { patientId, recordId });
    expect(confirmations).toHaveLength(1);
  }, 120_000);

  /** What the gateway would have sent, as its store has it. */
  async function storeAtProvider(recordId: string): Promise<void> {
    const database = new DatabaseSync(join(fixture.layers.dir, 'gateway', 'gateway.db'));
    const row = database
      .prepare(
        `SELECT provider_id, store_statement, manifest, wrap_set, wraps, ciphertext
         FROM record_versions JOIN record_contents USING (version_no) WHERE record_id = ?`,
      )
      .get(recordId) as Record<string, string> & { ciphertext: Uint8Array };
    database.close();
    await clientAt(String(row['provider_id']), PATIENTS_MSP).call(
      'PUT',
      PROVIDER_ROUTES.version(recordId, 1),
      {
        body: {
          ...{ statement: row['store_statement'], manifest: row['manifest'], wrapSet: row['wrap_set'] },
          wraps: JSON.parse(String(row['wraps'])) as string[],
          ciphertext: toBase64url(row.ciphertext),
        },
        result: StoreRecordAnswer,
      },
    );
  }

  test('finds what authorities have told one channel alone, and whose it is to mend that', async () => {
    const { patient, device } = await grantedPatient();
    await device.close();
    const unannounced = await written(patient, 'cloud');
    const unstored = await written(patient, 'authorities');
    const recorded = await hospital.visit(patient.patientId);
    await hospital.record(recorded.statement);
    const related = await hospital.visit(patient.patientId);
    await clientAt('prv_cloud-a', 'HospitalMSP').call('POST', PROVIDER_ROUTES.visits, {
      body: { statement: related.statement },
      result: Type.Object({ txId: Type.String() }),
    });
    await flushed(patient);
    const found = await reconcile(patient, true);
    expect(found).toHaveLength(4);
    expect(about(found, unannounced)).toEqual([['RECORD_UNANNOUNCED_BY_AUTHOR', 'authorities', 'none']]);
    expect(about(found, unstored)).toEqual([['RECORD_UNSTORED_BY_AUTHOR', 'cloud', 'none']]);
    expect(about(found, recorded.about)).toEqual([['VISIT_NOT_RELATED', 'cloud', 'none']]);
    expect(about(found, related.about)).toEqual([['VISIT_NOT_RECORDED', 'authorities', 'none']]);
    // Its authority brings what is missing.
    await hospital.record(related.statement);
    expect(about(await reconcile(patient), related.about)).toEqual([]);
  }, 60_000);

  test('finds a revocation that reached one channel alone, and ends wraps by it', async () => {
    const { patient, device } = await grantedPatient();
    await device.close();
    const { grants } = await fixture.own(patient, 'GET', '/grants');
    const [{ grantId }] = grants as [{ grantId: string }];
    const { statement } = await fixture.own(patient, 'POST', '/revocations', {
      grantId,
      passphrase: PASSPHRASE,
    });
    await clientAt('prv_cloud-b', 'CloudAMSP').call('POST', PROVIDER_ROUTES.revocations, {
      body: { statement },
      result: RevocationAnswer,
    });
    expect(about(await reconcile(patient), grantId)).toEqual([['GRANT_NOT_REVOKED', 'authorities', 'none']]);
    const [held] = (await fixture.own(patient, 'GET', '/grants'))['grants'] as [{ status: string }];
    expect(held.status).toBe('revoked');
  }, 60_000);

  test('finds wraps of a provider that was put back to a backup, and has them settled', async () => {
    const { patient, device } = await grantedPatient();
    await fixture.own(patient, 'POST', '/grants', {
      grant: { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] },
      passphrase: PASSPHRASE,
    });
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await flushed(patient);
    const [record] = await listed(fixture, patient);
    const { recordId = '', providerId = '' } = record ?? {};
    const name = providerId.replace('prv_', '');
    const [store, backup] = [
      join(fixture.layers.dir, name),
      join(fixture.layers.dir, `${name}-of-yesterday`),
    ];
    const kids = async () => {
      const path = PROVIDER_ROUTES.wraps(recordId, 1);
      const { wraps } = await clientAt(providerId, PATIENTS_MSP).call('GET', path, { result: HeldWraps });
      return wraps.map((wrap) => readWrap(wrap).kid);
    };
    const granted = await kids();
    await child(name).stop();
    cpSync(store, backup, { recursive: true });
    await child(name).start();
    await fixture.own(patient, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE });
    await flushed(patient);
    const left = await kids();
    expect(left.length).toBeLessThan(granted.length);
    expect(await reconcile(patient)).toEqual([]);
    await child(name).stop();
    rmSync(store, { recursive: true });
    cpSync(backup, store, { recursive: true });
    await child(name).start();
    expect(await kids()).toEqual(granted);
    expect(about(await reconcile(patient), `${recordId}/1`)).toEqual([['WRAPS_DIFFER', null, 'possible']]);
    await repaired(patient);
    expect(await kids()).toEqual(left);
    await child(name).stop();
    expect(damaged('DELETE FROM versions WHERE record_id = ?', [recordId], join(name, 'provider.db'))).toBe(
      1,
    );
    await child(name).start();
    expect(about(await reconcile(patient, true), `${recordId}/1`)).toEqual([['RECORD_LOST', null, 'none']]);
  }, 120_000);

  test('a provider attests that wraps are deleted, also when it was away at the revocation; a new grant brings new ones', async () => {
    const { patient, device } = await grantedPatient();
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    const granted = () => fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    await granted();
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await flushed(patient);
    const [{ recordId, providerId } = { recordId: '', providerId: '' }] = await listed(fixture, patient);
    const name = providerId.replace('prv_', '');
    const wrapsHeld = async () => {
      const path = PROVIDER_ROUTES.wraps(recordId, 1);
      return (await clientAt(providerId, PATIENTS_MSP).call('GET', path, { result: HeldWraps })).wraps.length;
    };
    const holder = async () => {
      const { holders } = await fixture.own(patient, 'GET', '/wrap-holders');
      return (holders as Holder[]).find((each) => each.providerId === providerId);
    };
    const before = await wrapsHeld();
    await child(name).stop();
    await fixture.own(patient, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE });
    const owed = await eventually(
      'the ledger has the revocation',
      async () => (await holder())?.owed ?? undefined,
    );
    expect(owed).toMatchObject({ isOverdue: false });
    // An authority's auditor is told the same.
    const asAuditor = async () => {
      const request = `GET /v1/patients/${patient.patientId}/wrap-holders`;
      const { body } = await call(fixture.layers.authority(), 'auditor', request);
      return (body['holders'] as Holder[]).find((each) => each.providerId === providerId);
    };
    const told = await eventually('an auditor is told', async () => (await asAuditor())?.owed ?? undefined);
    expect(told).toEqual(owed);
    await child(name).start();
    const done = await eventually('the deletion is attested', async () => {
      const found = await holder();
      return found?.owed === null ? found : undefined;
    });
    expect(done).toMatchObject({ attested: { policyVersion: owed.policyVersion, versions: 1 } });
    await eventually('an auditor is told that it is attested', async () =>
      (await asAuditor())?.owed === null ? true : undefined,
    );
    expect(await wrapsHeld()).toBe(before - 1);
    await granted();
    await flushed(patient);
    expect(await wrapsHeld()).toBe(before);
  }, 120_000);

  test('finds an organisation that attests what is not so', async () => {
    const { patient, device } = await grantedPatient();
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await flushed(patient);
    const { rows } = await fixture.layers.patientsLedger
      .channel('authorities')
      .evaluate(records, 'ListAnchors', { patientId: patient.patientId });
    const txId = String(rows.at(-1)?.txId);
    await fixture.ok('POST', '/v1/attestations', { channel: 'authorities', txId });
    expect(await reconcile(patient)).toEqual([]);
    await hospital.attestFalsely(txId);
    expect(about(await reconcile(patient), `HospitalMSP/${txId}`)).toEqual([
      ['ATTESTATION_CONTRADICTED', 'authorities', 'none'],
    ]);
    const stored = await fixture.layers.patientsLedger
      .channel('cloud')
      .evaluate(records, 'ListRecords', { patientId: patient.patientId });
    const storeTxId = String(stored.rows[0]?.txId);
    await hospital.attestFalsely(storeTxId, 'cloud');
    expect(about(await reconcile(patient), `HospitalMSP/${storeTxId}`)).toEqual([
      ['ATTESTATION_CONTRADICTED', 'cloud', 'none'],
    ]);
  }, 60_000);

  test('finds records of which a gateway that was put back to a backup knows nothing', async () => {
    const { patient, device } = await grantedPatient();
    const [store, backup] = ['gateway', 'gateway-of-yesterday'].map((name) => join(fixture.layers.dir, name));
    if (store === undefined || backup === undefined) throw new RangeError('There are two names');
    await child('gateway').stop();
    cpSync(store, backup, { recursive: true });
    await child('gateway').start();
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await flushed(patient);
    const [record] = await listed(fixture, patient);
    await child('gateway').stop();
    rmSync(store, { recursive: true });
    cpSync(backup, store, { recursive: true });
    await child('gateway').start();
    expect(about(await reconcile(patient), `${String(record?.recordId)}/1`)).toEqual([
      ['RECORD_FORGOTTEN', null, 'none'],
    ]);
  }, 60_000);

  test('is for whoever runs the gateway, and of a patient that it serves', async () => {
    const patient = await fixture.patient();
    const { status } = await fixture.call('POST', '/v1/reconciliations', {}, patient.token);
    expect(status).toBe(403);
    const nobody = { patientId: `pat_${'a'.repeat(32)}`, repair: true };
    const unknown = await fixture.call('POST', '/v1/reconciliations', nobody);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'PATIENT_NOT_FOUND']);
    expect(await fixture.ok('POST', '/v1/reconciliations', {})).toMatchObject({
      patients: expect.any(Number),
    });
  }, 60_000);
});
