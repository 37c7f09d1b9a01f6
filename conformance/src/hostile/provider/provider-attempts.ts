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
import { authorOf, gatewayOf, type Author, type MadeVersion } from '../../cloud/made-version.js';
import { NO_EFFECT, THROUGH, answersOf, type AttemptKind, type Role, type Try } from '../attempt.js';
import { codeOf, type ProviderCast, type Relay } from './provider-cast.js';

type ProviderKind = AttemptKind<ProviderCast>;
type Run = Try<ProviderCast>['run'];

/** Peers refuse what is dated two minutes ahead. */
const AHEAD_MS = 110_000;
/** Just after the window of a permit. */
const AFTER_WINDOW_MS = 31_000;
const MISMATCH = 'ORGANISATION_MISMATCH';

const kind = (
  id: string,
  role: Role,
  what: string,
  answer: string,
  tries: Readonly<Record<string, Run>>,
): ProviderKind => ({
  id,
  role,
  what,
  tries: Object.entries(tries).map(([name, run]) => ({ name, answer, run })),
});

/** The same call with the tokens of several organisations. */
const asEach = async (mspIds: readonly string[], call: (mspId: string) => Promise<unknown>) => {
  const answers = [];
  for (const mspId of mspIds) answers.push(await codeOf(call(mspId)));
  return answersOf(answers);
};

/** A version of a patient's gateway, stored nowhere. */
async function version({ scene }: ProviderCast) {
  const patient = await scene.newPatient();
  return { patient, made: await scene.version(patient.id, gatewayOf(patient)) };
}

/** A version with another request. */
const withRequest = (made: MadeVersion, request: Partial<MadeVersion['request']>): MadeVersion => ({
  ...made,
  request: { ...made.request, ...request },
});

/** What the holder answers to a permit that something has happened to. */
const spending =
  (
    happen: (cast: ProviderCast, made: MadeVersion, relay: Relay) => Promise<string>,
    until?: () => string,
  ): Run =>
  async (cast) => {
    const { made } = await cast.granted({}, until?.());
    return happen(cast, made, cast.hospitalsRelay);
  };

/** The hospital's receipt for a version that provider A released to it. */
async function receiptOf(cast: ProviderCast): Promise<string> {
  const { scene } = cast;
  const { made } = await cast.granted();
  const { access, record } = await scene.request(made, scene.rig.a);
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
    scene.hospital.signer,
  );
}

/** A set of wraps in the place of the one that provider A holds. */
const replacing =
  (
    set: (
      cast: ProviderCast,
      made: MadeVersion,
      patient: Awaited<ReturnType<ProviderCast['granted']>>['patient'],
    ) => Promise<Parameters<ProviderCast['scene']['replaceWraps']>[1]>,
    as?: string,
  ): Run =>
  async (cast) => {
    const { patient, made } = await cast.granted();
    return codeOf(cast.scene.replaceWraps(made, await set(cast, made, patient), as));
  };

