import {
  newId,
  newSigner,
  publicKeyOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { PERMIT_RELEASE_WINDOW_S, type AccessState, type StatementBody } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { newHash, nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { LABORATORY, VITAL, clientOf, type Cast } from './ledger-fixture.js';
import { readingOf, rotatePatientKey } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

const TWO_MINUTES_S = 120;

type Terms = Partial<StatementBody<'grant'>>;
type Asked = Partial<StatementBody<'accessRequest'>>;

/** What the hospital's request comes to, for a record of these tags under a grant of these terms. */
async function asks(cast: Cast, terms: Terms | undefined, asked: Asked = {}, tagGroups = [[LABORATORY]]) {
  const patient = await cast.patient();
  if (terms !== undefined) await cast.granted(patient, cast.hospital, terms);
  const { recordId } = await cast.stored(patient, patient, { tagGroups });
  return cast.request(cast.requestBy(cast.hospital, patient, recordId, asked));
}

/** A record that the hospital may read. */
async function readable(cast: Cast, terms: Terms = {}) {
  const patient = await cast.patient();
  const grantId = await cast.granted(patient, cast.hospital, terms);
  const { recordId } = await cast.stored(patient, patient);
  return { patient, grantId, recordId };
}

/** What a permit comes to that something overtakes on its way to the ledger. */
async function overtaken(
  cast: Cast,
  by: (patient: TestPatient, grantId: string) => Promise<unknown>,
  terms: Terms = {},
): Promise<string> {
  const { patient, grantId, recordId } = await readable(cast, terms);
  const args = { statement: cast.requestBy(cast.hospital, patient, recordId) };
  const call = { identity: 'cloud-a client', channel: 'cloud', name: 'RequestAccess', args } as const;
  const code = await cast.ground.overtaken(call, () => by(patient, grantId));
  return code === 'VALID' ? THROUGH : code;
}

/** A practitioner of an authority, registered on `cloud`. */
async function practitioner(cast: Cast, of: TestOrganisation): Promise<(active: boolean) => Promise<string>> {
  const [id, signer] = [newId('prc'), newSigner()];
  return async (active) => {
    const key = { signingKey: publicKeyOf(signer), signingKeyProof: of.proofOf(signer, id) };
    const body = { practitionerId: id, ...key, role: 'physician', active };
    const statement = of.sign('registerPractitioner', body, of.signer);
    await cast.must(clientOf(of), 'RegisterPractitioner', { statement }, 'cloud');
    return id;
  };
}

/** What the ledger says to a reading of a notice, once it is reported. */
async function reads(
  cast: Cast,
  terms: Terms | undefined,
  {
    isStored = true,
    body = {},
    practitionerId,
  }: { isStored?: boolean; body?: { manifestHash?: string }; practitionerId?: string } = {},
): Promise<string> {
  const { hospital } = cast;
  const patient = await cast.patient();
  if (terms !== undefined) await cast.granted(patient, hospital, { purposes: ['ETREAT'], ...terms });
  const record = recordOf(patient.id, { kind: 'emergency', tagGroups: [[VITAL]] });
  if (isStored) await cast.stored(patient, patient, record);
  const named = practitionerId === undefined ? {} : { practitionerId };
  const reading = readingOf(cast, { ...record, ...body }, named);
  const statement = hospital.sign('noticeReading', reading, hospital.signer);
  await cast.must('lab client', 'ReportReadings', { items: [statement] });
  const { rows } = (await cast.ask('ListAccesses', { patientId: patient.id })) as { rows: AccessState[] };
  const [written] = rows;
  return written?.decision === 'permit' ? THROUGH : (written?.reason ?? 'nothing on record');
}

/** Of an authority. */
const denied = (id: string, what: string, answer: string, tries: Parameters<typeof kind>[4]): LedgerKind =>
  kind(id, 'authority', what, answer, tries);

/** Who reads what, and who would like to. */
export const access: readonly LedgerKind[] = [
  denied('no-grant', 'asks for a record without a grant, or under another authority’s', 'NO_GRANT', {
    none: (cast) => asks(cast, undefined),
    'another authority’s': async (cast) => {
      const { patient, recordId } = await readable(cast);
      return cast.request(cast.requestBy(cast.lab, patient, recordId), 'cloud-a client');
    },
    'one that was revoked': async (cast) => {
      const { patient, grantId, recordId } = await readable(cast);
      await cast.must('lab client', 'Revoke', { items: [patient.revoke(grantId)] });
      return cast.request(cast.requestBy(cast.hospital, patient, recordId));
    },
    'one under a revocation of everything': async (cast) => {
      const { patient, recordId } = await readable(cast);
      await cast.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
      return cast.request(cast.requestBy(cast.hospital, patient, recordId));
    },
    'as the author of the version before': async (cast) => {
      const patient = await cast.patient();
      await cast.granted(patient, cast.hospital, { permissions: ['write'] });
      await cast.granted(patient, cast.lab, { permissions: ['modify'] });
      const first = await cast.stored(cast.hospital, patient);
      const items = [cast.lab.sign('storeRecord', nextOf(first), cast.lab.signer)];
      await cast.must('cloud-a client', 'ReviseRecords', { items });
      await cast.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
      return cast.request(cast.requestBy(cast.hospital, patient, first.recordId));
    },
  }),
  denied('grant-over', 'asks under a grant that is over, or has not begun', 'GRANT_EXPIRED', {
    over: (cast) => asks(cast, { until: '2026-01-02T00:00:00Z' }),
    'not begun': (cast) => asks(cast, { from: cast.time(TWO_MINUTES_S) }),
  }),
  denied('other-purpose', 'asks for another purpose than was granted', 'PURPOSE_NOT_GRANTED', {
    RequestAccess: (cast) => asks(cast, {}, { purpose: 'HRESCH' }),
  }),
  denied('other-right', 'reads with the right to write', 'PERMISSION_NOT_GRANTED', {
    RequestAccess: (cast) => asks(cast, { permissions: ['write', 'modify'] }),
  }),
  denied('other-unit', 'asks as another unit than was granted', 'GRANTEE_MISMATCH', {
    RequestAccess: (cast) => asks(cast, { granteeTags: [randomId128()] }, { granteeTags: [randomId128()] }),
  }),
  denied('other-scope', 'asks for a record that its grant does not cover whole', 'SCOPE_NOT_GRANTED', {
    'of another kind': (cast) => asks(cast, { scopeTags: [VITAL] }),
    'of which it covers a part': (cast) => asks(cast, { scopeTags: [VITAL] }, {}, [[VITAL], [LABORATORY]]),
    'that does not say what it holds': (cast) => asks(cast, { scopeTags: [VITAL] }, {}, []),
  }),
  denied(
    'no-practitioner',
    'asks for a practitioner who is unknown, another authority’s or withdrawn',
    'PRACTITIONER_UNKNOWN',
    {
      unknown: (cast) => asks(cast, {}, { practitionerId: newId('prc') }),
      'another authority’s': async (cast) =>
        asks(cast, {}, { practitionerId: await (await practitioner(cast, cast.lab))(true) }),
      withdrawn: async (cast) => {
        const register = await practitioner(cast, cast.hospital);
        await register(true);
        return asks(cast, {}, { practitionerId: await register(false) });
      },
    },
  ),
  denied('unknown-record', 'asks for what is not there, to do it unseen', 'RECORD_UNKNOWN', {
    'a record': (cast) => asks(cast, {}, { recordId: newId('rec') }),
    'a version': (cast) => asks(cast, {}, { version: 2 }),
  }),
  kind('for-another-patient', 'patient', 'asks for another patient’s record', 'STATEMENT_ISSUER_MISMATCH', {
    RequestAccess: async (cast) => {
      const { patient, recordId } = await readable(cast);
      const other = await cast.patient();
      const body = {
        patientId: patient.id,
        recordId,
        purpose: 'PATRQT' as const,
        granteeTags: [],
        relay: cast.cloudA.id,
      };
      return cast.request(other.sign('accessRequest', body, other.consent, { iat: cast.nowS }));
    },
  }),
  kind('old-request', 'thief', 'brings a request that is older than two minutes', 'STATEMENT_EXPIRED', {
    RequestAccess: async (cast) => {
      const { patient, recordId } = await readable(cast);
      const body = {
        patientId: patient.id,
        recordId,
        purpose: 'TREAT' as const,
        granteeTags: [],
        relay: cast.cloudA.id,
      };
      const { hospital } = cast;
      const iat = cast.nowS - TWO_MINUTES_S - 5;
      return cast.request(hospital.sign('accessRequest', body, hospital.signer, { iat }));
    },
  }),
  kind(
    'another-relay',
    'provider',
    'submits a request that names another provider, or asks for the permit that this one got',
    'RELAY_MISMATCH',
    {
      'a new request': async (cast) => {
        const { patient, recordId } = await readable(cast);
        return cast.request(cast.requestBy(cast.hospital, patient, recordId), 'lab client');
      },
      'the same one again': async (cast) => {
        const { patient, recordId } = await readable(cast);
        const statement = cast.requestBy(cast.hospital, patient, recordId);
        await cast.must('cloud-a client', 'RequestAccess', { statement });
        const again = await cast.send('lab client', 'RequestAccess', { statement });
        // What it would get is the answer that another one was given.
        return again === NO_EFFECT ? THROUGH : again;
      },
    },
  ),
  kind(
    'denial-undone',
    'authority',
    'sends a denied request again once it has a grant, so that the denial would not be on record',
    NO_EFFECT,
    {
      RequestAccess: async (cast) => {
        const patient = await cast.patient();
        const { recordId } = await cast.stored(patient, patient);
        const statement = cast.requestBy(cast.hospital, patient, recordId);
        await cast.request(statement);
        await cast.granted(patient, cast.hospital);
        return cast.request(statement);
      },
    },
  ),
  kind(
    'denial-overwritten',
    'authority',
    'makes another request under the id of a denied one, so that the denial would not be on record',
    'STATEMENT_ID_REUSED',
    {
      RequestAccess: async (cast) => {
        const patient = await cast.patient();
        const { recordId } = await cast.stored(patient, patient);
        const sid = randomId128();
        await cast.request(cast.requestBy(cast.hospital, patient, recordId, {}, sid));
        await cast.granted(patient, cast.hospital);
        const other = cast.requestBy(cast.hospital, patient, recordId, { version: 1 }, sid);
        return cast.request(other);
      },
    },
  ),
  kind('taken-request-id', 'authority', 'takes the id of another authority’s request first', NO_EFFECT, {
    RequestAccess: async (cast) => {
      const { patient, recordId } = await readable(cast);
      const sid = randomId128();
      await cast.request(cast.requestBy(cast.lab, patient, recordId, {}, sid));
      const victims = await cast.request(cast.requestBy(cast.hospital, patient, recordId, {}, sid));
      return victims === THROUGH ? NO_EFFECT : THROUGH;
    },
  }),
  kind(
    'permit-outlasts-grant',
    'authority',
    'asks just before its grant ends, for a permit that lasts longer',
    NO_EFFECT,
    {
      RequestAccess: async (cast) => {
        const until = cast.time(PERMIT_RELEASE_WINDOW_S / 2);
        const { patient, recordId } = await readable(cast, { until });
        const statement = cast.requestBy(cast.hospital, patient, recordId);
        const permit = (await cast.must('cloud-a client', 'RequestAccess', { statement })) as AccessState;
        return Date.parse(permit.releaseBefore ?? '') <= Date.parse(until) ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind(
    'permit-overtaken',
    'provider',
    'has a permit ordered after the revocation that its peers had not seen',
    'MVCC_READ_CONFLICT',
    {
      'by a revocation of everything': (cast) =>
        overtaken(cast, (patient) => cast.must('lab client', 'Revoke', { items: [patient.revokeAll()] })),
    },
  ),
  kind(
    'permit-overtaken-by-range',
    'provider',
    'has a permit ordered after the revocation of the grant that it rests on',
    'MVCC_READ_CONFLICT',
    {
      'by a single revocation': (cast) =>
        overtaken(cast, (patient, grantId) =>
          cast.must('lab client', 'Revoke', { items: [patient.revoke(grantId)] }),
        ),
      'by a rotation of the patient’s key': (cast) =>
        overtaken(cast, (patient) => rotatePatientKey(cast, patient, 'consent')),
    },
  ),
  denied('reading-ungranted', 'reports that it showed a notice without a grant', 'NO_GRANT', {
    stored: (cast) => reads(cast, undefined),
    'not stored': (cast) => reads(cast, undefined, { isStored: false }),
  }),
  denied(
    'reading-unknown',
    'reports that it showed a notice of something else than is stored',
    'RECORD_UNKNOWN',
    {
      'another manifest': (cast) => reads(cast, {}, { body: { manifestHash: newHash() } }),
      'not stored, under a scope': (cast) => reads(cast, { scopeTags: [VITAL] }, { isStored: false }),
    },
  ),
  denied(
    'reading-no-practitioner',
    'reports that it showed a notice to somebody whom it has not registered',
    'PRACTITIONER_UNKNOWN',
    { ReportReadings: (cast) => reads(cast, {}, { practitionerId: newId('prc') }) },
  ),
  denied(
    'reading-out-of-scope',
    'reports that it showed a notice that its grant does not cover',
    'SCOPE_NOT_GRANTED',
    { ReportReadings: (cast) => reads(cast, { scopeTags: [LABORATORY] }) },
  ),
];
