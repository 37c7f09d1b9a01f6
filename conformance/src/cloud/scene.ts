import {
  TestOrganisation,
  TestPatient,
  newEncryptionKey,
  newRecord,
  publicKeyOf,
} from '@careledger/chaincode-runtime/testing';
import {
  accessControl,
  type AuthorityState,
  type BatchResult,
  type PatientState,
  type ProviderState,
  type StatementBody,
} from '@careledger/contracts';
import { fromBase64url, kidOf, toBase64url, utf8, type Signer } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { makeWrapSet, sealRecord, wrapKey, type Wrap } from '@careledger/envelope';
import {
  AccessAnswer,
  HeldWraps,
  PROVIDER_ROUTES,
  ReplaceWrapsAnswer,
  StoreRecordAnswer,
} from '@careledger/protocol';
import { readStatement } from '@careledger/statements';
import type { Author, ContentKey, MadeVersion, VersionPlan } from './made-version.js';
import type { ProviderRig } from './provider-rig.js';
import type { RunningProvider } from './running-provider.js';

/** Seconds since 1970, as statements have them. */
const nowS = () => Math.floor(Date.now() / 1000);
const PERIOD = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };

/** Patients, a hospital and a lab that use the providers of a rig, which may still have to start. */
export class Scene {
  constructor(private readonly use: () => ProviderRig) {}

  get rig(): ProviderRig {
    return this.use();
  }

  get hospital(): TestOrganisation {
    return this.rig.network.organisation('aut_hospital', 'HospitalMSP');
  }

  get lab(): TestOrganisation {
    return this.rig.network.organisation('aut_lab', 'LabMSP');
  }

  /** Registers what is on no ledger yet. */
  async register(): Promise<void> {
    const { network } = this.rig;
    for (const channel of CHANNELS) {
      const statement = this.hospital.sign(
        'registerAuthority',
        {
          authorityId: this.hospital.id,
          mspId: this.hospital.mspId,
          kind: 'hospital',
          signingKey: publicKeyOf(this.hospital.signer),
          encryptionKey: newEncryptionKey(),
          breakGlassKey: newEncryptionKey(),
        },
        this.hospital.signer,
      );
      await network.submit('hospital admin', channel, accessControl, 'RegisterAuthority', { statement });
      await network.register(this.lab, 'lab admin', channel);
    }
  }

  async newPatient(): Promise<TestPatient> {
    const patient = new TestPatient(this.rig.network.networkId, nowS() - 60);
    const args = { statement: patient.registration() };
    for (const channel of CHANNELS)
      await this.rig.network.submit('patients enroller', channel, accessControl, 'RegisterPatient', args);
    return patient;
  }

  /** Takes a policy statement to channel `cloud`; resolves with its id. */
  async decree(name: 'Grant' | 'Revoke', statement: string): Promise<string> {
    const items = [statement];
    const { result } = await this.rig.network.submit('patients client', 'cloud', accessControl, name, {
      items,
    });
    const [item] = (result as BatchResult).items;
    if (item?.code !== 'OK' || item.sid === null) throw new Error(`${name}: ${item?.code}`);
    return item.sid;
  }

  /** The newest key of somebody to which is wrapped, as the ledger has it. */
  async encryptionKey(id: string): Promise<Uint8Array> {
    const { encryptionKeys } = id.startsWith('pat_')
      ? await this.patientState(id)
      : await this.authorityState(id);
    return fromBase64url(encryptionKeys.at(-1)?.key ?? '');
  }

  async kidOf(id: string): Promise<string> {
    return kidOf('X25519', await this.encryptionKey(id));
  }

  /** Seals a version for a patient and signs all of it. */
  async version(patientId: string, author: Author, plan: VersionPlan = {}): Promise<MadeVersion> {
    const { previous, tagGroups = [], content = '{}', provider = 'prv_cloud-a' } = plan;
    const record = previous?.record ?? plan.record ?? newRecord(patientId, author.id);
    const { recordId, seed } = record;
    const version = (previous?.version ?? 0) + 1;
    const prevVersionHash = previous?.manifestHash ?? null;
    const aad = {
      v: 2 as const,
      recordId,
      version,
      patientId,
      author: author.id,
      tagGroups,
      prevVersionHash,
    };
    const sealed = sealRecord({ content: utf8(content), aad }, author.signer);
    const { ciphertext, ciphertextSha256, contentKey, manifest, manifestHash } = sealed;
    const recipients = plan.recipients ?? [...new Set([patientId, author.id])];
    const place = { contentKey, recordId, version };
    const wraps = [
      ...(await this.wrap(place, recipients)),
      ...(await this.#wrapForBreakGlass(place, plan.breakGlassTo ?? [])),
    ];
    const body: StatementBody<'storeRecord'> = {
      patientId,
      recordId,
      seed,
      version,
      prevVersionHash,
      kind: author.id.startsWith('pat_') ? 'periodic' : 'clinical',
      period: PERIOD,
      providerId: provider,
      manifestHash,
      ciphertextSha256,
      sizeBytes: ciphertext.length,
      tagGroups,
      ...plan.body,
    };
    const request = {
      statement: this.#issuer(author).sign('storeRecord', body, author.signer),
      manifest,
      wrapSet: makeWrapSet({ recordId, version, manifestHash, wraps }, author.signer),
      wraps: wraps.map(({ jwe }) => jwe),
      ciphertext: toBase64url(ciphertext),
    };
    return { author, patientId, record, version, manifestHash, contentKey, wraps, request };
  }

  /** The content key for each of these. */
  wrap({ contentKey, ...subject }: ContentKey, recipients: readonly string[]): Promise<Wrap[]> {
    return Promise.all(
      recipients.map(async (id) => wrapKey(contentKey, subject, { publicKey: await this.encryptionKey(id) })),
    );
  }

  #wrapForBreakGlass(
    { contentKey, ...subject }: ContentKey,
    authorityIds: readonly string[],
  ): Promise<Wrap[]> {
    return Promise.all(
      authorityIds.map(async (authorityId) => {
        const { breakGlassKeys } = await this.authorityState(authorityId);
        const publicKey = fromBase64url(breakGlassKeys.at(-1)?.key ?? '');
        return wrapKey(contentKey, subject, { publicKey, breakGlass: true });
      }),
    );
  }

