import { generateEd25519 } from '@careledger/crypto';
import { makeWrapSet } from '@careledger/envelope';
import { authorOf, gatewayOf, type Author, type MadeVersion } from '../../fixtures/providers/made-version.js';
import { codeOf, type ProviderFixture } from './provider-fixture.js';
import { MISMATCH, asEach, kind, version, type ProviderKind, type Run } from './provider-kind.js';

/** A version with another request. */
const withRequest = (made: MadeVersion, request: Partial<MadeVersion['request']>): MadeVersion => ({
  ...made,
  request: { ...made.request, ...request },
});

type Store = (made: MadeVersion, as?: string) => Promise<unknown>;

/** By a request of its own, and by one that could bring several: each item answers for itself. */
const bothWays = (
  name: string,
  run: (fixture: ProviderFixture, store: Store) => Promise<string>,
): Record<string, Run> => ({
  [name]: (fixture) => run(fixture, (made, as) => fixture.cloud.store(made, fixture.cloud.providers.a, as)),
  [`${name}, in a batch`]: (fixture) => run(fixture, (made, as) => fixture.cloud.storeInBatch(made, as)),
});

/** Storing versions that are not the caller’s, or not what their author signed. */
export const STORING_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'stores-for-another',
    role: 'operator',
    what: 'stores what another organisation has signed',
    answer: MISMATCH,
    tries: {
      ...bothWays('a gateway’s', async (fixture, store) => {
        const { made } = await version(fixture);
        const mspIds = ['HospitalMSP', 'LabMSP', 'CloudBMSP'];
        return asEach(mspIds, (as) => store(made, as));
      }),
    },
  }),
  kind({
    id: 'stores-forged',
    role: 'relay',
    what: 'puts a version under somebody’s id that another key has signed, so that the provider signs for it',
    answer: 'RECORD_REFUSED (STATEMENT_KEY_UNKNOWN)',
    tries: {
      ...bothWays('all of it', async (fixture, store) => {
        const { patient, made } = await version(fixture);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const forged = await fixture.cloud.version(patient.id, forger, { record: made.record });
        return fixture.ordering(() => codeOf(store(forged)));
      }),
      ...bothWays('the statement alone', async (fixture, store) => {
        const { patient, made } = await version(fixture);
        const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
        const statement = fixture.cloud.statementAbout(made, forger);
        return fixture.ordering(() => codeOf(store(withRequest(made, { statement }))));
      }),
    },
  }),
  kind({
    id: 'stores-ungranted',
    role: 'author',
    what: 'stores without the right to write, before what patients store',
    answer: 'RECORD_REFUSED (NO_GRANT)',
    tries: {
      ...bothWays('an authority', async (fixture, store) => {
        const patient = await fixture.cloud.newPatient();
        const made = await fixture.cloud.version(patient.id, authorOf(fixture.cloud.lab));
        return fixture.ordering(() => codeOf(store(made)));
      }),
    },
  }),
  kind({
    id: 'stores-another-manifest',
    role: 'author',
    what: 'stores a manifest that somebody else has signed',
    answer: 'MANIFEST_REFUSED (MANIFEST_SIGNER_UNKNOWN)',
    tries: {
      ...bothWays('a gateway’s', async (fixture, store) => {
        const patient = await fixture.cloud.newPatient();
        const { signer } = generateEd25519();
        const foreign = await fixture.cloud.version(patient.id, { ...gatewayOf(patient), signer });
        const { record, version: number, manifestHash, wraps } = foreign;
        const wrapSet = makeWrapSet(
          { recordId: record.recordId, version: number, manifestHash, wraps },
          patient.gateway,
        );
        const statement = fixture.cloud.statementAbout(foreign, gatewayOf(patient));
        return codeOf(store(withRequest(foreign, { statement, wrapSet })));
      }),
    },
  }),
  kind({
    id: 'stores-another-version',
    role: 'author',
    what: 'stores a ciphertext or a record id that is not what the statement says',
    answer: 'VERSION_MISMATCH',
    tries: {
      ...bothWays('another ciphertext', async (fixture, store) => {
        const { patient, made } = await version(fixture);
        const other = await fixture.cloud.version(patient.id, gatewayOf(patient), { content: '{"other":1}' });
        return codeOf(store(withRequest(made, { ciphertext: other.request.ciphertext })));
      }),
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
      ...bothWays('without the patient', async (fixture, store) => {
        const patient = await fixture.cloud.newPatient();
        await fixture.cloud.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
        const recipients = ['aut_lab'];
        const made = await fixture.cloud.version(patient.id, authorOf(fixture.cloud.lab), { recipients });
        return codeOf(store(made));
      }),
    },
  }),
  kind({
    id: 'stores-others-wraps',
    role: 'relay',
    what: 'stores a set of wraps that another key has signed',
    answer: 'WRAPS_REFUSED (WRAP_SIGNER_UNKNOWN)',
    tries: {
      ...bothWays('at first store', async (fixture, store) => {
        const { made } = await version(fixture);
        const { record, version: number, manifestHash, wraps } = made;
        const named = { recordId: record.recordId, version: number, manifestHash, wraps };
        const wrapSet = makeWrapSet(named, generateEd25519().signer);
        return codeOf(store(withRequest(made, { wrapSet })));
      }),
    },
  }),
];
