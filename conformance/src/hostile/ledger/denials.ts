import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { ANY } from '@careledger/domain';
import { recordOf } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { kind, type LedgerKind } from './ledger-attempt.js';
import { LABORATORY, VITAL, type LedgerFixture } from './ledger-fixture.js';

type Terms = Partial<StatementBody<'grant'>>;

const WARD = `${'w'.repeat(21)}A`;
/** A time and one after it. */
const [MARCH, APRIL] = [
  { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' },
  { start: '2026-04-01T00:00:00Z', end: '2026-05-01T00:00:00Z' },
];

const denialOf = (fixture: LedgerFixture, patient: TestPatient, terms: Terms, sid = randomId128()): string =>
  patient.grant(fixture.hospital.id, { effect: 'deny', ...terms }, { sid });
const deny = async (fixture: LedgerFixture, patient: TestPatient, terms: Terms = {}): Promise<unknown> =>
  fixture.must('lab client', 'Revoke', { items: [denialOf(fixture, patient, terms)] });

/** What the hospital's request comes to, which everything is granted to and something denied. */
async function asks(
  fixture: LedgerFixture,
  denied: Terms,
  record: Partial<StatementBody<'storeRecord'>> = {},
  asked: Partial<StatementBody<'accessRequest'>> = {},
): Promise<string> {
  const patient = await fixture.patient();
  await fixture.granted(patient, fixture.hospital);
  await deny(fixture, patient, denied);
  const { recordId } = await fixture.stored(patient, patient, {
    tagGroups: [[VITAL], [LABORATORY]],
    ...record,
  });
  return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId, { body: asked }));
}

/** What patients take away whatever they give, and who would have it nevertheless. */
export const denials: readonly LedgerKind[] = [
  kind({
    id: 'denied',
    role: 'authority',
    what: 'reads a record that the patient has denied to it, whatever else is granted',
    answer: 'DENIED_BY_RULE',
    tries: {
      'as this authority': (fixture) => asks(fixture, {}),
      'as anybody': (fixture) => asks(fixture, { authorityId: ANY }),
      'by one tag of many': (fixture) => asks(fixture, { scopeTags: [LABORATORY] }),
      'by its time': (fixture) => asks(fixture, { period: MARCH }, { period: MARCH }),
      'under a unit that is denied': (fixture) =>
        asks(fixture, { granteeTags: [WARD], sealed: 'a.b.c' }, {}, { granteeTags: [WARD] }),
    },
  }),
  kind({
    id: 'denied-unconfirmed',
    role: 'authority',
    what: 'reads what only its author says the content of, or nobody, where the patient has denied by content',
    answer: 'SCOPE_UNCONFIRMED',
    tries: {
      'without tags': (fixture) => asks(fixture, { scopeTags: [LABORATORY] }, { tagGroups: [] }),
      'with tags of its author’s choice': async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.hospital);
        await fixture.granted(patient, fixture.lab, { permissions: ['write'] });
        await deny(fixture, patient, { scopeTags: [LABORATORY] });
        const { recordId } = await fixture.stored(fixture.lab, patient, { tagGroups: [[VITAL]] });
        return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
      },
    },
  }),
  kind({
    id: 'denied-writes',
    role: 'authority',
    what: 'writes what the patient has denied to it, whatever else is granted',
    answer: 'DENIED_BY_RULE',
    tries: {
      StoreRecords: async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.hospital, { permissions: ['write'] });
        await deny(fixture, patient, { permissions: ['write'] });
        const { id, signer } = fixture.hospital;
        const record = recordOf(patient.id, { tagGroups: [[LABORATORY]] }, id);
        const item = fixture.hospital.sign('storeRecord', record, signer);
        return fixture.send('cloud-a client', 'StoreRecords', { items: [item] });
      },
    },
  }),
  kind({
    id: 'other-time',
    role: 'authority',
    what: 'reads a record of another time than the one that is granted',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      RequestAccess: async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.hospital, { period: MARCH });
        const { recordId } = await fixture.stored(patient, patient, { period: APRIL });
        return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
      },
    },
  }),
  kind({
    id: 'denial-held-back',
    role: 'relay',
    what: 'holds a denial back until after a revocation of everything, so that it would be void',
    answer: NO_EFFECT,
    tries: {
      Revoke: async (fixture) => {
        const patient = await fixture.patient();
        const held = denialOf(fixture, patient, {});
        await fixture.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
        await fixture.send('lab client', 'Revoke', { items: [held] });
        await fixture.granted(patient, fixture.hospital);
        const { recordId } = await fixture.stored(patient, patient);
        const read = await fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
        return read === THROUGH ? THROUGH : NO_EFFECT;
      },
    },
  }),
  kind({
    id: 'grant-as-revocation',
    role: 'relay',
    what: 'brings a grant in where anybody may bring what takes away',
    answer: 'STATEMENT_TYPE_MISMATCH',
    tries: {
      Revoke: async (fixture) => {
        const items = [(await fixture.patient()).grant(fixture.hospital.id)];
        return fixture.send('lab client', 'Revoke', { items });
      },
    },
  }),
  kind({
    id: 'denial-without-sense',
    role: 'patient',
    what: 'makes a rule that nobody could apply, or that gives to everybody',
    answer: 'GRANT_TERMS_INVALID',
    tries: {
      'a grant to anybody': async (fixture) => {
        const items = [(await fixture.patient()).grant(ANY)];
        return fixture.send('patients client', 'Grant', { items });
      },
      'a denial to somebody whom it does not name': async (fixture) => {
        const items = [denialOf(fixture, await fixture.patient(), { granteeTags: [WARD] })];
        return fixture.send('lab client', 'Revoke', { items });
      },
    },
  }),
];
