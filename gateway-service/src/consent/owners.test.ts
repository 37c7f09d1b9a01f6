import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { STATEMENTS } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { openDatabase } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { ConsentDesk, grantBody } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import type { TestCore } from '../../testing/test-core.js';
import type { Settled } from '../ledger-access/statement-batcher.js';
import { FIRST_RELEASE_MIGRATIONS, GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { noticeRecipientsOf, readersOf } from '../records/readers.js';
import { STORE_MIGRATIONS } from '../store/index.js';
import { ConsentOutbox, GrantStore, StepStore, SubscriptionStore, type ConsentService } from './index.js';

const HOSPITAL = 'aut_hospital';
const SUBSCRIPTION = 'sub-of-the-hospital-1';
const silent = { warn: () => undefined, error: () => undefined };

let desk: ConsentDesk;
let t: TestCore;
let grants: GrantStore;
let steps: StepStore;
let consent: ConsentService;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  ({ t, grants, steps, consent } = desk);
});
afterEach(() => desk[Symbol.asyncDispose]());

const said: ConsentDesk['said'] = (...of) => desk.said(...of);

describe('ids that another patient has chosen', () => {
  test('a revocation that names another patient’s grant silences neither its wraps nor its notices', async () => {
    const [victim, attacker] = [await t.patient(), await t.patient()];
    const grantId = await consent.takeGrant(victim, await said(victim, 'grant', grantBody()));
    const subscriptions = new SubscriptionStore(t.core.store.database);
    t.core.store.deferred(() =>
      subscriptions.put(victim.patientNo, {
        subscriptionId: SUBSCRIPTION,
        authorityId: HOSPITAL,
        status: 'approved',
      }),
    );
    desk.everythingIsActive();
    await consent.takeRevocation(
      attacker,
      await said(attacker, 'revoke', { policySeq: 1, grantId }),
      grantId,
    );
    expect(grants.page(victim.patientNo, { what: 'grants' }, undefined, 10)).toEqual([
      expect.objectContaining({ grantId, status: 'active', revokedMs: null }),
    ]);
    expect(readersOf(grants, victim.patientNo, { tagGroups: [] }, t.nowMs)).toEqual([HOSPITAL]);
    expect(
      noticeRecipientsOf({ grants, subscriptions }, victim.patientNo, { tagGroups: [] }, t.nowMs),
    ).toEqual([{ authorityId: HOSPITAL, rank: 1 }]);
    await consent.takeRevocation(victim, await said(victim, 'revoke', { policySeq: 2, grantId }), grantId);
    expect(readersOf(grants, victim.patientNo, { tagGroups: [] }, t.nowMs)).toEqual([]);
  });

  test('a statement under an id that another patient was first to use is kept, sent and answered for itself', async () => {
    const [victim, attacker] = [await t.patient(), await t.patient()];
    const sid = randomId128();
    await consent.takeGrant(attacker, await said(attacker, 'grant', grantBody(), sid));
    const statement = await said(victim, 'grant', grantBody(), sid);
    await consent.takeGrant(victim, statement);
    expect(grants.page(victim.patientNo, { what: 'grants' }, undefined, 10)).toEqual([
      expect.objectContaining({ grantId: sid, authorityId: HOSPITAL }),
    ]);
    expect(desk.sent.map(({ patientNo }) => patientNo)).toEqual([attacker.patientNo, victim.patientNo]);
    expect(desk.sent[1]?.statement).toBe(statement);
    // The attacker's is done; the victim's is not, and says so.
    t.core.store.database
      .prepare(`UPDATE consent_steps SET status = 'done' WHERE patient_no = ?`)
      .run(attacker.patientNo);
    expect(await consent.outcome(victim, sid, 1)).toMatchObject({ status: 'open' });
  });

  test('a statement that the ledger refuses ends no other patient’s of the same id', async () => {
    const [victim, attacker] = [await t.patient(), await t.patient()];
    const sid = randomId128();
    for (const patient of [attacker, victim])
      await consent.takeGrant(patient, await said(patient, 'grant', grantBody(), sid));
    const answer = async (patientId: string): Promise<Settled> => ({
      item: { sid, code: patientId === attacker.patientId ? 'GRANT_EXISTS' : 'OK', txId: 'f'.repeat(64) },
      blockNumber: 1,
    });
    const submit = { submit: answer } as never;
    const isSettled = Promise.withResolvers<void>();
    const { store, patients } = t.core;
    await using outbox = new ConsentOutbox({
      ...{ store, steps, clock: () => t.nowMs, logger: silent },
      ledger: {
        register: { authorities: submit, cloud: submit },
        grant: { authorities: submit, cloud: submit },
        revoke: { authorities: submit, cloud: submit },
        channel: () => submit,
        note: () => undefined,
      },
      patients,
      rotations: desk.rotations,
      settler: {
        settling: () => undefined,
        settled: ({ patientNo, channel }) => {
          if (patientNo === victim.patientNo && channel === 'cloud') isSettled.resolve();
        },
      },
    });
    outbox.start();
    await isSettled.promise;
    const statusOf = ({ patientNo }: Patient): unknown[] =>
      t.core.store.database
        .prepare('SELECT status FROM consent_steps WHERE patient_no = ? AND job = ? ORDER BY place')
        .all(patientNo, sid)
        .map((row) => row['status']);
    expect(statusOf(attacker)).toEqual(['refused', 'refused']);
    expect(statusOf(victim)).toEqual(['done', 'done']);
  });
});

