import { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import { generateEd25519, generateX25519 } from '@careledger/crypto';
import {
  makeRecipientReceipt,
  makeWrapSet,
  readManifest,
  readRecipientReceipt,
  wrapKey,
} from '@careledger/envelope';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { authorOf, gatewayOf, type Author, type MadeVersion } from '../../fixtures/providers/made-version.js';
import { NO_EFFECT, THROUGH, answersOf, kindOf, type AttemptKind, type Try } from '../attempt.js';
import { codeOf, type ProviderFixture, type Relay } from './provider-fixture.js';

type ProviderKind = AttemptKind<ProviderFixture>;
type Run = Try<ProviderFixture>['run'];

/** Peers refuse what is dated two minutes ahead. */
const AHEAD_MS = 110_000;
/** Just after the window of a permit. */
const AFTER_WINDOW_MS = 31_000;
const MISMATCH = 'ORGANISATION_MISMATCH';

const kind = kindOf<ProviderFixture>;

/** The same call with the tokens of several organisations. */
const asEach = async (mspIds: readonly string[], call: (mspId: string) => Promise<unknown>) => {
  const answers = [];
  for (const mspId of mspIds) answers.push(await codeOf(call(mspId)));
  return answersOf(answers);
};

/** A version of a patient's gateway, stored nowhere. */
async function version({ cloud }: ProviderFixture) {
  const patient = await cloud.newPatient();
  return { patient, made: await cloud.version(patient.id, gatewayOf(patient)) };
}

/** A version with another request. */
const withRequest = (made: MadeVersion, request: Partial<MadeVersion['request']>): MadeVersion => ({
  ...made,
  request: { ...made.request, ...request },
});

/** What the holder answers to a permit that something has happened to. */
const spending =
  (
    happen: (fixture: ProviderFixture, made: MadeVersion, relay: Relay) => Promise<string>,
    until?: () => string,
  ): Run =>
  async (fixture) => {
    const { made } = await fixture.granted({}, until?.());
    return happen(fixture, made, fixture.hospitalsRelay);
  };

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

/** A set of wraps instead of the one that provider A holds. */
const replacing =
  (
    set: (
      fixture: ProviderFixture,
      made: MadeVersion,
      patient: Awaited<ReturnType<ProviderFixture['granted']>>['patient'],
    ) => Promise<Parameters<ProviderFixture['cloud']['replaceWraps']>[1]>,
    as?: string,
  ): Run =>
  async (fixture) => {
    const { patient, made } = await fixture.granted();
    return codeOf(fixture.cloud.replaceWraps(made, await set(fixture, made, patient), as));
  };

/** What others try with a provider: who stores, who wraps, who asks, who releases. */
export const PROVIDER_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'stores-for-another',
    role: 'operator',
    what: 'stores what another organisation has signed',
    answer: MISMATCH,
    tries: {
      'a gateway’s': async (fixture) => {
        const { made } = await version(fixture);
        const mspIds = ['HospitalMSP', 'LabMSP', 'CloudBMSP'];
        return asEach(mspIds, (as) => fixture.cloud.store(made, fixture.cloud.providers.a, as));
      },
    },
  }),
  kind({
    id: 'stores-forged',
    role: 'relay',
    what: 'puts a version under somebody’s id that another key has signed, so that the provider signs for it',
    answer: 'RECORD_REFUSED (STATEMENT_KEY_UNKNOWN)',
    tries: {
      'all of it': async (fixture) => {
        const { patient, made } = await version(fixture);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const forged = await fixture.cloud.version(patient.id, forger, { record: made.record });
        return fixture.ordering(() => codeOf(fixture.cloud.store(forged)));
      },
      'the statement alone': async (fixture) => {
        const { patient, made } = await version(fixture);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const statement = fixture.cloud.statementAbout(made, forger);
        return fixture.ordering(() => codeOf(fixture.cloud.store(withRequest(made, { statement }))));
      },
    },
  }),
  kind({
    id: 'stores-ungranted',
    role: 'author',
    what: 'stores without the right to write, before what patients store',
    answer: 'RECORD_REFUSED (NO_GRANT)',
    tries: {
      'an authority': async (fixture) => {
        const patient = await fixture.cloud.newPatient();
        const made = await fixture.cloud.version(patient.id, authorOf(fixture.cloud.lab));
        return fixture.ordering(() => codeOf(fixture.cloud.store(made)));
      },
    },
  }),
  kind({
    id: 'stores-another-manifest',
    role: 'author',
    what: 'stores a manifest that somebody else has signed',
    answer: 'MANIFEST_REFUSED (MANIFEST_SIGNER_UNKNOWN)',
    tries: {
      'a gateway’s': async (fixture) => {
        const patient = await fixture.cloud.newPatient();
        const { signer } = generateEd25519();
        const foreign = await fixture.cloud.version(patient.id, { ...gatewayOf(patient), signer });
        const { record, version: number, manifestHash, wraps } = foreign;
        const wrapSet = makeWrapSet(
          { recordId: record.recordId, version: number, manifestHash, wraps },
          patient.gateway,
        );
        const statement = fixture.cloud.statementAbout(foreign, gatewayOf(patient));
        return codeOf(fixture.cloud.store(withRequest(foreign, { statement, wrapSet })));
      },
    },
  }),
  kind({
    id: 'stores-another-version',
    role: 'author',
    what: 'stores a ciphertext or a record id that is not what the statement says',
    answer: 'VERSION_MISMATCH',
    tries: {
      'another ciphertext': async (fixture) => {
        const { patient, made } = await version(fixture);
        const other = await fixture.cloud.version(patient.id, gatewayOf(patient), { content: '{"other":1}' });
        return codeOf(fixture.cloud.store(withRequest(made, { ciphertext: other.request.ciphertext })));
      },
      'another record id': async (fixture) => {
        const [{ made }, { made: other }] = [await version(fixture), await version(fixture)];
        return codeOf(fixture.cloud.store({ ...made, record: other.record }));
      },
    },
  }),
  kind({
    id: 'stores-without-owner',
    role: 'author',
    what: 'stores a version that the patient, or its author, could never open',
    answer: 'WRAPS_REFUSED (RECIPIENT_MISSING)',
    tries: {
      'without the patient': async (fixture) => {
        const patient = await fixture.cloud.newPatient();
        await fixture.cloud.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
        const recipients = ['aut_lab'];
        const made = await fixture.cloud.version(patient.id, authorOf(fixture.cloud.lab), { recipients });
        return codeOf(fixture.cloud.store(made));
      },
    },
  }),
  kind({
    id: 'stores-others-wraps',
    role: 'relay',
    what: 'stores a set of wraps that another key has signed',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    tries: {
      'at first store': async (fixture) => {
        const { made } = await version(fixture);
        const { record, version: number, manifestHash, wraps } = made;
        const named = { recordId: record.recordId, version: number, manifestHash, wraps };
        const wrapSet = makeWrapSet(named, generateEd25519().signer);
        return codeOf(fixture.cloud.store(withRequest(made, { wrapSet })));
      },
    },
  }),
  kind({
    id: 'reads-wraps',
    role: 'operator',
    what: 'reads who has the keys of a version that is not its own',
    answer: MISMATCH,
    tries: {
      wraps: async (fixture) => {
        const { made } = await fixture.granted();
        return asEach(['HospitalMSP', 'LabMSP', 'CloudBMSP'], (as) => fixture.cloud.heldWraps(made, as));
      },
    },
  }),
  kind({
    id: 'replaces-wraps-of-another',
    role: 'operator',
    what: 'brings a set of wraps for another one’s patient',
    answer: MISMATCH,
    tries: {
      wraps: replacing(
        async (_fixture, made, patient) => ({ seq: 2, wraps: made.wraps, signer: patient.gateway }),
        'LabMSP',
      ),
    },
  }),
  kind({
    id: 'replaces-wraps-forged',
    role: 'authority',
    what: 'replaces the wraps of a version, to take readers away',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    tries: {
      'by an authority': replacing(async ({ cloud }, made) => ({
        seq: 2,
        wraps: made.wraps,
        signer: cloud.hospital.signer,
      })),
    },
  }),
  kind({
    id: 'replaces-wraps-retired',
    role: 'thief',
    what: 'replaces the wraps of a version with a former gateway key',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_RETIRED)',
    tries: {
      'by a former key': replacing(async ({ cloud }, made, patient) => {
        await cloud.rotate(patient, 'gateway', generateEd25519().signer);
        return { seq: 2, wraps: made.wraps, signer: patient.gateway };
      }),
    },
  }),
  kind({
    id: 'replaces-wraps-out-of-turn',
    role: 'relay',
    what: 'brings an old set of wraps back, or one that comes too early',
    answer: 'WRAPS_SEQ_MISMATCH',
    tries: {
      'too early': replacing(async (_fixture, made, patient) => ({
        seq: 3,
        wraps: made.wraps,
        signer: patient.gateway,
      })),
    },
  }),
  kind({
    id: 'replaces-wraps-with-others',
    role: 'thief',
    what: 'takes a granted reader’s wrap away, or adds one for a key that nobody was granted',
    answer: 'WRAPS_MISMATCH',
    tries: {
      fewer: replacing(async ({ cloud }, made, patient) => {
        const hospital = await cloud.kidOf('aut_hospital');
        const wraps = made.wraps.filter(({ kid }) => kid !== hospital);
        return { seq: 2, wraps, signer: patient.gateway };
      }),
      more: replacing(async (_fixture, made, patient) => {
        const { contentKey, record, version: number } = made;
        const subject = { recordId: record.recordId, version: number };
        const { publicKey } = generateX25519();
        const wraps = [...made.wraps, await wrapKey(contentKey, subject, { publicKey })];
        return { seq: 2, wraps, signer: patient.gateway };
      }),
    },
  }),
  kind({
    id: 'asks-for-another',
    role: 'operator',
    what: 'asks for a record with a request that another one signed',
    answer: MISMATCH,
    tries: {
      access: async (fixture) => {
        const { made } = await fixture.granted();
        const statement = fixture.cloud.accessRequest(made, 'prv_cloud-a');
        return asEach(['LabMSP', 'PatientsMSP', 'CloudBMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.access, { statement }),
        );
      },
    },
  }),
  kind({
    id: 'asks-elsewhere',
    role: 'provider',
    what: 'takes a request that names another provider as its relay',
    answer: 'ACCESS_REFUSED (RELAY_MISMATCH)',
    tries: {
      access: async (fixture) => {
        const { made } = await fixture.granted();
        const statement = fixture.cloud.accessRequest(made, 'prv_cloud-b');
        return codeOf(fixture.post('HospitalMSP', PROVIDER_ROUTES.access, { statement }));
      },
    },
  }),
  kind({
    id: 'asks-ungranted',
    role: 'authority',
    what: 'asks a provider for a record without a grant',
    answer: 'ACCESS_DENIED (NO_GRANT)',
    tries: {
      access: async (fixture) => {
        const { made } = await version(fixture);
        await fixture.cloud.store(made);
        return codeOf(fixture.cloud.request(made, fixture.cloud.providers.a));
      },
    },
  }),
  kind({
    id: 'break-glass-by-grant',
    role: 'authority',
    what: 'gets the wrap that is for breaking the glass under a grant',
    answer: NO_EFFECT,
    tries: {
      access: async (fixture) => {
        const patient = await fixture.cloud.newPatient();
        await fixture.cloud.decree('Grant', patient.grant('aut_hospital'));
        const plan = { recipients: [patient.id], breakGlassTo: ['aut_hospital'] };
        const made = await fixture.cloud.version(patient.id, gatewayOf(patient), plan);
        await fixture.cloud.store(made);
        const { record } = await fixture.cloud.request(made, fixture.cloud.providers.a);
        return record.wrap === null ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'others-wraps-in-release',
    role: 'authority',
    what: 'finds the wraps of other recipients in what it is released',
    answer: NO_EFFECT,
    tries: {
      access: async (fixture) => {
        const { patient, made } = await fixture.granted();
        const { record } = await fixture.cloud.request(made, fixture.cloud.providers.a);
        const own = await fixture.cloud.kidOf('aut_hospital');
        const others = made.wraps.filter(({ kid }) => kid !== own);
        const text = JSON.stringify(record);
        const found = others.some(({ jwe }) => text.includes(jwe));
        return found || others.length === 0 ? `${THROUGH}, ${patient.id}` : NO_EFFECT;
      },
    },
  }),
  kind({
    id: 'spends-anothers-permit',
    role: 'provider',
    what: 'spends a permit that was given through another one',
    answer: 'PERMIT_INVALID',
    tries: {
      'by its own signature': spending(async (fixture, made, relay) =>
        fixture.spend(await fixture.obtain(made, relay), fixture.labsRelay.organisation),
      ),
    },
  }),
  kind({
    id: 'spends-in-anothers-name',
    role: 'thief',
    what: 'spends a permit in its relay’s name',
    answer: 'PERMIT_INVALID (STATEMENT_KEY_UNKNOWN)',
    tries: {
      'with another key': spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        const { networkId } = fixture.cloud.providers.network;
        return fixture.spend(
          permit,
          new TestOrganisation({ id: 'prv_hospital', mspId: 'HospitalMSP', aud: networkId, iat: 0 }),
        );
      }),
    },
  }),
  kind({
    id: 'spends-with-anothers-token',
    role: 'provider',
    what: 'brings a relay’s signed request for a release as its own',
    answer: MISMATCH,
    tries: {
      releases: spending(async (fixture, made, relay) =>
        fixture.spend(await fixture.obtain(made, relay), relay.organisation, 'LabMSP'),
      ),
    },
  }),
  kind({
    id: 'spends-nothing',
    role: 'provider',
    what: 'spends a permit that nobody committed',
    answer: 'PERMIT_INVALID',
    tries: {
      releases: spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        return fixture.spend({ ...permit, txId: 'e'.repeat(64) }, relay.organisation);
      }),
    },
  }),
  kind({
    id: 'spends-twice',
    role: 'provider',
    what: 'spends a permit twice',
    answer: 'PERMIT_USED',
    tries: {
      releases: spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        await fixture.spend(permit, relay.organisation);
        return fixture.spend(permit, relay.organisation);
      }),
    },
  }),
  kind({
    id: 'spends-after-revocation',
    role: 'authority',
    what: 'spends, through a provider of its own, a permit from before the revocation',
    answer: 'POLICY_CHANGED',
    tries: {
      releases: async (fixture) => {
        const { patient, made } = await fixture.granted();
        const relay = fixture.hospitalsRelay;
        const permit = await fixture.obtain(made, relay);
        await fixture.cloud.decree('Revoke', patient.revokeAll());
        return fixture.spend(permit, relay.organisation);
      },
    },
  }),
  kind({
    id: 'spends-late',
    role: 'provider',
    what: 'spends a permit that is dated nearly two minutes ahead after 30 s',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'dated ahead': spending(async (fixture, made, relay) => {
        const permit = await fixture.obtainAhead(made, relay, AHEAD_MS);
        return fixture.later(AFTER_WINDOW_MS, () => fixture.spend(permit, relay.organisation));
      }),
    },
  }),
  kind({
    id: 'spends-after-its-grant',
    role: 'provider',
    what: 'spends a permit after the grant that it rests on has ended',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'within the window': spending(
        async (fixture, made, relay) => {
          const permit = await fixture.obtain(made, relay);
          return fixture.later(AFTER_WINDOW_MS / 2, () => fixture.spend(permit, relay.organisation));
        },
        () => new Date(Date.now() + AFTER_WINDOW_MS / 3).toISOString(),
      ),
    },
  }),
  kind({
    id: 'spends-after-restart',
    role: 'provider',
    what: 'spends a permit whose coming the holder has not seen',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'that came while the holder was away': spending(async (fixture, made, relay) => {
        const { a } = fixture.cloud.providers;
        await a.stop();
        const permit = await fixture.obtain(made, relay);
        await a.start();
        return fixture.spend(permit, relay.organisation);
      }),
    },
  }),
  kind({
    id: 'receipts-of-another',
    role: 'operator',
    what: 'signs for a release in another organisation’s name',
    answer: MISMATCH,
    tries: {
      receipts: async (fixture) => {
        const receipt = await receiptOf(fixture);
        return asEach(['LabMSP', 'CloudBMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.receipts, { receipt }),
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
        return codeOf(fixture.post('LabMSP', PROVIDER_ROUTES.receipts, { receipt }));
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
