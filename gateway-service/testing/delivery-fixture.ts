import { sha256, sha256Hex, toBase64url, utf8 } from '@careledger/crypto';
import type { StatementBody } from '@careledger/contracts';
import { recordIdOf, type RecordKind } from '@careledger/domain';
import { makeWrapSet, recordSeedFor, sealRecord, wrapKey } from '@careledger/envelope';
import { LedgerError } from '@careledger/ledger';
import { readStatement } from '@careledger/statements';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { Rekeyings, StepStore } from '../src/consent/index.js';
import { TechnicalAlarmStore } from '../src/alarms/technical-alarm-store.js';
import { Announcing } from '../src/delivery/announcing.js';
import { OwnVersionStore } from '../src/delivery/own-version-store.js';
import { DeliveryPipeline } from '../src/delivery/pipeline.js';
import { Storing } from '../src/delivery/storing.js';
import { openProviders } from '../src/ledger-access/providers.js';
import type { Settled } from '../src/ledger-access/statement-batcher.js';
import { GATEWAY_MIGRATIONS } from '../src/migrations.js';
import type { Patient } from '../src/patients/index.js';
import { patientStatement } from '../src/patients/patient-statement.js';
import { ProcessingStore, type Priority } from '../src/processing/index.js';
import type { OwnVersion } from '../src/records/own-version.js';
import { StandInProvider, type StoredVersions } from './stand-in-provider.js';
import { TestCore } from './test-core.js';
import { until } from './until.js';

const NETWORK = 'devnet';
const MIGRATIONS = { migrations: GATEWAY_MIGRATIONS };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Content that this gateway has not made. */
const OTHER_MANIFEST_HASH = toBase64url(sha256('another manifest'));

interface Announcement extends StatementBody<'announceRecord'> {
  readonly author: string;
  readonly txId: string;
}

/** The delivery over a real store, with providers and a ledger that stand in for the real ones, made to be killed. */
export class DeliveryFixture implements AsyncDisposable {
  readonly ledger: StoredVersions = new Map();
  readonly providers = [
    new StandInProvider('prv_cloud-a', this.ledger),
    new StandInProvider('prv_cloud-b', this.ledger),
  ] as const;
  /** Announcements that the ledger has taken, by statement id, in order. */
  readonly announced = new Map<string, Announcement>();
  /** Versions after which the gateway makes the next one. */
  readonly madeAgain: OwnVersion[] = [];
  /** So many announcements are refused since the version before is not announced. */
  notYet = 0;
  /** The ledger takes announcements, but its answer is lost. */
  losesAnnouncements = false;
  pipeline!: DeliveryPipeline;
  versions!: OwnVersionStore;
  readonly #patients: Patient[] = [];
  #made = 0;

  private constructor(readonly testCore: TestCore) {}

  static async open(): Promise<DeliveryFixture> {
    const fixture = new DeliveryFixture(await TestCore.open(MIGRATIONS));
    for (const provider of fixture.providers) await provider.start();
    fixture.#build();
    return fixture;
  }

  /** As after a kill -9: everything in memory is gone, the store is opened again and goes on. */
  async restart(): Promise<void> {
    await this.pipeline.stop();
    await this.testCore.reopen(MIGRATIONS);
    this.#build();
    this.pipeline.start();
  }

  async patient(): Promise<Patient> {
    const patient = await this.testCore.patient();
    this.#patients.push(patient);
    return patient;
  }

