import { newId, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { randomId128 } from '@careledger/crypto';
import { PATIENTS_MSP } from '@careledger/domain';
import { SYSTEM } from '@careledger/fhir';
import { systemToken } from '@careledger/supervisor';
import { copyGranted, granted, textOf } from '../../fixtures/services/granted.js';
import { OTHER_MSP } from '../../fixtures/services/gateway-fixture.js';
import { call } from '../../fixtures/services/api-client.js';
import { emergencyRecord, labBundle, noteBundle, periodicRecord } from '../../fixtures/services/bundles.js';
import { NoticeClient } from '../../fixtures/services/notices.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { THROUGH, answersOf } from '../attempt.js';
import { kind, type HttpKind } from './http-attempt.js';
import type { HttpCall, HttpFixture } from './http-fixture.js';

type Grant = Parameters<TestHome['grant']>[1];
type Words = Parameters<TestHome['grant']>[2];

/** A call of the hospital's api by one of its practitioners. */
const asPractitioner = (fixture: HttpFixture, call: Omit<HttpCall, 'service'>): Promise<string> =>
  fixture.send({ service: 'hospital', token: fixture.service('hospital').tokens.practitioner, ...call });

/** A patient with a record at a provider, who lets the hospital read it as these say. */
async function patientWith(fixture: HttpFixture, grant?: Grant, words?: Words) {
  const home = await fixture.home();
  if (grant !== undefined) await granted(fixture.gateway.layers, home, grant, words);
  const bundle = periodicRecord(home.patientId, 120);
  const { recordId } = await home.store(fixture.gateway.layers.provider(), {
    bundle,
    readers: ['aut_hospital'],
  });
  return { home, recordId };
}

/** What somebody at the hospital gets who opens such a record. */
const opens =
  (grant?: Grant, words?: Words, query = '', unit?: string) =>
  async (fixture: HttpFixture): Promise<string> => {
    const { home, recordId } = await patientWith(fixture, grant, words);
    const path = `/v1/records/${recordId}?patientId=${home.patientId}${query}`;
    const token = unit === undefined ? undefined : fixture.gateway.layers.unitTokens.get(unit);
    return asPractitioner(fixture, { method: 'GET', path, ...(token !== undefined && { token }) });
  };

/** What somebody at the hospital gets who searches for what a patient lets it read, or lets another unit keep a copy of. */
const searches =
  (query: (patientId: string) => string, unit?: string) =>
  async (fixture: HttpFixture): Promise<string> => {
    const { layers } = fixture.gateway;
    const home = await fixture.home();
    if (unit === undefined) await granted(layers, home);
    else await copyGranted(layers, home, 'cardiology');
    const token = layers.unitTokens.get(unit ?? 'cardiology');
    return asPractitioner(fixture, { method: 'GET', path: `/fhir/${query(home.patientId)}`, token });
  };
const everything = (patientId: string): string => `Patient/${patientId}/$everything`;
const beside = (patientId: string): string =>
  `Observation?subject:Patient._id=${patientId}&_include=Observation:device&_revinclude=Provenance:target`;

/** What becomes of a record that somebody at the hospital writes. */
const writes =
  (grant: Grant | undefined, bundleOf: (home: TestHome, fixture: HttpFixture) => object | Promise<object>) =>
  async (fixture: HttpFixture): Promise<string> => {
    const home = await fixture.home();
    if (grant !== undefined) await granted(fixture.gateway.layers, home, grant);
    const body = { patientId: home.patientId, bundle: await bundleOf(home, fixture) };
    return asPractitioner(fixture, { method: 'POST', path: '/v1/records', body });
  };
const WRITE: Grant = { permissions: ['read', 'write'] };

/** What the hospital answers to a direct notice that is not what it should be. */
const notice =
  (
    isGranted: boolean,
    of: (home: TestHome, fixture: HttpFixture) => Promise<object>,
  ): ((fixture: HttpFixture) => Promise<string>) =>
  async (fixture) => {
    const home = await fixture.home();
    if (isGranted) await granted(fixture.gateway.layers, home);
    const token = systemToken(fixture.service('hospital').tokens, PATIENTS_MSP);
    const path = '/v1/emergency-notices';
    return fixture.send({ service: 'hospital', method: 'POST', path, token, body: await of(home, fixture) });
  };
const sealed = (home: TestHome) => home.seal({ kind: 'emergency', bundle: emergencyRecord(home.patientId) });

/** What somebody sees of a past emergency in the stream of notices. */
const rereads =
  (grant: Grant, words: Words, options: { unit?: string; purpose?: string; isRevoked?: boolean }) =>
  async (fixture: HttpFixture): Promise<string> => {
    const { layers } = fixture.gateway;
    const home = await fixture.home();
    const grantId = await granted(layers, home, grant, words);
    const token = systemToken(fixture.service('hospital').tokens, PATIENTS_MSP);
    const body = await home.emergencyNotice('aut_hospital', sealed(home));
    const path = '/v1/emergency-notices';
    await fixture.send({ service: 'hospital', method: 'POST', path, token, body });
    if (options.isRevoked === true) await home.revoke(grantId);
    const unitToken = layers.unitTokens.get(options.unit ?? '');
    await using notices = await NoticeClient.connect(layers.authority(), {
      after: 0,
      ...(unitToken !== undefined && { token: unitToken }),
      ...(options.purpose !== undefined && { as: { purpose: options.purpose } }),
    });
    const { data } = await notices.next(
      (each) => each.type === 'emergency' && each.data['patientId'] === home.patientId,
    );
    return 'bundle' in data ? THROUGH : String(data['withheld']);
  };

/** What the hospital's systems are answered that bring a number of a patient. */
const gives = (fixture: HttpFixture, { patientId }: TestHome, number: object): Promise<string> =>
  fixture.send({
    ...{ service: 'hospital', method: 'PUT', path: `/v1/patients/${patientId}/numbers` },
    ...{ token: fixture.service('hospital').tokens.ops, body: { numbers: [number] } },
  });

/** What somebody at an authority tries with its api, and what others bring to it. */
export const hospitalAttempts: readonly HttpKind[] = [
  kind({
    id: 'opens-ungranted',
    role: 'authority',
    what: 'opens a record without a grant',
    answer: 'ACCESS_DENIED (NO_GRANT)',
    tries: {
      open: opens(),
    },
  }),
  kind({
    id: 'opens-for-another-purpose',
    role: 'authority',
    what: 'opens a record for another purpose than was granted',
    answer: 'ACCESS_DENIED (PURPOSE_NOT_GRANTED)',
    tries: { open: opens({}, {}, '&purpose=HRESCH') },
  }),
  kind({
    id: 'opens-as-another-unit',
    role: 'authority',
    what: 'opens a record as another unit than was granted',
    answer: 'ACCESS_DENIED (GRANTEE_MISMATCH)',
    tries: {
      'with a token of that unit': opens({}, { units: ['cardiology'] }, '', 'billing'),
      'with a token of none': opens({}, { units: ['cardiology'] }),
    },
  }),
  kind({
    id: 'searches-uncopied',
    role: 'authority',
    what: 'searches for what it may read and keep no copy of, or another unit may',
    answer: 'READ_REFUSED',
    tries: {
      'with what lies beside it': searches(beside),
      everything: searches(everything),
      'as another unit': searches(beside, 'billing'),
      'everything, as another unit': searches(everything, 'billing'),
    },
  }),
  kind({
    id: 'claims-another-unit',
    role: 'authority',
    what: 'claims another unit than its token is bound to',
    answer: 'UNIT_MISMATCH',
    tries: {
      open: opens({}, { units: ['cardiology'] }, '&unit=cardiology', 'billing'),
      notices: (fixture) =>
        asPractitioner(fixture, {
          method: 'GET',
          path: '/v1/notices?unit=cardiology',
          token: fixture.gateway.layers.unitTokens.get('billing'),
        }),
    },
  }),
  kind({
    id: 'claims-a-practitioner',
    role: 'authority',
    what: 'acts for a practitioner whom nobody registered',
    answer: 'PRACTITIONER_UNKNOWN',
    tries: {
      open: opens({}, {}, `&practitionerId=${newId('prc')}`),
      notices: (fixture) =>
        asPractitioner(fixture, { method: 'GET', path: `/v1/notices?practitionerId=${newId('prc')}` }),
      write: async (fixture) => {
        const home = await fixture.home();
        return asPractitioner(fixture, {
          method: 'POST',
          path: `/v1/records?practitionerId=${newId('prc')}`,
          body: { patientId: home.patientId, bundle: noteBundle(home.patientId, 'x') },
        });
      },
    },
  }),
  kind({
    id: 'writes-ungranted',
    role: 'author',
    what: 'writes through its api without the right to',
    answer: 'WRITE_NOT_GRANTED (NO_GRANT)',
    tries: {
      'without a grant': writes(undefined, (home) => noteBundle(home.patientId, 'x')),
    },
  }),
  kind({
    id: 'writes-about-another',
    role: 'author',
    what: 'writes into a patient’s record about another patient',
    answer: 'FHIR_INVALID (SUBJECT_MISMATCH)',
    tries: {
      write: writes(WRITE, async (_home, fixture) => labBundle((await fixture.home()).patientId, 6.5)),
    },
  }),
  kind({
    id: 'writes-as-another',
    role: 'author',
    what: 'writes in another authority’s name',
    answer: 'FHIR_INVALID (AUTHOR_MISMATCH)',
    tries: { write: writes(WRITE, (home) => labBundle(home.patientId, 6.5, 'd', 'aut_lab')) },
  }),
  kind({
    id: 'others-visit',
    role: 'authority',
    what: 'looks for another authority’s visit, or one that is none',
    answer: 'VISIT_UNKNOWN',
    tries: {
      'of nobody': (fixture) =>
        asPractitioner(fixture, { method: 'GET', path: `/v1/visits/${randomId128()}` }),
      'of the lab': async (fixture) => {
        const home = await fixture.home();
        const body = { patientId: home.patientId, at: new Date().toISOString(), data: { reason: 'none' } };
        const made = await call(fixture.service('lab'), 'practitioner', 'POST /v1/visits', body);
        return asPractitioner(fixture, { method: 'GET', path: `/v1/visits/${textOf(made.body['visitId'])}` });
      },
    },
  }),
  kind({
    id: 'others-number',
    role: 'operator',
    what: 'gives a patient a number that another patient of the authority has, so that one is taken for the other',
    answer: 'NUMBER_TAKEN',
    tries: {
      hospital: async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        await gives(fixture, home, { system: 'urn:oid:1.2.3', value: home.patientId.slice(4) });
        return gives(fixture, other, { system: 'urn:oid:1.2.3', value: home.patientId.slice(4) });
      },
    },
  }),
  kind({
    id: 'pseudonym-as-number',
    role: 'operator',
    what: 'gives a patient another one’s pseudonym for a number',
    answer: 'NUMBERS_REFUSED',
    tries: {
      'in the ledger’s system': async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        return gives(fixture, home, { system: SYSTEM.patient, value: other.patientId.slice(4) });
      },
      'in another': async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        return gives(fixture, home, { system: 'urn:oid:1.2.3', value: other.patientId });
      },
    },
  }),
  kind({
    id: 'others-subscription',
    role: 'authority',
    what: 'cancels another authority’s subscription',
    answer: 'SUBSCRIPTION_UNKNOWN',
    tries: {
      'of the hospital, at the lab': async (fixture) => {
        const { subscriptionId } = await fixture.victim();
        const path = `/v1/subscriptions/${subscriptionId}`;
        const token = fixture.service('lab').tokens.practitioner;
        return fixture.send({ service: 'lab', method: 'DELETE', path, token });
      },
    },
  }),
  kind({
    id: 'foreign-check-in-http',
    role: 'authority',
    what: 'records a visit with another patient’s check-in code',
    answer: 'VISIT_REFUSED (CHECK_IN_INVALID)',
    tries: {
      visits: async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        const at = new Date().toISOString();
        const body = {
          patientId: home.patientId,
          at,
          data: { reason: 'none' },
          checkIn: other.checkIn('aut_hospital', at),
        };
        return asPractitioner(fixture, { method: 'POST', path: '/v1/visits', body });
      },
    },
  }),
  kind({
    id: 'notice-for-another',
    role: 'relay',
    what: 'brings a direct notice to another authority than it is for',
    answer: 'NOT_ADDRESSED',
    tries: {
      notices: notice(true, (home) =>
        home.emergencyNotice('aut_hospital', sealed(home), { addressee: 'aut_lab' }),
      ),
    },
  }),
  kind({
    id: 'notice-ungranted',
    role: 'patient',
    what: 'sends direct notices to an authority that has no grant',
    answer: 'NOT_SUBSCRIBED',
    tries: { notices: notice(false, (home) => home.emergencyNotice('aut_hospital', sealed(home))) },
  }),
  kind({
    id: 'notice-forged',
    role: 'patient',
    what: 'sends a direct notice in another patient’s name',
    answer: 'STATEMENT_KEY_UNKNOWN',
    tries: {
      notices: notice(true, async (home, fixture) =>
        home.emergencyNotice('aut_hospital', sealed(home), { signer: (await fixture.home()).patient }),
      ),
    },
  }),
  kind({
    id: 'notice-of-another-record',
    role: 'relay',
    what: 'sends a direct notice with the ciphertext of another record',
    answer: 'NOTICE_REFUSED (CIPHERTEXT_HASH_MISMATCH)',
    tries: {
      notices: notice(true, async (home) => {
        const { statement } = await home.emergencyNotice('aut_hospital', sealed(home));
        const { ciphertext } = await home.emergencyNotice('aut_hospital', sealed(home));
        return { statement, ciphertext };
      }),
    },
  }),
  kind({
    id: 'rereads-as-another-unit',
    role: 'authority',
    what: 'rereads past emergencies as another unit than was granted',
    answer: 'GRANTEE_MISMATCH',
    tries: {
      'with a token of that unit': rereads({}, { units: ['cardiology'] }, { unit: 'billing' }),
      'with a token of none': rereads({}, { units: ['cardiology'] }, {}),
    },
  }),
  kind({
    id: 'rereads-for-another-purpose',
    role: 'authority',
    what: 'rereads past emergencies for another purpose than was granted',
    answer: 'PURPOSE_NOT_GRANTED',
    tries: { stream: rereads({}, {}, { purpose: 'HRESCH' }) },
  }),
  kind({
    id: 'rereads-after-revocation',
    role: 'authority',
    what: 'rereads past emergencies after the revocation',
    answer: 'NO_GRANT',
    tries: {
      stream: rereads({}, {}, { isRevoked: true }),
    },
  }),
  kind({
    id: 'no-event-id',
    role: 'authority',
    what: 'resumes the stream of notices from what is no id of it',
    answer: 'VALIDATION_FAILED',
    tries: {
      stream: async (fixture) =>
        answersOf(
          await Promise.all(
            ['-1', 'NaN', '1e3', '0x10', ' '].map((id) =>
              asPractitioner(fixture, {
                method: 'GET',
                path: '/v1/notices',
                headers: { 'last-event-id': id },
              }),
            ),
          ),
        ),
    },
  }),
  kind({
    id: 'forged-revocation',
    role: 'authority',
    what: 'has a revocation relayed that the patient has not signed',
    answer: 'STATEMENT_KEY_UNKNOWN',
    tries: {
      hospital: async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        const statement = home.patient.sign('revokeAll', { policySeq: 1 }, other.patient.consent);
        return asPractitioner(fixture, { method: 'POST', path: '/v1/revocations', body: { statement } });
      },
    },
  }),
  kind({
    id: 'stolen-recovery',
    role: 'authority',
    what: 'vouches for a key that nobody has shown to have',
    answer: 'LEDGER_REFUSED (KEY_PROOF_INVALID)',
    tries: {
      hospital: async (fixture) => {
        const [home, next, other] = [await fixture.home(), newSigner(), newSigner()];
        const body = {
          ...{ patientId: home.patientId, reason: 'untrusted', newKey: publicKeyOf(next) },
          newKeyProof: home.patient.proofOf(other),
        };
        const token = fixture.service('hospital').tokens.ops;
        return fixture.send({ service: 'hospital', method: 'POST', path: '/v1/recoveries', token, body });
      },
    },
  }),
  kind({
    id: 'takeover-by-nobody',
    role: 'authority',
    what: 'has a key take over from a patient’s that no organisation has vouched for',
    answer: 'LEDGER_REFUSED (RECOVERY_UNKNOWN)',
    tries: {
      hospital: async (fixture) => {
        const [home, next] = [await fixture.home(), newSigner()];
        const newKey = publicKeyOf(next);
        const statement = home.patient.sign('takeOver', { recoveryId: randomId128(), newKey }, next);
        return asPractitioner(fixture, { method: 'POST', path: '/v1/revocations', body: { statement } });
      },
    },
  }),
  kind({
    id: 'attested-by-another',
    role: 'operator',
    what: 'has another organisation give its word on a transaction',
    answer: 'FORBIDDEN',
    tries: {
      hospital: (fixture) =>
        fixture.send({
          service: 'hospital',
          method: 'POST',
          path: '/v1/attestations',
          token: systemToken(fixture.service('hospital').tokens, PATIENTS_MSP),
          body: { channel: 'authorities', txId: 'a'.repeat(64) },
        }),
      gateway: (fixture) =>
        fixture.send({
          service: 'gateway',
          method: 'POST',
          path: '/v1/attestations',
          token: systemToken(fixture.service('gateway').tokens, OTHER_MSP),
          body: { channel: 'authorities', txId: 'a'.repeat(64) },
        }),
    },
  }),
];
