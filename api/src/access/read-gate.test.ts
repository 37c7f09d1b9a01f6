import { STATEMENTS } from '@careledger/contracts';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { MIRROR_MAX_AGE_MS } from '../policy/judge.js';
import { Unread } from './read-gate.js';

const HOUR_MS = 3_600_000;
const sid = (letter: string): string => `${letter.repeat(21)}A`;
const [CARDIOLOGY, DOCTOR, VITAL, LAB] = ['c', 'd', 'v', 'l'].map(sid) as [string, string, string, string];

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
beforeEach(() => {
  hospital = new TestHospital();
  patient = testPatient();
});
afterEach(() => hospital[Symbol.asyncDispose]());

/** A direct notice is here, `ageMs` old. */
async function noticed(options: { ageMs?: number; tagGroups?: string[][] } = {}) {
  const { ageMs = 0, tagGroups = [] } = options;
  const iat = Math.floor((hospital.nowMs - ageMs) / 1_000);
  const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat, tagGroups });
  await hospital.service.accept(notice);
  return notice;
}
const granted = (...grants: Parameters<typeof patient.grant>[0][]) =>
  hospital.granted(
    patient.state,
    ...grants.map((grant, n) => patient.grant({ grantId: sid('gh'[n] ?? 'g'), ...grant })),
  );
const told = (grantee: Parameters<typeof patient.meaning>[1]['grantee']) =>
  patient.meaning(hospital.ownKey.publicKey, { ...(grantee && { grantee }) });
const logged = () => hospital.store.all('SELECT basis, practitioner_id, unit, caller, outcome FROM accesses');
const SHOWN = expect.objectContaining({ bundle: expect.objectContaining({ resourceType: 'Bundle' }) });
const setState = (state: 'there' | 'away' | 'hangs', ...names: ('authorities' | 'cloud')[]) => {
  for (const name of names) hospital.ledgers[name].state = state;
};

