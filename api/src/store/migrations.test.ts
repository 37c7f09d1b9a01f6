import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PatientState } from '@careledger/contracts';
import { fromBase64url, generateX25519, x25519FromPrivate } from '@careledger/crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { VisitStore } from '../visits/visit-store.js';
import { FORMAT_RETIRED } from './former-formats.js';
import { migrations } from './migrations.js';
import { SqliteStore } from './store.js';

/** An authority's store of the first release, and the keys that its key store had. */
const FIRST_RELEASE = new URL('../../../fixtures/first-release.sql', import.meta.url);
const OWN_KEY = x25519FromPrivate(fromBase64url('tlxrJwkhCGuTsWJklenyioxrRCrtm4z8U9Aw1N8WXiA'));
const STORE_KEY = new Uint8Array(32).fill(7);
const PATIENT = 'pat_m4v5cejmzdxyaimsddm5tv5ux3dwnh6h';
const RECORD = {
  open: 'rec_3q5xdqoxlqn6ibfi2hvubam5wbnkcfqb',
  halfway: 'rec_wmffrequztd6jrnuuiptz6gdluh6disn',
  done: 'rec_biyq5exmbt23zj2ax574xzlnccnx7nf4',
  refused: 'rec_dkhexzaja4jxxhz2potjlkph47cqf4un',
};
const UNMATCHED_NOTICE = 'QYSJ4d7sLxHPE2vcGKMEFQ';
const sid = (letter: string): string => `${letter.repeat(21)}A`;
type Rows = Record<string, unknown>[];