/** What others try with a provider: who stores, who wraps, who asks, who releases. */
export const PROVIDER_ATTEMPTS: readonly ProviderKind[] = [
  kind('stores-for-another', 'operator', 'stores what another organisation has signed', MISMATCH, {
    'a gateway’s': async (cast) => {
      const { made } = await version(cast);
      const mspIds = ['HospitalMSP', 'LabMSP', 'CloudBMSP'];
      return asEach(mspIds, (as) => cast.scene.store(made, cast.scene.rig.a, as));
    },
  }),
  kind(
    'stores-forged',
    'relay',
    'puts a version under somebody’s id that another key has signed, so that the provider signs for it',
    'RECORD_REFUSED (STATEMENT_KEY_UNKNOWN)',
    {
      'all of it': async (cast) => {
        const { patient, made } = await version(cast);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const forged = await cast.scene.version(patient.id, forger, { record: made.record });
        return cast.ordering(() => codeOf(cast.scene.store(forged)));
      },
      'the statement alone': async (cast) => {
        const { patient, made } = await version(cast);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const statement = cast.scene.statementAbout(made, forger);
        return cast.ordering(() => codeOf(cast.scene.store(withRequest(made, { statement }))));
      },
    },
  ),
  kind(
    'stores-ungranted',
    'author',
    'stores without the right to write, before what patients store',
    'RECORD_REFUSED (NO_GRANT)',
    {
      'an authority': async (cast) => {
        const patient = await cast.scene.newPatient();
        const made = await cast.scene.version(patient.id, authorOf(cast.scene.lab));
        return cast.ordering(() => codeOf(cast.scene.store(made)));
      },
    },
  ),
  kind(
    'stores-another-manifest',
    'author',
    'stores a manifest that somebody else has signed',
    'MANIFEST_REFUSED (MANIFEST_SIGNER_UNKNOWN)',
    {
      'a gateway’s': async (cast) => {
        const patient = await cast.scene.newPatient();
        const { signer } = generateEd25519();
        const foreign = await cast.scene.version(patient.id, { ...gatewayOf(patient), signer });
        const { record, version: number, manifestHash, wraps } = foreign;
        const wrapSet = makeWrapSet(
          { recordId: record.recordId, version: number, manifestHash, wraps },
          patient.gateway,
        );
        const statement = cast.scene.statementAbout(foreign, gatewayOf(patient));
        return codeOf(cast.scene.store(withRequest(foreign, { statement, wrapSet })));
      },
    },
  ),
  kind(
    'stores-another-version',
    'author',
    'stores a ciphertext or a place that is not what the statement says',
    'VERSION_MISMATCH',
    {
      'another ciphertext': async (cast) => {
        const { patient, made } = await version(cast);
        const other = await cast.scene.version(patient.id, gatewayOf(patient), { content: '{"other":1}' });
        return codeOf(cast.scene.store(withRequest(made, { ciphertext: other.request.ciphertext })));
      },
      'another place': async (cast) => {
        const [{ made }, { made: other }] = [await version(cast), await version(cast)];
        return codeOf(cast.scene.store({ ...made, record: other.record }));
      },
    },
  ),
  kind(
    'stores-without-owner',
    'author',
    'stores a version that the patient, or its author, could never open',
    'WRAPS_REFUSED (RECIPIENT_MISSING)',
    {
      'without the patient': async (cast) => {
        const patient = await cast.scene.newPatient();
        await cast.scene.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
        const recipients = ['aut_lab'];
        const made = await cast.scene.version(patient.id, authorOf(cast.scene.lab), { recipients });
        return codeOf(cast.scene.store(made));
      },
    },
  ),
  kind(
    'stores-others-wraps',
    'relay',
    'stores a set of wraps that another key has signed',
    'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    {
      'at first store': async (cast) => {
        const { made } = await version(cast);
        const { record, version: number, manifestHash, wraps } = made;
        const named = { recordId: record.recordId, version: number, manifestHash, wraps };
        const wrapSet = makeWrapSet(named, generateEd25519().signer);
        return codeOf(cast.scene.store(withRequest(made, { wrapSet })));
      },
    },
  ),
  kind('reads-wraps', 'operator', 'reads who has the keys of a version that is not its own', MISMATCH, {
    wraps: async (cast) => {
      const { made } = await cast.granted();
      return asEach(['HospitalMSP', 'LabMSP', 'CloudBMSP'], (as) => cast.scene.heldWraps(made, as));
    },
  }),
  kind('replaces-wraps-of-another', 'operator', 'brings a set of wraps for another one’s patient', MISMATCH, {
    wraps: replacing(
      async (_cast, made, patient) => ({ seq: 2, wraps: made.wraps, signer: patient.gateway }),
      'LabMSP',
    ),
  }),
  kind(
    'replaces-wraps-forged',
    'authority',
    'replaces the wraps of a version, to take readers away',
    'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    {
      'by an authority': replacing(async ({ scene }, made) => ({
        seq: 2,
        wraps: made.wraps,
        signer: scene.hospital.signer,
      })),
    },
  ),
  kind(
    'replaces-wraps-retired',
    'thief',
    'replaces the wraps of a version with a former gateway key',
    'WRAPS_REFUSED (WRAP_SIGNER_RETIRED)',
    {
      'by a former key': replacing(async ({ scene }, made, patient) => {
        await scene.rotate(patient, 'gateway', generateEd25519().signer);
        return { seq: 2, wraps: made.wraps, signer: patient.gateway };
      }),
    },
  ),
  kind(
    'replaces-wraps-out-of-turn',
    'relay',
    'brings an old set of wraps back, or one that comes too early',
    'WRAPS_SEQ_MISMATCH',
    {
      'too early': replacing(async (_cast, made, patient) => ({
        seq: 3,
        wraps: made.wraps,
        signer: patient.gateway,
      })),
    },
  ),
  kind(
    'replaces-wraps-with-others',
    'thief',
    'takes a granted reader’s wrap away, or adds one for a key that nobody was granted',
    'WRAPS_MISMATCH',
    {
      fewer: replacing(async ({ scene }, made, patient) => {
        const hospital = await scene.kidOf('aut_hospital');
        const wraps = made.wraps.filter(({ kid }) => kid !== hospital);
        return { seq: 2, wraps, signer: patient.gateway };
      }),
      more: replacing(async (_cast, made, patient) => {
        const { contentKey, record, version: number } = made;
        const place = { recordId: record.recordId, version: number };
        const { publicKey } = generateX25519();
        const wraps = [...made.wraps, await wrapKey(contentKey, place, { publicKey })];
        return { seq: 2, wraps, signer: patient.gateway };
      }),
    },
  ),
  kind('asks-for-another', 'operator', 'asks for a record with a request that another one signed', MISMATCH, {
    access: async (cast) => {
      const { made } = await cast.granted();
      const statement = cast.scene.accessRequest(made, 'prv_cloud-a');
      return asEach(['LabMSP', 'PatientsMSP', 'CloudBMSP'], (as) =>
        cast.post(as, PROVIDER_ROUTES.access, { statement }),
      );
    },
  }),
  kind(
    'asks-elsewhere',
    'provider',
    'takes a request that names another provider as its relay',
    'ACCESS_REFUSED (RELAY_MISMATCH)',
    {
      access: async (cast) => {
        const { made } = await cast.granted();
        const statement = cast.scene.accessRequest(made, 'prv_cloud-b');
        return codeOf(cast.post('HospitalMSP', PROVIDER_ROUTES.access, { statement }));
      },
    },
  ),
  kind(
    'asks-ungranted',
    'authority',
    'asks a provider for a record without a grant',
    'ACCESS_DENIED (NO_GRANT)',
    {
      access: async (cast) => {
        const { made } = await version(cast);
        await cast.scene.store(made);
        return codeOf(cast.scene.request(made, cast.scene.rig.a));
      },
    },
  ),
  kind(
    'break-glass-by-grant',
    'authority',
    'gets the wrap that is for breaking the glass under a grant',
    NO_EFFECT,
    {
      access: async (cast) => {
        const patient = await cast.scene.newPatient();
        await cast.scene.decree('Grant', patient.grant('aut_hospital'));
        const plan = { recipients: [patient.id], breakGlassTo: ['aut_hospital'] };
        const made = await cast.scene.version(patient.id, gatewayOf(patient), plan);
        await cast.scene.store(made);
        const { record } = await cast.scene.request(made, cast.scene.rig.a);
        return record.wrap === null ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind(
    'others-wraps-in-release',
    'authority',
    'finds the wraps of other recipients in what it is released',
    NO_EFFECT,
    {
      access: async (cast) => {
        const { patient, made } = await cast.granted();
        const { record } = await cast.scene.request(made, cast.scene.rig.a);
        const own = await cast.scene.kidOf('aut_hospital');
        const others = made.wraps.filter(({ kid }) => kid !== own);
        const text = JSON.stringify(record);
        const found = others.some(({ jwe }) => text.includes(jwe));
        return found || others.length === 0 ? `${THROUGH}, ${patient.id}` : NO_EFFECT;
      },
    },
  ),
  kind(
    'spends-anothers-permit',
    'provider',
    'spends a permit that was given through another one',
    'PERMIT_INVALID',
    {
      'by its own signature': spending(async (cast, made, relay) =>
        cast.spend(await cast.obtain(made, relay), cast.labsRelay.organisation),
      ),
    },
  ),
  kind(
    'spends-in-anothers-name',
    'thief',
    'spends a permit in its relay’s name',
    'PERMIT_INVALID (STATEMENT_KEY_UNKNOWN)',
    {
      'with another key': spending(async (cast, made, relay) => {
        const permit = await cast.obtain(made, relay);
        const { networkId } = cast.scene.rig.network;
        return cast.spend(
          permit,
          new TestOrganisation({ id: 'prv_hospital', mspId: 'HospitalMSP', aud: networkId, iat: 0 }),
        );
      }),
    },
  ),
  kind(
    'spends-with-anothers-token',
    'provider',
    'brings a relay’s signed request for a release as its own',
    MISMATCH,
    {
      releases: spending(async (cast, made, relay) =>
        cast.spend(await cast.obtain(made, relay), relay.organisation, 'LabMSP'),
      ),
    },
  ),
  kind('spends-nothing', 'provider', 'spends a permit that nobody committed', 'PERMIT_INVALID', {
    releases: spending(async (cast, made, relay) => {
      const permit = await cast.obtain(made, relay);
      return cast.spend({ ...permit, txId: 'e'.repeat(64) }, relay.organisation);
    }),
  }),
  kind('spends-twice', 'provider', 'spends a permit twice', 'PERMIT_USED', {
    releases: spending(async (cast, made, relay) => {
      const permit = await cast.obtain(made, relay);
      await cast.spend(permit, relay.organisation);
      return cast.spend(permit, relay.organisation);
    }),
  }),
  kind(
    'spends-after-revocation',
    'authority',
    'spends, through a provider of its own, a permit from before the revocation',
    'POLICY_CHANGED',
    {
      releases: async (cast) => {
        const { patient, made } = await cast.granted();
        const relay = cast.hospitalsRelay;
        const permit = await cast.obtain(made, relay);
        await cast.scene.decree('Revoke', patient.revokeAll());
        return cast.spend(permit, relay.organisation);
      },
    },
  ),
  kind(
    'spends-late',
    'provider',
    'spends a permit that is dated nearly two minutes ahead after 30 s',
    'PERMIT_EXPIRED',
    {
      'dated ahead': spending(async (cast, made, relay) => {
        const permit = await cast.obtainAhead(made, relay, AHEAD_MS);
        return cast.later(AFTER_WINDOW_MS, () => cast.spend(permit, relay.organisation));
      }),
    },
  ),
  kind(
    'spends-after-its-grant',
    'provider',
    'spends a permit after the grant that it rests on has ended',
    'PERMIT_EXPIRED',
    {
      'within the window': spending(
        async (cast, made, relay) => {
          const permit = await cast.obtain(made, relay);
          return cast.later(AFTER_WINDOW_MS / 2, () => cast.spend(permit, relay.organisation));
        },
        () => new Date(Date.now() + AFTER_WINDOW_MS / 3).toISOString(),
      ),
    },
  ),
  kind(
    'spends-after-restart',
    'provider',
    'spends a permit whose coming the holder has not seen',
    'PERMIT_EXPIRED',
    {
      'that came while the holder was away': spending(async (cast, made, relay) => {
        const { a } = cast.scene.rig;
        await a.stop();
        const permit = await cast.obtain(made, relay);
        await a.start();
        return cast.spend(permit, relay.organisation);
      }),
    },
  ),
  kind('receipts-of-another', 'operator', 'signs for a release in another organisation’s name', MISMATCH, {
    receipts: async (cast) => {
      const receipt = await receiptOf(cast);
      return asEach(['LabMSP', 'CloudBMSP'], (as) => cast.post(as, PROVIDER_ROUTES.receipts, { receipt }));
    },
  }),
  kind(
    'receipts-for-another',
    'authority',
    'signs for what was released to another authority',
    'RECEIPT_REFUSED (RECEIPT_MISMATCH)',
    {
      receipts: async (cast) => {
        const { lab } = cast.scene;
        const body = { ...readRecipientReceipt(await receiptOf(cast)), recipient: 'aut_lab' };
        const receipt = makeRecipientReceipt(body, lab.signer);
        return codeOf(cast.post('LabMSP', PROVIDER_ROUTES.receipts, { receipt }));
      },
    },
  ),
  kind(
    'reports-for-another',
    'operator',
    'has a reading or a visit of another authority written down',
    MISMATCH,
    {
      'notice-readings': async (cast) => {
        const { made } = await cast.granted();
        const { patientId, record, version: number, manifestHash } = made;
        const { hospital } = cast.scene;
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
          cast.post(as, PROVIDER_ROUTES.readings, { statements }),
        );
      },
      visits: async (cast) => {
        const { patient } = await version(cast);
        const { hospital } = cast.scene;
        const body = {
          patientId: patient.id,
          at: '2026-03-01T10:30:00Z',
          dataHash: 'a'.repeat(42) + 'A',
          location: 'sealed',
        };
        const statement = hospital.sign('visit', body, hospital.signer);
        return asEach(['LabMSP', 'PatientsMSP'], (as) =>
          cast.post(as, PROVIDER_ROUTES.visits, { statement }),
        );
      },
    },
  ),
  kind(
    'revokes-forged',
    'relay',
    'fills blocks with revocations that the patient has not signed',
    'LEDGER_REFUSED (STATEMENT_KEY_UNKNOWN)',
    {
      revocations: async (cast) => {
        const [patient, stranger] = [await cast.scene.newPatient(), await cast.scene.newPatient()];
        const statement = patient.sign('revokeAll', { policySeq: 1 }, stranger.consent);
        return cast.ordering(() =>
          codeOf(cast.post('HospitalMSP', PROVIDER_ROUTES.revocations, { statement })),
        );
      },
    },
  ),
];
