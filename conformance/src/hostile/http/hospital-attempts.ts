import { newId } from '@careledger/chaincode-runtime/testing';
import { randomId128 } from '@careledger/crypto';
import { PATIENTS_MSP, systemToken } from '@careledger/supervisor';
import { granted, textOf } from '../../fixtures/services/granted.js';
import { OTHER_MSP } from '../../gateway/gateway-rig.js';
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

/** What somebody at an authority tries with its api, and what others bring to it. */
export const hospitalAttempts: readonly HttpKind[] = [
  kind('opens-ungranted', 'authority', 'opens a record without a grant', 'ACCESS_DENIED (NO_GRANT)', {
    open: opens(),
  }),
  kind(
    'opens-for-another-purpose',
    'authority',
    'opens a record for another purpose than was granted',
    'ACCESS_DENIED (PURPOSE_NOT_GRANTED)',
    { open: opens({}, {}, '&purpose=HRESCH') },
  ),
  kind(
    'opens-as-another-unit',
    'authority',
    'opens a record as another unit than was granted',
    'ACCESS_DENIED (GRANTEE_MISMATCH)',
    {
      'with a token of that unit': opens({}, { units: ['cardiology'] }, '', 'billing'),
      'with a token of none': opens({}, { units: ['cardiology'] }),
    },
  ),
  kind(
    'claims-another-unit',
    'authority',
    'claims another unit than its token is bound to',
    'UNIT_MISMATCH',
    {
      open: opens({}, { units: ['cardiology'] }, '&unit=cardiology', 'billing'),
      notices: (fixture) =>
        asPractitioner(fixture, {
          method: 'GET',
          path: '/v1/notices?unit=cardiology',
          token: fixture.gateway.layers.unitTokens.get('billing'),
        }),
    },
  ),
  kind(
    'claims-a-practitioner',
    'authority',
    'acts for a practitioner whom nobody registered',
    'PRACTITIONER_UNKNOWN',
    {
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
  ),
  kind(
    'writes-ungranted',
    'author',
    'writes through its api without the right to',
    'WRITE_NOT_GRANTED (NO_GRANT)',
    {
      'without a grant': writes(undefined, (home) => noteBundle(home.patientId, 'x')),
    },
  ),
  kind(
    'writes-about-another',
    'author',
    'writes into a patient’s record about another patient',
    'FHIR_INVALID (SUBJECT_MISMATCH)',
    {
      write: writes(WRITE, async (_home, fixture) => labBundle((await fixture.home()).patientId, 6.5)),
    },
  ),
  kind(
    'writes-as-another',
    'author',
    'writes in another authority’s name',
    'FHIR_INVALID (AUTHOR_MISMATCH)',
    { write: writes(WRITE, (home) => labBundle(home.patientId, 6.5, 'd', 'aut_lab')) },
  ),
  kind(
    'others-visit',
    'authority',
    'looks for another authority’s visit, or one that is none',
    'VISIT_UNKNOWN',
    {
      'of nobody': (fixture) =>
        asPractitioner(fixture, { method: 'GET', path: `/v1/visits/${randomId128()}` }),
      'of the lab': async (fixture) => {
        const home = await fixture.home();
        const body = { patientId: home.patientId, at: new Date().toISOString(), data: { reason: 'none' } };
        const made = await call(fixture.service('lab'), 'practitioner', 'POST', '/v1/visits', body);
        return asPractitioner(fixture, { method: 'GET', path: `/v1/visits/${textOf(made.body['visitId'])}` });
      },
    },
  ),
  kind(
    'others-subscription',
    'authority',
    'cancels another authority’s subscription',
    'SUBSCRIPTION_UNKNOWN',
    {
      'of the hospital, at the lab': async (fixture) => {
        const { subscriptionId } = await fixture.victim();
        const path = `/v1/subscriptions/${subscriptionId}`;
        const token = fixture.service('lab').tokens.practitioner;
        return fixture.send({ service: 'lab', method: 'DELETE', path, token });
      },
    },
  ),
  kind(
    'foreign-check-in-http',
    'authority',
    'records a visit with another patient’s check-in code',
    'VISIT_REFUSED (CHECK_IN_INVALID)',
    {
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
  ),
  kind(
    'notice-for-another',
    'relay',
    'brings a direct notice to another authority than it is for',
    'NOT_ADDRESSED',
    {
      notices: notice(true, (home) =>
        home.emergencyNotice('aut_hospital', sealed(home), { addressee: 'aut_lab' }),
      ),
    },
  ),
  kind(
    'notice-ungranted',
    'patient',
    'sends direct notices to an authority that has no grant',
    'NOT_SUBSCRIBED',
    { notices: notice(false, (home) => home.emergencyNotice('aut_hospital', sealed(home))) },
  ),
  kind(
    'notice-forged',
    'patient',
    'sends a direct notice in another patient’s name',
    'STATEMENT_KEY_UNKNOWN',
    {
      notices: notice(true, async (home, fixture) =>
        home.emergencyNotice('aut_hospital', sealed(home), { signer: (await fixture.home()).patient }),
      ),
    },
  ),
  kind(
    'notice-of-another-record',
    'relay',
    'sends a direct notice with the ciphertext of another record',
    'NOTICE_REFUSED (CIPHERTEXT_HASH_MISMATCH)',
    {
      notices: notice(true, async (home) => {
        const { statement } = await home.emergencyNotice('aut_hospital', sealed(home));
        const { ciphertext } = await home.emergencyNotice('aut_hospital', sealed(home));
        return { statement, ciphertext };
      }),
    },
  ),
  kind(
    'rereads-as-another-unit',
    'authority',
    'rereads past emergencies as another unit than was granted',
    'GRANTEE_MISMATCH',
    {
      'with a token of that unit': rereads({}, { units: ['cardiology'] }, { unit: 'billing' }),
      'with a token of none': rereads({}, { units: ['cardiology'] }, {}),
    },
  ),
  kind(
    'rereads-for-another-purpose',
    'authority',
    'rereads past emergencies for another purpose than was granted',
    'PURPOSE_NOT_GRANTED',
    { stream: rereads({}, {}, { purpose: 'HRESCH' }) },
  ),
  kind('rereads-after-revocation', 'authority', 'rereads past emergencies after the revocation', 'NO_GRANT', {
    stream: rereads({}, {}, { isRevoked: true }),
  }),
  kind(
    'no-event-id',
    'authority',
    'resumes the stream of notices from what is no id of it',
    'VALIDATION_FAILED',
    {
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
  ),
  kind(
    'forged-revocation',
    'authority',
    'has a revocation relayed that the patient has not signed',
    'STATEMENT_KEY_UNKNOWN',
    {
      hospital: async (fixture) => {
        const [home, other] = [await fixture.home(), await fixture.home()];
        const statement = home.patient.sign('revokeAll', { policySeq: 1 }, other.patient.consent);
        return asPractitioner(fixture, { method: 'POST', path: '/v1/revocations', body: { statement } });
      },
    },
  ),
  kind(
    'attested-by-another',
    'operator',
    'has another organisation give its word on a transaction',
    'FORBIDDEN',
    {
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
  ),
];