  /** Makes a record and puts it on its way. Returns its id and version, as the ledger has them. */
  async make({ patientNo }: Patient, priority: Priority, kind: RecordKind = priority): Promise<string> {
    const { core } = this.testCore;
    const { patientId, chain } = core.patients.byNo(patientNo);
    const keys = core.patients.keys(patientId);
    const source = `source-${(this.#made += 1)}`;
    const seed = recordSeedFor(keys.recordSecret(), { patientId, kind, key: source });
    const recordId = recordIdOf({ author: patientId, patientId, seed }, sha256);
    const record = { recordId, version: 1 };
    const content = utf8(JSON.stringify({ source }));
    const aad = {
      v: 2 as const,
      ...record,
      patientId,
      author: patientId,
      tagGroups: [],
      prevVersionHash: null,
    };
    const sealed = sealRecord({ content, aad }, chain.signer);
    const wrap = await wrapKey(sealed.contentKey, record, { publicKey: keys.encryption().publicKey });
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    const providerId = 'prv_cloud-a';
    const [periodStart, periodEnd] = ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z'];
    const storeStatement = patientStatement(
      'storeRecord',
      {
        patientId,
        networkId: NETWORK,
        channels: ['cloud'],
        body: {
          ...{ patientId, ...record, seed, prevVersionHash: null, kind, providerId, manifestHash },
          period: { start: periodStart, end: periodEnd },
          ...{ ciphertextSha256, sizeBytes: ciphertext.length, tagGroups: [] },
        },
      },
      chain.signer,
    );
    const wrapSet = makeWrapSet({ ...record, manifestHash, wraps: [wrap] }, chain.signer);
    const versionNo = core.store.deferred(() =>
      this.versions.insert({
        ...{ patientNo, ...record, kind, source, priority, periodStart, periodEnd, tagGroups: [] },
        ...{ summary: null, manifest, manifestHash, wrapSet, wraps: [wrap.jwe], providerId, storeStatement },
        ciphertext,
        ...{ trace: null, arrivedMs: null, madeMs: 1 },
      }),
    );
    this.pipeline.addMade({ versionNo, patientNo, kind, priority, stage: 'made' });
    return `${recordId} 1`;
  }

  /** Other content stands in a version's place on `cloud`, by this patient, whose record it need not be. */
  storeOther(versionId: string, patient: Patient): void {
    this.storeAgain(versionId, patient, OTHER_MANIFEST_HASH);
  }

  /** The version, or one with other content, stands there by another statement than the gateway has. */
  storeAgain(versionId: string, { patientId, chain }: Patient, manifestHash?: string): void {
    const { storeStatement } = this.version(versionId);
    const own = readStatement(storeStatement).payload.body as StatementBody<'storeRecord'>;
    const body = { ...own, patientId, ...(manifestHash !== undefined && { manifestHash }) };
    const statement = patientStatement(
      'storeRecord',
      { patientId, networkId: NETWORK, channels: ['cloud'], body },
      chain.signer,
    );
    this.ledger.set(versionId, { statement, providerId: body.providerId });
  }

  /** The same on `authorities`. */
  announceOther(versionId: string, { patientId, chain }: Patient, manifestHash = OTHER_MANIFEST_HASH): void {
    const stored = readStatement(this.version(versionId).storeStatement).payload
      .body as StatementBody<'storeRecord'>;
    const { recordId, seed, version, prevVersionHash, kind, period, providerId, tagGroups } = stored;
    const body: StatementBody<'announceRecord'> = {
      ...{ patientId, recordId, seed, version, prevVersionHash, kind, period, providerId, tagGroups },
      ...{ manifestHash, storeTxId: sha256Hex(versionId) },
    };
    const statement = patientStatement(
      'announceRecord',
      { patientId, networkId: NETWORK, channels: ['authorities'], body },
      chain.signer,
    );
    const { sid } = readStatement(statement).payload;
    this.announced.set(sid, { ...body, author: patientId, txId: sha256Hex(statement) });
  }

  /** Resolves once nothing is open. */
  drained(): Promise<void> {
    return this.until(() => this.versions.open().length === 0);
  }

  until(holds: () => boolean): Promise<void> {
    return until(holds, () => JSON.stringify(this.pipeline.health));
  }

