import { randomBytes } from 'node:crypto';
import { STATEMENTS } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { makeRecipientReceipt, readManifest } from '@careledger/envelope';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';
import { gatewayOf } from '../fixtures/providers/made-version.js';
import type { ProviderFixture } from '../hostile/provider/provider-fixture.js';
import type { Repeatable, Repeatables } from './repeated.js';

const HOSPITAL_MSP = 'HospitalMSP';

/** As the hospital asks provider A. */
const byHospital = (
  { cloud }: ProviderFixture,
  path: string,
  { body, otherBody }: Pick<Repeatable, 'body' | 'otherBody'>,
): Repeatable => {
  const { a } = cloud.providers;
  return { service: a, token: a.tokenOf(HOSPITAL_MSP), path, ...(body && { body }), otherBody };
};

/** What is signed at random twice is two statements. */
async function twice(path: string, fixture: ProviderFixture, sign: () => string | Promise<string>) {
  return byHospital(fixture, path, {
    body: { statement: await sign() },
    otherBody: { statement: await sign() },
  });
}

/** The same where the route takes many. */
async function twiceOfMany(path: string, fixture: ProviderFixture, sign: () => string | Promise<string>) {
  return byHospital(fixture, path, {
    body: { statements: [await sign()] },
    otherBody: { statements: [await sign()] },
  });
}

/** Each route of a provider that takes a key. */
export const PROVIDER_REQUESTS: Repeatables<ProviderFixture> = {
  'POST /v1/versions': async ({ cloud }) => {
    const { a } = cloud.providers;
    const patient = await cloud.newPatient();
    const versions = async () => ({
      versions: [(await cloud.version(patient.id, gatewayOf(patient))).request],
    });
    const asked = { service: a, token: a.tokenOf('PatientsMSP'), path: PROVIDER_ROUTES.versions };
    return { ...asked, body: await versions(), otherBody: await versions() };
  },
  'POST /v1/access-requests': async (fixture) => {
    const { made } = await fixture.granted();
    return twiceOfMany(PROVIDER_ROUTES.access, fixture, () =>
      fixture.cloud.accessRequest(made, 'prv_cloud-a'),
    );
  },
  'POST /v1/releases': async (fixture) => {
    const { made } = await fixture.granted();
    const { organisation } = fixture.hospitalsRelay;
    const permit = await fixture.obtain(made, fixture.hospitalsRelay);
    const { txId: permitTxId, requestSid, patientId, recordId, version = 0, requester } = permit;
    return twiceOfMany(PROVIDER_ROUTES.releases, fixture, () =>
      makeStatement(
        {
          ...{ typ: STATEMENTS.releaseRequest.typ, iss: organisation.id, channels: ['cloud'] },
          aud: fixture.cloud.providers.network.networkId,
          body: { permitTxId, requestSid, patientId, recordId, version, requester },
        },
        organisation.signer,
      ),
    );
  },
  'POST /v1/receipts': async (fixture) => {
    const { cloud } = fixture;
    const { made } = await fixture.granted();
    const { access, record } = await cloud.request(made, cloud.providers.a);
    const receipt = (receivedAt: string): { receipts: string[] } => ({
      receipts: [
        makeRecipientReceipt(
          {
            ...{ recordId: made.record.recordId, version: 1, manifestHash: made.manifestHash },
            ciphertextSha256: readManifest(record.manifest).ciphertextSha256,
            ...{ provider: 'prv_cloud-a', recipient: 'aut_hospital', permitTxId: access.txId, receivedAt },
          },
          cloud.hospital.signer,
        ),
      ],
    });
    return byHospital(fixture, PROVIDER_ROUTES.receipts, {
      body: receipt('2026-05-05T12:00:00.000Z'),
      otherBody: receipt('2026-05-05T12:00:01.000Z'),
    });
  },
  'POST /v1/release-lookups': async (fixture) => {
    const { cloud } = fixture;
    const { a } = cloud.providers;
    const { made } = await fixture.granted();
    const { access } = await cloud.request(made, a);
    const { txId: permitTxId, requester, requestSid, patientId } = access;
    const lookup = (sid: string): object => ({
      patientId,
      permits: [{ permitTxId, requester, requestSid: sid }],
    });
    return {
      ...{ service: a, token: a.tokenOf('PatientsMSP'), path: PROVIDER_ROUTES.releaseLookups },
      ...{ body: lookup(requestSid), otherBody: lookup('A'.repeat(22)) },
    };
  },
  'POST /v1/visits': async (fixture) => {
    const { id: patientId } = await fixture.cloud.newPatient();
    const { hospital } = fixture.cloud;
    return twice(PROVIDER_ROUTES.visits, fixture, () =>
      hospital.sign(
        'visit',
        {
          ...{ patientId, at: '2026-03-01T10:30:00Z', location: 'sealed' },
          dataHash: toBase64url(randomBytes(32)),
        },
        hospital.signer,
      ),
    );
  },
  'POST /v1/revocations': async (fixture) => {
    const { cloud } = fixture;
    const patient = await cloud.newPatient();
    const grantId = await cloud.decree('Grant', patient.grant('aut_hospital'));
    return twice(PROVIDER_ROUTES.revocations, fixture, () => patient.revoke(grantId));
  },
  'POST /v1/notice-readings': async (fixture) => {
    const { hospital } = fixture.cloud;
    const { made } = await fixture.granted();
    const reading = (): { statements: string[] } => ({
      statements: [
        hospital.sign(
          'noticeReading',
          {
            ...{ patientId: made.patientId, recordId: made.record.recordId, version: made.version },
            ...{ manifestHash: made.manifestHash, purpose: 'TREAT', granteeTags: [] },
            ...{ readAt: '2026-03-01T10:30:00Z', decidedBy: 'mirror' },
          },
          hospital.signer,
          { channels: ['cloud'] },
        ),
      ],
    });
    return byHospital(fixture, PROVIDER_ROUTES.readings, { body: reading(), otherBody: reading() });
  },
};
