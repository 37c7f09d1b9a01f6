import { utf8 } from '@careledger/crypto';
import type { StatementBody } from '@careledger/contracts';
import { makeWrapSet, recordIdFor, sealRecord, wrapKey } from '@careledger/envelope';
import { readStatement } from '@careledger/statements';
import { Announcing } from '../outbox/announcing.js';
import { ProviderPool } from '../outbox/providers.js';
import { RecordOutbox } from '../outbox/record-outbox.js';
import { Storing } from '../outbox/storing.js';
import type { Settled } from '../outbox/statement-batcher.js';
import type { Patient } from '../patients/index.js';
import { PROCESSING_MIGRATION, type Lane } from '../processing/index.js';
import { RECORDS_MIGRATION } from '../records/schema.js';
import { VersionStore } from '../records/version-store.js';
import { patientStatement } from '../statement.js';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { StandInProvider, type StoredVersions } from './stand-in-provider.js';
import { TestCore } from './test-core.js';

const NETWORK = 'devnet';
const MIGRATIONS = { migrations: [PROCESSING_MIGRATION, RECORDS_MIGRATION] };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Longer than the longest back-off, twice: what fails a few times by chance still comes true. */
const UNTIL_TIMEOUT_MS = 45_000;

/** The outbox over a real store, with providers and a ledger that stand in for the real ones, made to be killed. */
export class OutboxBench implements AsyncDisposable {
  readonly ledger: StoredVersions = new Map();
  readonly providers = [
    new StandInProvider('prv_cloud-a', this.ledger),
    new StandInProvider('prv_cloud-b', this.ledger),
  ] as const;
  /** Announcements that the ledger has taken, by statement id, in order. */
  readonly announced = new Map<string, StatementBody<'announceRecord'>>();
  /** The ledger takes announcements, but its answer is lost. */
  losesAnnouncements = false;
  outbox!: RecordOutbox;
  versions!: VersionStore;
  readonly #patients: Patient[] = [];
  #made = 0;

  private constructor(readonly bench: TestCore) {}

  static async open(): Promise<OutboxBench> {
    const bench = new OutboxBench(await TestCore.open(MIGRATIONS));
    for (const provider of bench.providers) await provider.start();
    bench.#build();
    return bench;
  }

  /** As after a kill -9: everything in memory is gone, the store is opened again and goes on. */
  async restart(): Promise<void> {
    await this.outbox.stop();
    await this.bench.reopen(MIGRATIONS);
    this.#build();
    this.outbox.start();
  }

  async patient(): Promise<Patient> {
    const patient = await this.bench.patient();
    this.#patients.push(patient);
    return patient;
  }

  /** Makes a record and puts it on its way. Returns its place on the ledger. */
  async make({ patientNo }: Patient, lane: Lane): Promise<string> {
    const { core } = this.bench;
    const { patientId, chain } = core.patients.byNo(patientNo);
    const keys = core.patients.keys(patientId);
    const place = `place-${(this.#made += 1)}`;
    const recordId = recordIdFor(keys.recordSecret(), { patientId, kind: lane, key: place });
    const record = { recordId, version: 1 };
    const content = utf8(JSON.stringify({ place }));
    const aad = {
      v: 1 as const,
      ...record,
      patientId,
      author: patientId,
      scopeTags: [],
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
          ...{ patientId, ...record, prevVersionHash: null, kind: lane, providerId, manifestHash },
          period: { start: periodStart, end: periodEnd },
          ...{ ciphertextSha256, sizeBytes: ciphertext.length, scopeTags: [] },
        },
      },
      chain.signer,
    );
    const wrapSet = makeWrapSet({ ...record, manifestHash, wraps: [wrap] }, chain.signer);
    const versionNo = core.store.deferred(() =>
      this.versions.insert({
        ...{ patientNo, ...record, kind: lane, place, lane, periodStart, periodEnd, scopeTags: [] },
        ...{ summary: null, manifest, manifestHash, wrapSet, providerId, storeStatement, ciphertext },
        ...{ arrivedMs: null, madeMs: 1 },
      }),
    );
    this.outbox.add({ versionNo, patientNo, lane, stage: 'made' });
    return `${recordId} 1`;
  }

  /** Resolves once nothing is open. */
  drained(): Promise<void> {
    return this.until(() => this.versions.open().length === 0);
  }

  async until(holds: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + UNTIL_TIMEOUT_MS;
    while (Date.now() < deadlineMs) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`It does not come true: ${JSON.stringify(this.outbox.health)}`);
  }

  /** Places on the ledger in the order of their announcements. */
  get announcedPlaces(): string[] {
    return [...this.announced.values()].map(({ recordId, version }) => `${recordId} ${version}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.outbox.stop();
    for (const provider of this.providers) await provider.stop();
    await this.bench[Symbol.asyncDispose]();
  }

  #build(): void {
    const { core } = this.bench;
    const { store } = core;
    this.versions = new VersionStore(store.database);
    const common = { store, versions: this.versions, clock: Date.now, logger: silent };
    const pool = new ProviderPool(
      this.providers.map(({ providerId, url }) => ({ providerId, url, token: 'a token for tests' })),
    );
    const storing = new Storing({
      ...common,
      providers: pool,
      directory: {
        providerKeys: async (id) =>
          this.providers.filter(({ providerId }) => providerId === id).map(({ signer }) => signer.publicKey),
      },
      cloud: () => ({ evaluate: this.#getRecord as never }),
      signerOf: (patientNo) => {
        const { patientId, chain } = core.patients.byNo(patientNo);
        return { patientId, signer: chain.signer };
      },
      verifier: sodiumVerifier(),
      networkId: NETWORK,
    });
    const batcher = { submit: (_patientId: string, statement: string) => this.#announce(statement) };
    const announcing = new Announcing({
      ...common,
      batchers: { emergency: batcher, periodic: batcher },
      patientIdOf: (patientNo) => core.patients.byNo(patientNo).patientId,
    });
    this.outbox = new RecordOutbox({
      store: (versionNo, _lane, signal) => storing.run(versionNo, signal),
      announce: (versionNo, lane) => announcing.run(versionNo, lane),
      open: (patientNo) => this.versions.open(patientNo),
      get: (versionNo) => this.versions.get(versionNo),
      isRegistered: () => true,
      onMoved: () => undefined,
      logger: silent,
    });
  }

  readonly #getRecord = async (
    _contract: unknown,
    _name: string,
    { recordId, version }: { recordId: string; version: number },
  ) => {
    const stored = this.ledger.get(`${recordId} ${version}`);
    if (stored === undefined) throw new Error('RECORD_UNKNOWN');
    const { manifestHash } = readStatement(stored.statement).payload.body as StatementBody<'storeRecord'>;
    return { providerId: stored.providerId, manifestHash };
  };

  /** As the chaincode does: the same statement again is the same answer, another one for the version is refused. */
  async #announce(statement: string): Promise<Settled> {
    const { sid, body } = readStatement(statement).payload;
    const announcement = body as StatementBody<'announceRecord'>;
    const place = `${announcement.recordId} ${announcement.version}`;
    const isTaken = !this.announced.has(sid) && this.announcedPlaces.includes(place);
    if (!isTaken) this.announced.set(sid, announcement);
    if (this.losesAnnouncements) throw new Error('no answer');
    return { item: { sid, code: isTaken ? 'RECORD_EXISTS' : 'OK', txId: 'f'.repeat(64) }, blockNumber: 2 };
  }
}