  /** Places on the ledger in the order of their announcements. */
  get announcedIds(): string[] {
    return [...this.announced.values()].map(({ recordId, version }) => `${recordId} ${version}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pipeline.stop();
    for (const provider of this.providers) await provider.stop();
    await this.testCore[Symbol.asyncDispose]();
  }

  /** A version as this gateway has it. */
  version(versionId: string): OwnVersion {
    const [recordId = ''] = versionId.split(' ');
    const version = this.versions.find(recordId);
    if (version === undefined) throw new Error(`No version was made for ${versionId}`);
    return version;
  }

  #build(): void {
    const { core } = this.testCore;
    const { store } = core;
    this.versions = new OwnVersionStore(store.database);
    const common = {
      store,
      patients: core.patients,
      versions: this.versions,
      technicalAlarms: new TechnicalAlarmStore(store.database),
      rekeyings: new Rekeyings({
        ...{ steps: new StepStore(store.database), patients: core.patients },
        ledger: { channel: () => ({ evaluate: this.#getRecord as never }) },
      }),
      networkId: NETWORK,
      clock: Date.now,
      logger: silent,
    };
    const providers = openProviders(
      this.providers.map(({ providerId, url }) => ({ providerId, url, token: 'a token for tests' })),
    );
    const storing = new Storing({
      ...common,
      providers,
      directory: {
        providerKeys: async (id) =>
          this.providers.filter(({ providerId }) => providerId === id).map(({ signer }) => signer.publicKey),
      },
      ledger: { channel: () => ({ evaluate: this.#getRecord as never }) },
      remaking: { makeAgain: (version) => this.madeAgain.push(version) },
      verifier: sodiumVerifier(),
    });
    const batcher = { submit: (_patientId: string, statement: string) => this.#announce(statement) };
    const announcing = new Announcing({
      ...common,
      ledger: {
        channel: () => ({ evaluate: this.#getAnnouncement as never }),
        announce: { emergency: batcher, periodic: batcher },
      },
    });
    this.pipeline = new DeliveryPipeline({
      ...common,
      ...{ storing, announcing, processing: new ProcessingStore(store.database) },
      // Nothing becomes due here.
      maker: { make: () => Promise.reject(new Error('nothing is made here')) },
      noticeSender: { add: () => undefined, isSending: false },
      rewrapper: { add: () => undefined },
      registrations: { has: () => true },
      progress: { notify: () => undefined },
    });
  }

  readonly #getRecord = async (
    _contract: unknown,
    _name: string,
    { recordId, version }: { recordId: string; version: number },
  ) => {
    const stored = this.ledger.get(`${recordId} ${version}`);
    if (stored === undefined) throw refusedAs('RECORD_UNKNOWN');
    const { iss, body } = readStatement(stored.statement).payload;
    return { ...body, author: iss, providerId: stored.providerId, txId: sha256Hex(stored.statement) };
  };

  readonly #getAnnouncement = async (
    _contract: unknown,
    _name: string,
    { recordId, version }: { recordId: string; version: number },
  ): Promise<Announcement> => {
    const found = [...this.announced.values()].find(
      (each) => each.recordId === recordId && each.version === version,
    );
    if (found === undefined) throw refusedAs('RECORD_UNKNOWN');
    return found;
  };

  /** As the chaincode does: the same statement again is the same answer, another one for the version is refused. */
  async #announce(statement: string): Promise<Settled> {
    const { sid, iss, body } = readStatement(statement).payload;
    const txId = sha256Hex(statement);
    if (this.notYet > 0) {
      this.notYet -= 1;
      return { item: { sid, code: 'VERSION_NOT_YET', txId }, blockNumber: 2 };
    }
    const announcement = { ...(body as StatementBody<'announceRecord'>), author: iss, txId };
    const versionId = `${announcement.recordId} ${announcement.version}`;
    const isTaken = !this.announced.has(sid) && this.announcedIds.includes(versionId);
    if (!isTaken) this.announced.set(sid, announcement);
    if (this.losesAnnouncements) throw new Error('no answer');
    return { item: { sid, code: isTaken ? 'RECORD_EXISTS' : 'OK', txId }, blockNumber: 2 };
  }
}

const refusedAs = (code: 'RECORD_UNKNOWN'): LedgerError =>
  new LedgerError('CHAINCODE_REFUSED', code, { chaincodeCode: code });