describe('a statement of the patient’s app', () => {
  const refused = expect.objectContaining({ code: 'CONSENT_STATEMENT_REFUSED' });

  test('is taken for the grant or subscription that it names, and at no other’s address', async () => {
    const patient = await t.patient();
    const [meant, other] = [randomId128(), randomId128()];
    const revoke = await said(patient, 'revoke', { policySeq: 1, grantId: meant });
    const approve = await said(patient, 'grant', grantBody({ subscriptionId: meant }));
    const reject = await said(patient, 'rejectSubscription', { subscriptionId: meant });
    await expect(consent.takeRevocation(patient, revoke, other)).rejects.toEqual(refused);
    await expect(consent.takeRevocation(patient, revoke)).rejects.toEqual(refused);
    await expect(consent.takeGrant(patient, approve, other)).rejects.toEqual(refused);
    await expect(consent.takeRejection(patient, reject, other)).rejects.toEqual(refused);
    expect(desk.sent).toEqual([]);
    await consent.takeRevocation(patient, revoke, meant);
    await consent.takeGrant(patient, approve, meant);
    await consent.takeRejection(patient, reject, meant);
    expect(desk.sent.map(({ kind }) => kind)).toEqual(['revoke', 'grant', 'reject']);
  });

  test('that comes again is the same job; another one under its id is refused', async () => {
    const patient = await t.patient();
    const sid = randomId128();
    const statement = await said(patient, 'grant', grantBody(), sid);
    expect(await consent.takeGrant(patient, statement)).toBe(sid);
    expect(await consent.takeGrant(patient, statement)).toBe(sid);
    const wider = await said(patient, 'grant', grantBody({ permissions: ['read', 'write'] }), sid);
    await expect(consent.takeGrant(patient, wider)).rejects.toEqual(refused);
    expect(desk.sent).toHaveLength(1);
  });
});

test('grants and steps of a store of the first release are there, each with its owner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-gateway-'));
  const path = join(folder, 'gateway.db');
  try {
    const released = [...STORE_MIGRATIONS, ...FIRST_RELEASE_MIGRATIONS];
    const before = openDatabase({ path, migrations: released });
    before
      .prepare('INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, NULL, ?, NULL)')
      .run('grant-1', 7, HOSPITAL, 3, 'active', JSON.stringify(grantBody()), 1_000);
    for (const [place, channel] of ['authorities', 'cloud'].entries())
      before
        .prepare(
          `INSERT INTO consent_steps (patient_no, job, place, kind, channel, statement, status, made_ms)
           VALUES (7, 'grant-1', ?, 'grant', ?, 'a.b.c', ?, 1000)`,
        )
        .run(place, channel, channel === 'cloud' ? 'open' : 'done');
    before.close();
    using after = openDatabase({ path, migrations: [...STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    expect(new GrantStore(after).page(7, { what: 'grants' }, undefined, 10)).toEqual([
      expect.objectContaining({
        grantId: 'grant-1',
        patientNo: 7,
        policySeq: 3,
        status: 'active',
        madeMs: 1_000,
      }),
    ]);
    expect(new StepStore(after).eligible()).toEqual([
      expect.objectContaining({ stepNo: 2, patientNo: 7, job: 'grant-1', channel: 'cloud', index: 1 }),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a revocation that the patient takes elsewhere', () => {
  const unlock = { passphrase: PASSPHRASE, caller: 'the patient' };

  test('cannot be held back by the gateway: it is handed out, counts everywhere, and waits for nothing here', async () => {
    const patient = await t.patient();
    const grantId = await consent.takeGrant(patient, await said(patient, 'grant', grantBody()));
    desk.everythingIsActive();
    desk.sent = [];
    const handedOut = [
      await consent.signRevocation(patient, unlock, grantId),
      await consent.signRevocation(patient, unlock),
    ].map((statement) => readStatement(statement));
    expect(handedOut.map(({ header, payload }) => [header.typ, payload.channels, payload.body])).toEqual([
      [STATEMENTS.revoke.typ, ['cloud', 'authorities'], { policySeq: 2, grantId }],
      [STATEMENTS.revokeAll.typ, ['cloud', 'authorities'], { policySeq: 3 }],
    ]);
    expect(desk.sent).toEqual([]);
    // Not noted either: a patient who keeps it in a drawer has revoked nothing.
    expect(readersOf(grants, patient.patientNo, { tagGroups: [] }, t.nowMs)).toEqual([HOSPITAL]);
  });

  test('is not signed without the passphrase, nor for a grant that the patient never made', async () => {
    const [patient, other] = [await t.patient(), await t.patient()];
    const grantId = await consent.takeGrant(other, await said(other, 'grant', grantBody()));
    await expect(consent.signRevocation(patient, unlock, grantId)).rejects.toMatchObject({
      code: 'GRANT_NOT_FOUND',
    });
    const guess = { passphrase: 'not the passphrase', caller: 'somebody' };
    await expect(consent.signRevocation(patient, guess)).rejects.toMatchObject({
      code: 'CONSENT_KEY_LOCKED',
    });
  });
});