describe('a direct emergency', () => {
  test('is shown to somebody whom a grant covers, with by whom that was decided and as of when', async () => {
    await granted({});
    await noticed();
    expect(await hospital.read(readerWith())).toEqual({
      bundle: expect.objectContaining({ resourceType: 'Bundle' }),
      decidedBy: 'peer',
      asOf: new Date(hospital.nowMs).toISOString(),
    });
  });

  test('is not shown to a practitioner of another unit, however often the past is asked for', async () => {
    const sealed = await told([{ unit: 'cardiology', tag: CARDIOLOGY }]);
    await granted({ granteeTags: [CARDIOLOGY], sealed });
    await noticed();
    const [there, elsewhere] = [
      await hospital.practitioner('cardiology'),
      await hospital.practitioner('billing'),
    ];
    expect(await hospital.read(readerWith({ practitionerId: there }))).toEqual(SHOWN);
    const withheld = { withheld: 'GRANTEE_MISMATCH' };
    expect(await hospital.read(readerWith({ practitionerId: elsewhere }))).toEqual(withheld);
    expect(await hospital.read(readerWith({}, { unit: 'billing' }))).toEqual(withheld);
    expect(await hospital.read(readerWith())).toEqual(withheld);
    await expect(
      hospital.read(readerWith({ unit: 'cardiology' }, { unit: 'billing' })),
    ).rejects.toMatchObject({
      code: 'UNIT_MISMATCH',
    });
    expect(logged()).toHaveLength(1);
  });

  test('is shown to the practitioner who was granted, and to no colleague of the same unit', async () => {
    const [doctor, colleague] = [await hospital.practitioner('ward'), await hospital.practitioner('ward')];
    const sealed = await told([{ practitionerId: doctor, tag: DOCTOR }]);
    await granted({ granteeTags: [DOCTOR], sealed });
    await noticed();
    expect(await hospital.read(readerWith({ practitionerId: doctor }))).toEqual(SHOWN);
    expect(await hospital.read(readerWith({ practitionerId: colleague }))).toEqual({
      withheld: 'GRANTEE_MISMATCH',
    });
  });

  test.each(['withdrawing', 'withdrawn', 'registering', 'refused'] as const)(
    'is not shown to a practitioner who is %s, whatever the token was when it was made',
    async (stage) => {
      await granted({});
      await noticed();
      const practitionerId = await hospital.practitioner();
      expect(await hospital.read(readerWith({ practitionerId }))).toEqual(SHOWN);
      await hospital.setStage(practitionerId, stage);
      await expect(hospital.read(readerWith({ practitionerId }))).rejects.toMatchObject({
        code: 'PRACTITIONER_UNKNOWN',
      });
      expect(logged()).toHaveLength(1);
    },
  );

  test('is not shown to a practitioner who is withdrawn while the ledger is being asked', async () => {
    await granted({});
    await noticed();
    const practitionerId = await hospital.practitioner();
    const { authorities } = hospital.ledgers;
    const patientOf = authorities.patients.get.bind(authorities.patients);
    authorities.patients.get = (id) => {
      void hospital.setStage(practitionerId, 'withdrawing');
      return patientOf(id);
    };
    await expect(hospital.read(readerWith({ practitionerId }))).rejects.toMatchObject({
      code: 'PRACTITIONER_UNKNOWN',
    });
  });

  test('is not shown with a token that was made after the revocation', async () => {
    await granted({});
    await noticed();
    for (const ledger of Object.values(hospital.ledgers)) ledger.revoke(patient.grant({ grantId: sid('g') }));
    // No event has come yet: the mirror still has the grant.
    expect(hospital.policy.inForce(patient.patientId)).toHaveLength(1);
    expect(await hospital.read(readerWith({}, { tokenSha256: 'f'.repeat(64) }))).toEqual({
      withheld: 'NO_GRANT',
    });
    expect(logged()).toEqual([]);
  });

  test('is not shown for another purpose than granted', async () => {
    await granted({ purposes: ['TREAT'] });
    await noticed();
    expect(await hospital.read({ ...readerWith(), purpose: 'HRESCH' })).toEqual({
      withheld: 'PURPOSE_NOT_GRANTED',
    });
  });

  test('is not shown where a scoped grant covers a part of it alone', async () => {
    await granted({ scopeTags: [VITAL] });
    await noticed({ tagGroups: [[VITAL], [LAB]] });
    expect(await hospital.read(readerWith())).toEqual({ withheld: 'SCOPE_NOT_GRANTED' });
    await noticed({ tagGroups: [[VITAL]] });
    expect(await hospital.read(readerWith())).toEqual(SHOWN);
  });

  test('is in the own log, and on its way to the ledger, before it is given out', async () => {
    await granted({});
    const notice = await noticed();
    const practitionerId = await hospital.practitioner('ward');
    await hospital.read(readerWith({ practitionerId }));
    expect(logged()).toEqual([
      { basis: 'notice', practitioner_id: practitionerId, unit: 'ward', caller: 'ward', outcome: 'opened' },
    ]);
    const [row] = hospital.store.all<{ statement: string; sid: string }>('SELECT * FROM notice_readings');
    const { header, payload } = readStatement(row?.statement ?? '');
    expect(header.typ).toBe(STATEMENTS.noticeReading.typ);
    expect(payload).toMatchObject({ iss: 'aut_hospital', sid: row?.sid, channels: ['cloud'] });
    expect(payload.body).toEqual({
      ...{ patientId: patient.patientId, recordId: notice.recordId, version: 1 },
      ...{ manifestHash: notice.manifestHash, purpose: 'TREAT', granteeTags: [], practitionerId },
      ...{ readAt: new Date(hospital.nowMs).toISOString(), decidedBy: 'peer' },
    });
    expect(hospital.store.all('SELECT kind, ref FROM outbox')).toEqual([{ kind: 'reading', ref: row?.sid }]);
  });

  test('is not shown where its reading cannot be written down', async () => {
    await granted({});
    await noticed();
    await hospital.store.commit(() => hospital.store.run('DROP TABLE notice_readings'));
    await expect(hospital.read(readerWith())).rejects.toThrow(/notice_readings/);
    expect(logged()).toEqual([]);
  });

  describe('and the two channels', () => {
    test.each(['cloud', 'authorities'] as const)('a revocation that only %s has counts', async (first) => {
      await granted({});
      await noticed();
      hospital.ledgers[first].revoke(patient.grant({ grantId: sid('g') }));
      expect(await hospital.read(readerWith())).toEqual({ withheld: 'NO_GRANT' });
    });

    test('a revocation on cloud counts while the own peer is away, whatever the mirror says', async () => {
      await granted({});
      await noticed();
      hospital.ledgers.cloud.revoke(patient.grant({ grantId: sid('g') }));
      setState('away', 'authorities');
      expect(await hospital.read(readerWith())).toEqual({ withheld: 'NO_GRANT' });
    });
  });

  describe('while the ledger is away', () => {
    test.each(['away', 'hangs'] as const)(
      'is shown by the mirror, with its age (peers: %s)',
      async (state) => {
        await granted({});
        const heardAt = new Date(hospital.nowMs).toISOString();
        hospital.nowMs += 2 * HOUR_MS;
        await noticed();
        setState(state, 'authorities', 'cloud');
        const shown = await hospital.read(readerWith());
        expect(shown).toMatchObject({ decidedBy: 'mirror', asOf: heardAt, bundle: expect.anything() });
        const [row] = hospital.store.all<{ statement: string }>('SELECT statement FROM notice_readings');
        expect(readStatement(row?.statement ?? '').payload.body).toMatchObject({ decidedBy: 'mirror' });
      },
    );

    test('and more than a day old, is withheld; once the ledger is back it is shown', async () => {
      await granted({});
      await noticed({ ageMs: 23 * HOUR_MS });
      hospital.nowMs += 2 * HOUR_MS;
      await hospital.mirrored(patient.patientId);
      setState('away', 'authorities');
      expect(await hospital.read(readerWith())).toEqual({ withheld: 'LEDGER_UNAVAILABLE' });
      setState('there', 'authorities');
      expect(await hospital.read(readerWith())).toEqual(SHOWN);
    });

    test('is withheld by a mirror that has heard nothing for more than a day', async () => {
      await granted({});
      hospital.nowMs += MIRROR_MAX_AGE_MS + 1;
      await noticed();
      setState('away', 'authorities', 'cloud');
      expect(await hospital.read(readerWith())).toEqual({ withheld: 'LEDGER_UNAVAILABLE' });
    });

    test('is withheld from another unit, and after a revocation of which the mirror has heard', async () => {
      const sealed = await told([{ unit: 'cardiology', tag: CARDIOLOGY }]);
      await granted({ granteeTags: [CARDIOLOGY], sealed });
      await noticed();
      setState('away', 'cloud');
      hospital.ledgers.authorities.revoke(patient.grant({ grantId: sid('g') }));
      await hospital.mirrored(patient.patientId);
      setState('away', 'authorities');
      expect(await hospital.read(readerWith({ unit: 'cardiology' }))).toEqual({ withheld: 'NO_GRANT' });
    });

    test('is withheld from another unit', async () => {
      const sealed = await told([{ unit: 'cardiology', tag: CARDIOLOGY }]);
      await granted({ granteeTags: [CARDIOLOGY], sealed });
      await noticed();
      setState('away', 'authorities', 'cloud');
      expect(await hospital.read(readerWith({ unit: 'billing' }))).toEqual({ withheld: 'GRANTEE_MISMATCH' });
      expect(await hospital.read(readerWith({ unit: 'cardiology' }))).toEqual(SHOWN);
    });
  });
});