  /** A store statement about a made version by another signer than its manifest's. */
  statementAbout({ request }: MadeVersion, author: Author): string {
    const { body } = readStatement(request.statement).payload;
    return this.#issuer(author).sign('storeRecord', body as StatementBody<'storeRecord'>, author.signer);
  }

  #issuer(author: Author): TestOrganisation {
    return new TestOrganisation({
      ...author,
      aud: this.rig.network.networkId,
      iat: nowS() - 60,
    });
  }

  store(version: MadeVersion, at: RunningProvider = this.rig.a, as = version.author.mspId) {
    const { recordId } = version.record;
    return at.as(as).call('PUT', PROVIDER_ROUTES.version(recordId, version.version), {
      body: version.request,
      result: StoreRecordAnswer,
    });
  }

  /** PUTs a set of these wraps with this number. */
  async replaceWraps(
    version: MadeVersion,
    set: { readonly seq: number; readonly wraps: readonly Wrap[]; readonly signer: Signer },
    as = 'PatientsMSP',
  ): Promise<ReplaceWrapsAnswer> {
    const { record, version: number, manifestHash } = version;
    const { seq, wraps, signer } = set;
    const { recordId } = record;
    return this.rig.a.as(as).call('PUT', PROVIDER_ROUTES.wraps(recordId, number), {
      body: {
        wrapSet: makeWrapSet({ recordId, version: number, manifestHash, seq, wraps }, signer),
        wraps: wraps.map(({ jwe }) => jwe),
      },
      result: ReplaceWrapsAnswer,
    });
  }

  heldWraps({ record, version }: MadeVersion, as: string): Promise<HeldWraps> {
    const path = PROVIDER_ROUTES.wraps(record.recordId, version);
    return this.rig.a.as(as).call('GET', path, { result: HeldWraps });
  }

  /** The hospital's request for a record through a provider. */
  accessRequest(
    { patientId, record, version }: MadeVersion,
    relay: string,
    by: TestOrganisation = this.hospital,
  ): string {
    const { recordId } = record;
    return by.sign(
      'accessRequest',
      { patientId, recordId, version, purpose: 'TREAT', granteeTags: [], relay },
      by.signer,
      { iat: nowS() },
    );
  }

  request(version: MadeVersion, at: RunningProvider, as = 'HospitalMSP'): Promise<AccessAnswer> {
    const statement = this.accessRequest(version, at.providerId);
    return at.as(as).call('POST', PROVIDER_ROUTES.access, { body: { statement }, result: AccessAnswer });
  }

  /** Rotates a patient's key on both channels. */
  async rotate(patient: TestPatient, use: 'gateway', newKey: Signer): Promise<void> {
    const statement = patient.sign(
      'rotatePatientKey',
      { use, newKey: toBase64url(newKey.publicKey), newKeyProof: patient.proofOf(newKey) },
      patient.consent,
    );
    for (const channel of CHANNELS)
      await this.rig.network.submit('patients client', channel, accessControl, 'RotatePatientKey', {
        statement,
      });
  }

  /** How many blocks channel `cloud` has. */
  async height(): Promise<bigint> {
    return (await this.rig.network.as('patients client')).channel('cloud').height();
  }

  patientState(patientId: string): Promise<PatientState> {
    return this.#ask('GetPatient', { patientId }) as Promise<PatientState>;
  }

  authorityState(authorityId: string): Promise<AuthorityState> {
    return this.#ask('GetAuthority', { authorityId }) as Promise<AuthorityState>;
  }

  providerState(providerId: string): Promise<ProviderState> {
    return this.#ask('GetProvider', { providerId }) as Promise<ProviderState>;
  }

  #ask(name: string, args: unknown): Promise<unknown> {
    return this.rig.network.evaluate('patients client', 'cloud', accessControl, name, args);
  }
}