describe('a store of the first release', () => {
  let dir: string;
  let before: (sql: string) => Rows;
  let hospital: TestHospital;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'careledger-authority-'));
    const path = join(dir, 'authority.db');
    const old = new DatabaseSync(path);
    old.exec(readFileSync(FIRST_RELEASE, 'utf8'));
    old.close();
    const untouched = new DatabaseSync(':memory:');
    untouched.exec(readFileSync(FIRST_RELEASE, 'utf8'));
    before = (sql) => untouched.prepare(sql).all();
    const store = new SqliteStore(path);
    hospital = new TestHospital({ store, ownKey: OWN_KEY, storeKey: STORE_KEY });
  });
  afterEach(async () => {
    await hospital[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });
  const after = (sql: string): Rows => hospital.store.all(sql);

  test('keeps the text of what was released', () => {
    expect(before('SELECT name, sha256 FROM schema_migrations')).toEqual(
      after('SELECT name, sha256 FROM schema_migrations LIMIT 1'),
    );
    expect(after('SELECT count(*) AS n FROM schema_migrations')).toEqual([{ n: migrations.length }]);
  });

  test('loses no row of what people wrote, read or recorded', () => {
    const TABLES = [
      ...['notices', 'emergencies', 'accesses', 'receipts', 'writes', 'visits', 'practitioners'],
      ...['patients', 'grants', 'held_announcements'],
    ];
    for (const table of TABLES) {
      const count = `SELECT count(*) AS n FROM ${table}`;
      expect([table, after(count)]).toEqual([table, before(count)]);
    }
  });

  test('refuses the writes that were on their way, by name, and keeps what they say, sealed', () => {
    for (const recordId of [RECORD.open, RECORD.halfway]) {
      const write = hospital.writes.find(recordId, 1);
      expect(write).toMatchObject({ stage: 'refused', refusal: FORMAT_RETIRED });
      const kept = hospital.writes.ciphertext({ recordId, version: 1 });
      expect(kept?.length).toBe(write?.description.sizeBytes);
    }
    expect(hospital.writes.countRefused(FORMAT_RETIRED)).toBe(2);
    expect(hospital.writes.find(RECORD.done, 1)).toMatchObject({ stage: 'announced', refusal: null });
    expect(hospital.writes.find(RECORD.refused, 1)).toMatchObject({ stage: 'refused', refusal: 'NO_GRANT' });
    expect(hospital.writes.pendingVersion(RECORD.open)).toBeUndefined();
  });

  test('goes on with everything else that its outbox had to do', () => {
    // Receipts go to the provider that released under the permit.
    const withProvider = (column: string) =>
      `CASE kind WHEN 'receipt' THEN ${column} || ' prv_cloud-a' ELSE ${column} END AS ${column}`;
    expect(after('SELECT kind, ref, subject FROM outbox ORDER BY place')).toEqual(
      before(
        `SELECT kind, ${withProvider('ref')}, ${withProvider('subject')} FROM outbox WHERE kind <> 'record'
         ORDER BY place`,
      ),
    );
    const visits = new VisitStore(hospital.store, hospital.box);
    expect(visits.find(sid('v'))).toMatchObject({ stage: 'pending' });
    const was = before(`SELECT statement FROM visits WHERE visit_id = '${sid('v')}'`);
    expect([{ statement: visits.find(sid('v'))?.statement }]).toEqual(was);
  });

  test('shows the data of its visits, and who its practitioners are', async () => {
    const visits = new VisitStore(hospital.store, hospital.box);
    const unread = visits.content(sid('v'));
    if (unread === undefined) throw new Error('The visit has no content');
    const shown = await hospital.gate.visits(readerWith(), [
      { patientId: PATIENT, visitId: sid('v'), unread },
    ]);
    expect(shown.get(sid('v'))).toMatchObject({ data: '{"reason":"check-up"}' });
    expect(hospital.practitioners.list(undefined, 10)).toMatchObject([
      { stage: 'active', identity: { identifier: 'staff-p' } },
      { stage: 'registering', identity: { identifier: 'staff-q' } },
    ]);
  });

  test('keeps its log of accesses, and goes on with its numbers', async () => {
    expect(hospital.accessLog.find(sid('a'))).toMatchObject({
      ...{ id: 1, basis: 'request', outcome: 'opened', providerId: 'prv_cloud-a', unit: 'cardiology' },
    });
    expect(hospital.accessLog.find(sid('b'))).toMatchObject({ id: 2, outcome: null });
    const shown = { basis: 'visit' as const, requestSid: sid('c'), visitId: sid('v'), reason: 'AUTHOR' };
    const by = { purpose: 'TREAT' as const, practitionerId: null, unit: null, caller: null };
    const about = { patientId: PATIENT, recordId: null, version: null, decidedBy: null };
    await hospital.store.commit(() => hospital.accessLog.shown({ ...shown, ...by, ...about }));
    expect(hospital.accessLog.find(sid('c'))?.id).toBe(3);
  });

  test('goes on with announcements that wait for a grant', async () => {
    const { state } = hospital.store.get<{ state: string }>('SELECT state FROM grants') ?? { state: '{}' };
    const grant = { ...JSON.parse(state), scopeTags: [sid('t')] };
    await hospital.store.commit(() => {
      hospital.mirror.putGrants([grant]);
      hospital.announcements.grantsChanged(PATIENT);
    });
    hospital.log.published();
    const scoped = before(`SELECT state FROM held_announcements WHERE state LIKE '%${sid('t')}%'`);
    expect(hospital.log.after(0).at(-1)?.data['recordId']).toBe(
      JSON.parse(String(scoped[0]?.['state']))['recordId'],
    );
  });

  describe('has direct notices of the former form', () => {
    const noticed = () => {
      const kept = hospital.emergencies.find(PATIENT, UNMATCHED_NOTICE);
      if (kept === undefined) throw new Error('The notice is gone');
      return kept;
    };
    /** The patient is on the ledgers, with a grant. */
    const onLedgers = async (grant: object = {}) => {
      const [row] = after('SELECT state FROM patients');
      const state = JSON.parse(String(row?.['state'])) as PatientState;
      const template = testPatient().grant({ patientId: PATIENT, ...grant });
      await hospital.granted(state, template);
      return template;
    };

    test('that stay readable for those who may read them, through the gate', async () => {
      await onLedgers();
      const shown = await hospital.notices.read(readerWith(), noticed());
      expect(shown).toMatchObject({ decidedBy: 'peer', bundle: { resourceType: 'Bundle' } });
      expect(JSON.stringify(shown)).toContain('2339-0');
      expect(hospital.store.all('SELECT basis, outcome FROM accesses ORDER BY id DESC LIMIT 1')).toEqual([
        { basis: 'notice', outcome: 'opened' },
      ]);
      expect(hospital.store.all('SELECT patient_id FROM notice_readings')).toEqual([{ patient_id: PATIENT }]);
    });

    test('that nobody reads whose grant was revoked, or covers something else', async () => {
      const grant = await onLedgers();
      for (const ledger of Object.values(hospital.ledgers)) ledger.revoke(grant);
      expect(await hospital.notices.read(readerWith(), noticed())).toEqual({ withheld: 'NO_GRANT' });
      const scopeTags = [sid('s')];
      const narrow = testPatient().grant({ patientId: PATIENT, grantId: sid('n'), scopeTags });
      for (const ledger of Object.values(hospital.ledgers)) ledger.grant(narrow);
      expect(await hospital.notices.read(readerWith(), noticed())).toEqual({ withheld: 'SCOPE_NOT_GRANTED' });
    });

    test('that a scoped grant covers by what they say, since they carry no tags', async () => {
      const told = await testPatient().meaning(OWN_KEY.publicKey, {
        scope: [{ category: '*', resourceType: 'Observation', tag: sid('o') }],
      });
      await onLedgers({ scopeTags: [sid('o')], sealed: told });
      expect(await hospital.notices.read(readerWith(), noticed())).toMatchObject({ decidedBy: 'peer' });
    });

    test('that open with the key of their time alone', async () => {
      await onLedgers();
      const other = new TestHospital({
        store: hospital.store,
        ownKey: generateX25519(),
        storeKey: STORE_KEY,
      });
      Object.assign(other.ledgers.authorities, { grants: hospital.ledgers.authorities.grants });
      const shown = await other.notices.read(readerWith(), noticed());
      expect(shown).toEqual({ withheld: 'NOT_A_RECIPIENT' });
    });

    test('that are listed as unmatched as before', () => {
      const window = { receivedAfter: '', receivedBefore: '9', beforeNoticeId: 1_000, limit: 10 };
      expect(hospital.emergencies.unmatched(window)).toMatchObject([
        { sid: UNMATCHED_NOTICE, mismatch: null },
      ]);
    });
  });
});
