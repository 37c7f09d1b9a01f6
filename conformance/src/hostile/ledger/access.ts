import {
  newId,
  newSigner,
  publicKeyOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  PERMIT_RELEASE_WINDOW_S,
  type AccessBatchResult,
  type AccessState,
  type StatementBody,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { PURPOSES } from '@careledger/domain';
import { newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { LABORATORY, VITAL, clientOf, type LedgerFixture } from './ledger-fixture.js';
import { readingOf, rotatePatientKey } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

const TWO_MINUTES_S = 120;

type Terms = Partial<StatementBody<'grant'>>;
type Asked = Partial<StatementBody<'accessRequest'>>;

/** What the hospital's request comes to, for a record of these tags under a grant of these terms. */
async function asks(
  fixture: LedgerFixture,
  terms: Terms | undefined,
  asked: Asked = {},
  tagGroups = [[LABORATORY]],
) {
  const patient = await fixture.patient();
  if (terms !== undefined) await fixture.granted(patient, fixture.hospital, terms);
  const { recordId } = await fixture.stored(patient, patient, { tagGroups });
  return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId, { body: asked }));
}

/** What the hospital's request for single measured values comes to. @param former terms of a grant that was revoked */
async function asksForValues(fixture: LedgerFixture, terms: Terms, former?: Terms) {
  const patient = await fixture.patient();
  await fixture.granted(patient, fixture.hospital, terms);
  if (former !== undefined) {
    const grantId = await fixture.granted(patient, fixture.hospital, former);
    await fixture.must('lab client', 'Revoke', { items: [patient.revoke(grantId)] });
  }
  const { recordId } = await fixture.stored(patient, patient, { kind: 'detail', tagGroups: [[VITAL]] });
  return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
}

/** A record that the hospital may read. */
async function readable(fixture: LedgerFixture, terms: Terms = {}) {
  const patient = await fixture.patient();
  const grantId = await fixture.granted(patient, fixture.hospital, terms);
  const { recordId } = await fixture.stored(patient, patient);
  return { patient, grantId, recordId };
}

/** What a permit comes to that something overtakes on its way to the ledger. */
async function overtaken(
  fixture: LedgerFixture,
  by: (patient: TestPatient, grantId: string) => Promise<unknown>,
  terms: Terms = {},
): Promise<string> {
  const { patient, grantId, recordId } = await readable(fixture, terms);
  const args = { items: [fixture.requestBy(fixture.hospital, patient, recordId)] };
  const call = { identity: 'cloud-a client', channel: 'cloud', name: 'RequestAccess', args } as const;
  const code = await fixture.target.overtaken(call, () => by(patient, grantId));
  return code === 'VALID' ? THROUGH : code;
}

/** A practitioner of an authority, registered on `cloud`. */
async function practitioner(
  fixture: LedgerFixture,
  of: TestOrganisation,
): Promise<(active: boolean) => Promise<string>> {
  const [id, signer] = [newId('prc'), newSigner()];
  return async (active) => {
    const key = { signingKey: publicKeyOf(signer), signingKeyProof: of.proofOf(signer, id) };
    const body = { practitionerId: id, ...key, role: 'physician', active };
    const statement = of.sign('registerPractitioner', body, of.signer);
    await fixture.must(clientOf(of), 'RegisterPractitioner', { statement }, 'cloud');
    return id;
  };
}

/** What the ledger says to a reading of a notice, once it is reported. */
async function reads(
  fixture: LedgerFixture,
  terms: Terms | undefined,
  {
    isStored = true,
    body = {},
    practitionerId,
  }: { isStored?: boolean; body?: { manifestHash?: string }; practitionerId?: string } = {},
): Promise<string> {
  const { hospital } = fixture;
  const patient = await fixture.patient();
  if (terms !== undefined) await fixture.granted(patient, hospital, { purposes: ['ETREAT'], ...terms });
  const record = recordOf(patient.id, { kind: 'emergency', tagGroups: [[VITAL]] });
  if (isStored) await fixture.stored(patient, patient, record);
  const named = practitionerId === undefined ? {} : { practitionerId };
  const reading = readingOf(fixture, { ...record, ...body }, named);
  const statement = hospital.sign('noticeReading', reading, hospital.signer);
  await fixture.must('lab client', 'ReportReadings', { items: [statement] });
  const { rows } = (await fixture.ask('ListAccesses', { patientId: patient.id })) as { rows: AccessState[] };
  const [written] = rows;
  return written?.decision === 'permit' ? THROUGH : (written?.reason ?? 'nothing on record');
}

