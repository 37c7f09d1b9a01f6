import { makeRecipientReceipt, readManifest, readRecipientReceipt } from '@careledger/envelope';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { codeOf, type ProviderFixture } from './provider-fixture.js';
import { MISMATCH, asEach, kind, version, type ProviderKind } from './provider-kind.js';

/** The hospital's receipt for a version that provider A released to it. */
async function receiptOf(fixture: ProviderFixture): Promise<string> {
  const { cloud } = fixture;
  const { made } = await fixture.granted();
  const { access, record } = await cloud.request(made, cloud.providers.a);
  return makeRecipientReceipt(
    {
      recordId: made.record.recordId,
      version: 1,
      ciphertextSha256: readManifest(record.manifest).ciphertextSha256,
      manifestHash: made.manifestHash,
      provider: 'prv_cloud-a',
      recipient: 'aut_hospital',
      permitTxId: access.txId,
      receivedAt: '2026-05-05T12:00:00.000Z',
    },
    cloud.hospital.signer,
  );
}

/** Receipts, readings, visits and revocations that somebody else should have signed. */
export const RELAYING_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'receipts-of-another',
    role: 'operator',
    what: 'signs for a release in another organisation’s name',
    answer: MISMATCH,
    tries: {
      receipts: async (fixture) => {
        const receipt = await receiptOf(fixture);
        return asEach(['LabMSP', 'CloudBMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.receipts, { receipts: [receipt] }),
        );
      },
    },
  }),
  kind({
    id: 'receipts-for-another',
    role: 'authority',
    what: 'signs for what was released to another authority',
    answer: 'RECEIPT_REFUSED (RECEIPT_MISMATCH)',
    tries: {
      receipts: async (fixture) => {
        const { lab } = fixture.cloud;
        const body = { ...readRecipientReceipt(await receiptOf(fixture)), recipient: 'aut_lab' };
        const receipt = makeRecipientReceipt(body, lab.signer);
        return codeOf(fixture.post('LabMSP', PROVIDER_ROUTES.receipts, { receipts: [receipt] }));
      },
    },
  }),
  kind({
    id: 'looks-up-releases',
    role: 'operator',
    what: 'asks what was released of a patient that it does not speak for',
    answer: MISMATCH,
    tries: {
      'release-lookups': async (fixture) => {
        const { made } = await fixture.granted();
        const { access } = await fixture.cloud.request(made, fixture.cloud.providers.a);
        const { txId: permitTxId, requester, requestSid } = access;
        const permits = [{ permitTxId, requester, requestSid }];
        return asEach(['HospitalMSP', 'LabMSP', 'CloudBMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.releaseLookups, { patientId: made.patientId, permits }),
        );
      },
    },
  }),
  kind({
    id: 'reports-for-another',
    role: 'operator',
    what: 'has a reading or a visit of another authority written down',
    answer: MISMATCH,
    tries: {
      'notice-readings': async (fixture) => {
        const { made } = await fixture.granted();
        const { patientId, record, version: number, manifestHash } = made;
        const { hospital } = fixture.cloud;
        const body = {
          patientId,
          recordId: record.recordId,
          version: number,
          manifestHash,
          purpose: 'TREAT' as const,
          granteeTags: [],
          readAt: '2026-03-01T10:30:00Z',
          decidedBy: 'mirror' as const,
        };
        const statements = [hospital.sign('noticeReading', body, hospital.signer, { channels: ['cloud'] })];
        return asEach(['LabMSP', 'PatientsMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.readings, { statements }),
        );
      },
      visits: async (fixture) => {
        const { patient } = await version(fixture);
        const { hospital } = fixture.cloud;
        const body = {
          patientId: patient.id,
          at: '2026-03-01T10:30:00Z',
          dataHash: 'a'.repeat(42) + 'A',
          location: 'sealed',
        };
        const statement = hospital.sign('visit', body, hospital.signer);
        return asEach(['LabMSP', 'PatientsMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.visits, { statement }),
        );
      },
    },
  }),
  kind({
    id: 'revokes-forged',
    role: 'relay',
    what: 'fills blocks with revocations that the patient has not signed',
    answer: 'LEDGER_REFUSED (STATEMENT_KEY_UNKNOWN)',
    tries: {
      revocations: async (fixture) => {
        const [patient, stranger] = [await fixture.cloud.newPatient(), await fixture.cloud.newPatient()];
        const statement = patient.sign('revokeAll', { policySeq: 1 }, stranger.consent);
        return fixture.ordering(() =>
          codeOf(fixture.post('HospitalMSP', PROVIDER_ROUTES.revocations, { statement })),
        );
      },
    },
  }),
];