const PERIOD = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };

describe('a released record', () => {
  const text = 'what the record says';
  const reading = (noted: string[], author = patient.patientId) => ({
    version: {
      ...{ patientId: patient.patientId, author, kind: 'periodic' as const },
      ...{ tagGroups: [], period: PERIOD },
    },
    unread: new Unread(text),
    note: () => noted.push('noted'),
  });
  const show = async (reader = readerWith(), noted: string[] = []) => {
    const [shown] = await hospital.gate.records(reader, patient.patientId, [reading(noted)]);
    if (shown?.status !== 'fulfilled') throw shown?.reason;
    return shown.value;
  };

  test('is given out after it was noted', async () => {
    await granted({});
    const noted: string[] = [];
    expect([await show(readerWith(), noted), noted]).toEqual([text, ['noted']]);
  });

  test('is not given out where cloud has permitted it and the own peer knows of the revocation', async () => {
    await granted({});
    hospital.ledgers.authorities.revoke(patient.grant({ grantId: sid('g') }));
    const noted: string[] = [];
    await expect(show(readerWith(), noted)).rejects.toMatchObject({
      code: 'READ_REFUSED',
      members: { reason: 'NO_GRANT' },
    });
    expect(noted).toEqual([]);
  });

  test('is given out beside one that is not, which alone is not noted', async () => {
    await granted({}, { effect: 'deny', scopeTags: [LAB] });
    const noted: string[] = [];
    const vital = (author: string) => {
      const one = reading(noted, author);
      return { ...one, version: { ...one.version, tagGroups: [[VITAL]] } };
    };
    const [theirs, own] = [vital('aut_lab'), vital(patient.patientId)];
    const shown = await hospital.gate.records(readerWith(), patient.patientId, [own, theirs, own]);
    expect(shown.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(shown[1]).toMatchObject({ reason: { members: { reason: 'SCOPE_UNCONFIRMED' } } });
    expect(noted).toEqual(['noted', 'noted']);
  });

  test('is given out by the permit alone while the own peer is away: cloud was asked a moment ago', async () => {
    await granted({});
    setState('away', 'authorities');
    expect(await show()).toBe(text);
  });

  test('is not given out to a practitioner who was withdrawn since it was asked for', async () => {
    await granted({});
    const practitionerId = await hospital.practitioner();
    await hospital.setStage(practitionerId, 'withdrawing');
    await expect(show(readerWith({ practitionerId }))).rejects.toMatchObject({
      code: 'PRACTITIONER_UNKNOWN',
    });
  });
});

describe('what was done at a visit', () => {
  const visits = () => [{ patientId: patient.patientId, visitId: sid('w'), unread: new Unread('data') }];

  test('is shown to whoever is active, and in the log before', async () => {
    const shown = await hospital.gate.visits(readerWith(), visits());
    expect([...shown]).toEqual([[sid('w'), 'data']]);
    expect(hospital.store.all('SELECT basis, visit_id, reason, outcome FROM accesses')).toEqual([
      { basis: 'visit', visit_id: sid('w'), reason: 'AUTHOR', outcome: 'opened' },
    ]);
  });

  test('is not shown to a practitioner who was withdrawn', async () => {
    const practitionerId = await hospital.practitioner();
    await hospital.setStage(practitionerId, 'withdrawn');
    await expect(hospital.gate.visits(readerWith({ practitionerId }), visits())).rejects.toMatchObject({
      code: 'PRACTITIONER_UNKNOWN',
    });
    expect(logged()).toEqual([]);
  });
});

test('nothing but the gate takes plaintext out: it is in no member, and in no text made of it', () => {
  const unread = new Unread('secret');
  expect(JSON.stringify(unread)).toBe('{}');
  expect([Object.keys(unread), String(unread)]).toEqual([[], '[object Object]']);
});