/** Of an authority. */
const denied = (alike: Omit<Parameters<typeof kind>[0], 'role'>): LedgerKind =>
  kind({ role: 'authority', ...alike });

/** Who reads what, and who would like to. */
export const access: readonly LedgerKind[] = [
  denied({
    id: 'no-grant',
    what: 'asks for a record without a grant, or under another authority’s',
    answer: 'NO_GRANT',
    tries: {
      none: (fixture) => asks(fixture, undefined),
      'another authority’s': async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        return fixture.request(fixture.requestBy(fixture.lab, patient, recordId), 'cloud-a client');
      },
      'one that was revoked': async (fixture) => {
        const { patient, grantId, recordId } = await readable(fixture);
        await fixture.must('lab client', 'Revoke', { items: [patient.revoke(grantId)] });
        return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
      },
      'one under a revocation of everything': async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        await fixture.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
        return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
      },
      'as the author of the version before': async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.hospital, { permissions: ['write'] });
        await fixture.granted(patient, fixture.lab, { permissions: ['modify'] });
        const first = await fixture.stored(fixture.hospital, patient);
        const items = [fixture.lab.sign('storeRecord', nextOf(first), fixture.lab.signer)];
        await fixture.must('cloud-a client', 'ReviseRecords', { items });
        await fixture.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
        return fixture.request(
          fixture.requestBy(fixture.hospital, patient, first.recordId, { body: { version: 2 } }),
        );
      },
    },
  }),
  denied({
    id: 'grant-over',
    what: 'asks under a grant that is over, or has not begun',
    answer: 'GRANT_EXPIRED',
    tries: {
      over: (fixture) => asks(fixture, { until: '2026-01-02T00:00:00Z' }),
      'not begun': (fixture) => asks(fixture, { from: fixture.time(TWO_MINUTES_S) }),
    },
  }),
  denied({
    id: 'other-purpose',
    what: 'asks for another purpose than was granted',
    answer: 'PURPOSE_NOT_GRANTED',
    tries: {
      RequestAccess: (fixture) => asks(fixture, {}, { purpose: 'HRESCH' }),
    },
  }),
  denied({
    id: 'other-right',
    what: 'reads with the right to write',
    answer: 'PERMISSION_NOT_GRANTED',
    tries: {
      RequestAccess: (fixture) => asks(fixture, { permissions: ['write', 'modify'] }),
    },
  }),
  denied({
    id: 'other-unit',
    what: 'asks as another unit than was granted',
    answer: 'GRANTEE_MISMATCH',
    tries: {
      RequestAccess: (fixture) =>
        asks(fixture, { granteeTags: [randomId128()] }, { granteeTags: [randomId128()] }),
    },
  }),
  denied({
    id: 'other-scope',
    what: 'asks for a record that its grant does not cover whole',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      'of another kind': (fixture) => asks(fixture, { scopeTags: [VITAL] }),
      'of which it covers a part': (fixture) =>
        asks(fixture, { scopeTags: [VITAL] }, {}, [[VITAL], [LABORATORY]]),
      'that does not say what it holds': (fixture) => asks(fixture, { scopeTags: [VITAL] }, {}, []),
    },
  }),
  denied({
    id: 'no-detail',
    what: 'asks for single measured values that its grant does not include',
    answer: 'DETAIL_NOT_GRANTED',
    tries: {
      'under a grant of every record': (fixture) => asksForValues(fixture, {}),
      'under one of such records': (fixture) => asksForValues(fixture, { scopeTags: [VITAL] }),
      'under one of every right and purpose': (fixture) =>
        asksForValues(fixture, { permissions: ['read', 'write', 'modify'], purposes: [...PURPOSES] }),
      'after the grant that included them was revoked': (fixture) =>
        asksForValues(fixture, {}, { detail: true }),
    },
  }),
  denied({
    id: 'no-practitioner',
    what: 'asks for a practitioner who is unknown, another authority’s or withdrawn',
    answer: 'PRACTITIONER_UNKNOWN',
    tries: {
      unknown: (fixture) => asks(fixture, {}, { practitionerId: newId('prc') }),
      'another authority’s': async (fixture) =>
        asks(fixture, {}, { practitionerId: await (await practitioner(fixture, fixture.lab))(true) }),
      withdrawn: async (fixture) => {
        const register = await practitioner(fixture, fixture.hospital);
        await register(true);
        return asks(fixture, {}, { practitionerId: await register(false) });
      },
    },
  }),
  denied({
    id: 'unknown-record',
    what: 'asks for what is not there, to do it unseen',
    answer: 'RECORD_UNKNOWN',
    tries: {
      'a record': (fixture) => asks(fixture, {}, { recordId: newId('rec') }),
      'a version': (fixture) => asks(fixture, {}, { version: 2 }),
    },
  }),
  kind({
    id: 'for-another-patient',
    role: 'patient',
    what: 'asks for another patient’s record',
    answer: 'STATEMENT_ISSUER_MISMATCH',
    tries: {
      RequestAccess: async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        const other = await fixture.patient();
        const body = {
          patientId: patient.id,
          recordId,
          version: 1,
          purpose: 'PATRQT' as const,
          granteeTags: [],
          relay: fixture.cloudA.id,
        };
        return fixture.request(other.sign('accessRequest', body, other.consent, { iat: fixture.nowS }));
      },
    },
  }),
  kind({
    id: 'old-request',
    role: 'thief',
    what: 'brings a request that is older than two minutes',
    answer: 'STATEMENT_EXPIRED',
    tries: {
      RequestAccess: async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        const body = {
          patientId: patient.id,
          recordId,
          version: 1,
          purpose: 'TREAT' as const,
          granteeTags: [],
          relay: fixture.cloudA.id,
        };
        const { hospital } = fixture;
        const iat = fixture.nowS - TWO_MINUTES_S - 5;
        return fixture.request(hospital.sign('accessRequest', body, hospital.signer, { iat }));
      },
    },
  }),
  kind({
    id: 'another-relay',
    role: 'provider',
    what: 'submits a request that names another provider, or asks for the permit that this one got',
    answer: 'RELAY_MISMATCH',
    tries: {
      'a new request': async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId), 'lab client');
      },
      'the same one again': async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        const statement = fixture.requestBy(fixture.hospital, patient, recordId);
        await fixture.must('cloud-a client', 'RequestAccess', { items: [statement] });
        const again = await fixture.request(statement, 'lab client');
        // What it would get is the answer that another one was given.
        return again === NO_EFFECT ? THROUGH : again;
      },
    },
  }),
  kind({
    id: 'denial-undone',
    role: 'authority',
    what: 'sends a denied request again once it has a grant, so that the denial would not be on record',
    answer: NO_EFFECT,
    tries: {
      RequestAccess: async (fixture) => {
        const patient = await fixture.patient();
        const { recordId } = await fixture.stored(patient, patient);
        const statement = fixture.requestBy(fixture.hospital, patient, recordId);
        await fixture.request(statement);
        await fixture.granted(patient, fixture.hospital);
        return fixture.request(statement);
      },
    },
  }),
  kind({
    id: 'denial-overwritten',
    role: 'authority',
    what: 'makes another request under the id of a denied one, so that the denial would not be on record',
    answer: 'STATEMENT_ID_REUSED',
    tries: {
      RequestAccess: async (fixture) => {
        const patient = await fixture.patient();
        const { recordId } = await fixture.stored(patient, patient);
        const sid = randomId128();
        await fixture.request(fixture.requestBy(fixture.hospital, patient, recordId, { sid }));
        await fixture.granted(patient, fixture.hospital);
        const body = { granteeTags: [randomId128()] };
        const other = fixture.requestBy(fixture.hospital, patient, recordId, { body, sid });
        return fixture.request(other);
      },
    },
  }),
  kind({
    id: 'taken-request-id',
    role: 'authority',
    what: 'takes the id of another authority’s request first',
    answer: NO_EFFECT,
    tries: {
      RequestAccess: async (fixture) => {
        const { patient, recordId } = await readable(fixture);
        const sid = randomId128();
        await fixture.request(fixture.requestBy(fixture.lab, patient, recordId, { sid }));
        const victims = await fixture.request(
          fixture.requestBy(fixture.hospital, patient, recordId, { sid }),
        );
        return victims === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'permit-outlasts-grant',
    role: 'authority',
    what: 'asks just before its grant ends, for a permit that lasts longer',
    answer: NO_EFFECT,
    tries: {
      RequestAccess: async (fixture) => {
        const until = fixture.time(PERMIT_RELEASE_WINDOW_S / 2);
        const { patient, recordId } = await readable(fixture, { until });
        const statement = fixture.requestBy(fixture.hospital, patient, recordId);
        const { items } = (await fixture.must('cloud-a client', 'RequestAccess', {
          items: [statement],
        })) as AccessBatchResult;
        return Date.parse(items[0]?.access?.releaseBefore ?? '') <= Date.parse(until) ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'permit-overtaken',
    role: 'provider',
    what: 'has a permit ordered after the revocation that its peers had not seen',
    answer: 'MVCC_READ_CONFLICT',
    tries: {
      'by a revocation of everything': (fixture) =>
        overtaken(fixture, (patient) =>
          fixture.must('lab client', 'Revoke', { items: [patient.revokeAll()] }),
        ),
    },
  }),
  kind({
    id: 'permit-overtaken-by-range',
    role: 'provider',
    what: 'has a permit ordered after the revocation of the grant that it rests on',
    answer: 'MVCC_READ_CONFLICT',
    tries: {
      'by a single revocation': (fixture) =>
        overtaken(fixture, (patient, grantId) =>
          fixture.must('lab client', 'Revoke', { items: [patient.revoke(grantId)] }),
        ),
      'by a rotation of the patient’s key': (fixture) =>
        overtaken(fixture, (patient) => rotatePatientKey(fixture, patient, 'consent')),
    },
  }),
  denied({
    id: 'reading-ungranted',
    what: 'reports that it showed a notice without a grant',
    answer: 'NO_GRANT',
    tries: {
      stored: (fixture) => reads(fixture, undefined),
      'not stored': (fixture) => reads(fixture, undefined, { isStored: false }),
    },
  }),
  denied({
    id: 'reading-unknown',
    what: 'reports that it showed a notice of something else than is stored',
    answer: 'RECORD_UNKNOWN',
    tries: {
      'another manifest': (fixture) => reads(fixture, {}, { body: { manifestHash: newHash() } }),
      'not stored, under a scope': (fixture) => reads(fixture, { scopeTags: [VITAL] }, { isStored: false }),
    },
  }),
  denied({
    id: 'reading-no-practitioner',
    what: 'reports that it showed a notice to somebody whom it has not registered',
    answer: 'PRACTITIONER_UNKNOWN',
    tries: { ReportReadings: (fixture) => reads(fixture, {}, { practitionerId: newId('prc') }) },
  }),
  denied({
    id: 'reading-out-of-scope',
    what: 'reports that it showed a notice that its grant does not cover',
    answer: 'SCOPE_NOT_GRANTED',
    tries: { ReportReadings: (fixture) => reads(fixture, { scopeTags: [LABORATORY] }) },
  }),
];
