import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyStore } from '@careledger/crypto/key-store';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { readAuthority } from '@careledger/crypto/x509';
import { timestampOf, type ChannelName } from '@careledger/domain';
import { DurableWork, prepareDataDir, type Logger, type Worker } from '@careledger/service-kit';
import { EmbeddedBroker, ExternalBroker, type FrameSource } from './broker/index.js';
import type { GatewayConfig } from './config.js';
import {
  ConsentOutbox,
  ConsentService,
  GrantStore,
  Reconciler,
  StepStore,
  SubscriptionStore,
  type ConsentStep,
} from './consent/index.js';
import { GatewayCore } from './core.js';
import { Directory } from './directory/authorities.js';
import { startWatcher } from './directory/watcher.js';
import { ATTESTOR_KEY, openKeys } from './keys.js';
import { GATEWAY_MIGRATIONS } from './migrations.js';
import { AnchorStore } from './outbox/anchor-store.js';
import { Anchoring, type AnchoredChain } from './outbox/anchoring.js';
import { Announcing } from './outbox/announcing.js';
import { LedgerLink } from './outbox/ledger-link.js';
import { EMERGENCY_BACKOFF, MAKING_CONCURRENCY, PERIODIC_BACKOFF } from './outbox/limits.js';
import { NoticeSender } from './outbox/notices.js';
import { OutboxProgress } from './outbox/progress.js';
import { openProviders, type Providers } from './outbox/providers.js';
import { RecordOutbox } from './outbox/record-outbox.js';
import { Storing } from './outbox/storing.js';
import type { Patient } from './patients/index.js';
import {
  Allowances,
  LANES,
  ProcessingStore,
  Processor,
  type DueRecord,
  type Lane,
} from './processing/index.js';
import { RecordMaker } from './records/maker.js';
import { NoticeStore } from './records/notice-store.js';
import { RewrapStore } from './records/rewrap-store.js';
import { Rewrapper } from './records/rewrapper.js';
import { UnmadeStore } from './records/unmade-store.js';
import { VersionStore, type RecordVersion } from './records/version-store.js';
import { SOFTWARE } from './software.js';
import { PatientTokens } from './tokens.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  /** The process has to end and start again; see `GatewayCore`. */
  readonly onFatal: (error: Error) => void;
  readonly clock?: () => number;
}

/** What is left of a patient's work, after a flush. */
export interface FlushOutcome {
  /** Nothing is left and the chain is anchored. */
  readonly isDrained: boolean;
  readonly due: number;
  readonly open: number;
  readonly consent: number;
  readonly rewraps: number;
  readonly anchoredHeight: number | null;
}

/**
 * A whole gateway: layer 1's core with its broker, the processing behind it, and the outbox that takes what came of it
 * to providers and ledgers. Nothing here waits for the network but the outbox: ingest goes on without it.
 */
export class Gateway implements AsyncDisposable {
  readonly core: GatewayCore;
  readonly ledger: LedgerLink;
  readonly verifier = sodiumVerifier();
  readonly processing: ProcessingStore;
  readonly allowances: Allowances;
  readonly processor: Processor;
  readonly versions: VersionStore;
  readonly notices: NoticeStore;
  readonly rewraps: RewrapStore;
  readonly unmade: UnmadeStore;
  readonly steps: StepStore;
  readonly grants: GrantStore;
  readonly subscriptions: SubscriptionStore;
  readonly anchors: AnchorStore;
  readonly directory: Directory;
  readonly tokens: PatientTokens;
  readonly providers: Providers;
  readonly progress = new OutboxProgress();
  readonly outbox: RecordOutbox;
  readonly anchoring: Anchoring;
  readonly noticeSender: NoticeSender;
  readonly rewrapper: Rewrapper;
  readonly consentOutbox: ConsentOutbox;
  readonly consent: ConsentService;
  readonly #options: GatewayOptions;
  readonly #clock: () => number;
  readonly #keys: KeyStore;
  readonly #making: Readonly<Record<Lane, DurableWork<number>>>;
  readonly #registered: Readonly<Record<ChannelName, Set<number>>> = {
    authorities: new Set(),
    cloud: new Set(),
  };
  #reconciler: Reconciler | undefined;
  #watcher: Worker | undefined;
  #source: FrameSource | undefined;

  private constructor(options: GatewayOptions, keys: KeyStore) {
    const { config, logger, onFatal, clock = Date.now } = options;
    const { dataDir, gatewayId, networkId } = config;
    this.#options = options;
    this.#clock = clock;
    this.#keys = keys;
    this.core = new GatewayCore({
      storePath: join(dataDir, 'gateway.db'),
      migrations: GATEWAY_MIGRATIONS,
      keyStore: keys,
      consentKeys: {
        folder: join(dataDir, 'consent-keys'),
        ...(config.scryptLogN !== undefined && { scryptLogN: config.scryptLogN }),
      },
      verifier: this.verifier,
      gatewayId,
      network: networkId,
      software: SOFTWARE,
      difficulty: config.difficulty,
      clock,
      onFatal,
    });
    const { core } = this;
    const { store } = core;
    const { database } = store;
    this.ledger = new LedgerLink({ config: config.ledger, enroller: config.enroller, dataDir, logger });
    this.processing = new ProcessingStore(database);
    this.allowances = new Allowances(database, config.recordsPerDeviceHour);
    this.versions = new VersionStore(database);
    this.notices = new NoticeStore(database);
    this.rewraps = new RewrapStore(database);
    this.unmade = new UnmadeStore(database);
    this.steps = new StepStore(database);
    this.grants = new GrantStore(database);
    this.subscriptions = new SubscriptionStore(database);
    this.anchors = new AnchorStore(database);
    this.tokens = new PatientTokens(database, (patientNo) => core.patients.byNo(patientNo).patientId);
    this.directory = new Directory(database, (name) => this.ledger.channel(name), clock);
    this.providers = openProviders(config.providers, clock);
    for (const { patientNo, channel } of this.steps.registrations()) this.#registered[channel].add(patientNo);

    const parts = { ...this.#parts(), networkId, gatewayId, clock, logger };
    const maker = new RecordMaker(parts);
    this.#making = {
      emergency: this.#maker('emergency', maker),
      periodic: this.#maker('periodic', maker),
    };
    const storing = new Storing({
      ...parts,
      cloud: () => this.ledger.channel('cloud'),
      signerOf: (patientNo) => {
        const { patientId, chain } = core.patients.byNo(patientNo);
        return { patientId, signer: chain.signer };
      },
      makeAgain: (version) => this.#makeAgain(version),
    });
    const announcing = new Announcing({
      ...parts,
      batchers: { emergency: this.ledger.announceUrgent, periodic: this.ledger.announceBulk },
      authorities: () => this.ledger.channel('authorities'),
      patientIdOf: (patientNo) => core.patients.byNo(patientNo).patientId,
    });
    this.outbox = new RecordOutbox({
      store: (versionNo, _lane, signal) => storing.run(versionNo, signal),
      announce: (versionNo, lane) => announcing.run(versionNo, lane),
      open: (patientNo) => this.versions.open(patientNo),
      get: (versionNo) => this.versions.get(versionNo),
      isRegistered: (patientNo, channel) => this.isRegistered(patientNo, channel),
      onMoved: (version) => this.#onMoved(version),
      logger,
    });
    this.anchoring = new Anchoring({
      ...parts,
      batcher: this.ledger.anchor,
      authorities: () => this.ledger.channel('authorities'),
      chains: () => core.patients.list().map(anchoredChain),
      chainOf: (patientNo) => anchoredChain(core.patients.byNo(patientNo)),
      hashAt: (patientNo, height) => core.chain.blocksFrom(patientNo, height, 1)[0]?.hash,
      isRegistered: (patientNo) => this.isRegistered(patientNo, 'authorities'),
      intervalMs: config.anchorIntervalMs,
      onMoved: (patientNo) => this.progress.notify(patientNo),
    });
    this.noticeSender = new NoticeSender({
      ...parts,
      tokens: new Map(config.authorities.map(({ authorityId, token }) => [authorityId, token])),
      onSent: ({ patientNo }) => this.progress.notify(patientNo),
    });
    this.rewrapper = new Rewrapper({ ...parts, onMoved: (patientNo) => this.progress.notify(patientNo) });
    this.consentOutbox = new ConsentOutbox({
      ...parts,
      ledger: this.ledger,
      patientIdOf: (patientNo) => core.patients.byNo(patientNo).patientId,
      onSettling: (step, isDone) => this.#onConsentSettling(step, isDone),
      onSettled: (step, isDone) => this.#onConsentSettled(step, isDone),
    });
    this.consent = new ConsentService({ ...parts, outbox: this.consentOutbox, progress: this.progress });
    this.processor = new Processor({
      core,
      store: this.processing,
      allowances: this.allowances,
      overrides: { windowMs: config.recordIntervalMs },
      clock,
      onDue: (due) => this.#onDue(due),
      onOverAllowance: (deviceId, { kind, notBeforeMs }) =>
        logger.warn(
          { deviceId, kind, notBefore: timestampOf(notBeforeMs) },
          'a device brings about more records than it may in an hour: those beyond are made later',
        ),
      onStoreError: (err) => logger.error({ err }, 'the processing cannot be written; it is tried again'),
      onFatal,
    });
  }

  /** Opens the keys and the store, processes what an earlier run left, and starts the broker and the outbox. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { config } = options;
    prepareDataDir(config.dataDir);
    const gateway = new Gateway(options, await openKeys(config));
    await gateway.#start();
    return gateway;
  }

  get mqttUrl(): string {
    return this.#options.config.mqtt.publicUrl ?? this.#source?.url ?? '';
  }

  /** The broker in this process, unless devices use another. */
  get broker(): EmbeddedBroker | undefined {
    return this.#source instanceof EmbeddedBroker ? this.#source : undefined;
  }

  get reconciliation() {
    return this.#reconciler?.report ?? { comparedMs: null, differences: [] };
  }

  /** Signs for this organisation what its peer has seen. */
  get attestor() {
    const { networkId, ledger } = this.#options.config;
    return { networkId, mspId: ledger.mspId, signer: this.#keys.signer(ATTESTOR_KEY) };
  }

  /** Whether a patient is registered on a channel, as far as this gateway has heard. */
  isRegistered(patientNo: number, channel: ChannelName): boolean {
    return this.#registered[channel].has(patientNo);
  }

  /** Makes a patient and sends the registration on its way. */
  async enrol(passphrase: string): Promise<Patient> {
    const patient = await this.core.patients.create({ passphrase });
    await this.consent.register(patient);
    return patient;
  }

  /** Closes a patient's windows, seals, anchors, and waits until everything has arrived or the time is over. */
  async flush({ patientId, patientNo }: Patient, timeoutMs: number): Promise<FlushOutcome> {
    this.processor.flush(patientNo);
    await this.core.sealNow(patientId);
    const { height } = this.core.head(patientId);
    this.anchoring.request(patientNo);
    const isDone = (): boolean => {
      const left = this.#left(patientNo);
      const work = left.due + left.open + left.consent + left.rewraps;
      return work === 0 && (left.anchoredHeight ?? -1) >= height;
    };
    const isDrained = await this.progress.until(patientNo, isDone, timeoutMs);
    return { isDrained, ...this.#left(patientNo) };
  }

  /** What waits and runs, worker by worker. */
  get workers() {
    return [
      ...LANES.map((lane) => this.#making[lane].health),
      ...this.outbox.health,
      ...this.consentOutbox.health,
      this.anchoring.health,
      ...this.noticeSender.health,
      this.rewrapper.health,
    ];
  }

  /** Takes nothing more in, lets what is under way end, and closes. What is left goes on at the next start. */
  async close(): Promise<void> {
    await this.#source?.close();
    await this.core.pipeline.stop();
    this.processor.close();
    await Promise.all([
      this.#watcher?.stop(),
      this.#reconciler?.stop(),
      this.rewrapper.stop(),
      ...LANES.map((lane) => this.#making[lane].stop()),
    ]);
    // What waits for an answer of the ledger ends with its connection and goes on at the next start.
    this.ledger.closeConnections();
    await Promise.all([
      this.outbox.stop(),
      this.anchoring.stop(),
      this.noticeSender.stop(),
      this.consentOutbox.stop(),
    ]);
    this.ledger.close();
    await this.core.close();
    await this.#keys.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    const { core } = this;
    // Patients whose registration a crash kept from being queued.
    for (const patient of core.patients.list()) await this.consent.register(patient);
    for (const due of this.processing.allDue()) this.#making[due.lane].add(due.patientNo, due.dueNo);
    await this.processor.start();
    this.#source = await this.#startSource();
    void this.#startOutbox();
  }

  async #startSource(): Promise<FrameSource> {
    const { config, logger } = this.#options;
    const { devices, pipeline } = this.core;
    const { external, host, port, tls } = config.mqtt;
    if (external) {
      const { url, username, password, certificates } = external;
      return ExternalBroker.start({
        ...{ devices, pipeline, url, credentials: { username, password } },
        ...{ gatewayId: config.gatewayId, logger },
        ...(certificates && {
          certificates: {
            authority: readAuthority(
              readFileSync(certificates.authorityCertFile, 'utf8'),
              readFileSync(certificates.authorityKeyFile, 'utf8'),
            ),
            folder: certificates.revocationsDir,
          },
        }),
      });
    }
    return EmbeddedBroker.start({
      devices,
      pipeline,
      host,
      port,
      logger,
      ...(tls && {
        tls: { cert: readFileSync(tls.certFile, 'utf8'), key: readFileSync(tls.keyFile, 'utf8') },
      }),
    });
  }

  /** Interrupted transactions first, then their rows; ingest does not wait for any of it. */
  async #startOutbox(): Promise<void> {
    const { config, logger } = this.#options;
    const { core } = this;
    void this.ledger.resume();
    this.consentOutbox.start();
    this.outbox.start();
    this.noticeSender.start();
    this.anchoring.start();
    this.rewrapper.start();
    const parts = { ...this.#parts(), clock: this.#clock, logger };
    this.#reconciler = new Reconciler({
      ...parts,
      patients: () => core.patients.list(),
      outbox: this.consentOutbox,
      channel: (name) => this.ledger.channel(name),
      onAdopting: (patientNo) => this.rewraps.request(patientNo),
      onAdopted: (patientNo) => this.rewrapper.add(patientNo),
      intervalMs: config.reconcileIntervalMs,
    });
    this.#watcher = startWatcher({
      ...parts,
      patients: core.patients,
      authorities: () => this.ledger.channel('authorities'),
      onSubscription: (patientNo) => this.progress.notify(patientNo),
    });
  }

  #parts() {
    const { core, processing, versions, notices, rewraps, unmade, steps, grants, subscriptions } = this;
    const { anchors, directory, providers, verifier } = this;
    const stores = {
      ...{ processing, versions, notices, rewraps, unmade, steps, grants, subscriptions, anchors },
    };
    return { core, store: core.store, ...stores, directory, providers, verifier };
  }

  #maker(lane: Lane, maker: RecordMaker): DurableWork<number> {
    return new DurableWork<number>({
      name: `make-${lane}`,
      concurrency: MAKING_CONCURRENCY,
      backoff: lane === 'emergency' ? EMERGENCY_BACKOFF : PERIODIC_BACKOFF,
      logger: this.#options.logger,
      run: (dueNo) => this.#make(dueNo, maker),
    });
  }

  async #make(dueNo: number, maker: RecordMaker): Promise<void> {
    const due = this.processing.due(dueNo);
    // One that is put off is handed out when its time has come.
    if (due === undefined || due.notBeforeMs > this.#clock()) return;
    const making = await maker.make(due);
    if (making.outcome === 'made') {
      for (const noticeNo of making.noticeNos) this.noticeSender.add(noticeNo);
      this.outbox.add({ ...making.version, stage: 'made' });
    } else if (making.outcome === 'nothing') {
      // Something happened while it was looked at.
      const again = this.processing.due(dueNo);
      if (again !== undefined) this.#making[again.lane].add(again.patientNo, dueNo);
    }
    this.progress.notify(due.patientNo);
  }

  #onDue(due: readonly DueRecord[]): void {
    for (const { lane, patientNo, dueNo } of due) this.#making[lane].add(patientNo, dueNo);
  }

  /** Within a transaction. It is made once the version that is on its way has arrived. */
  #makeAgain({ patientNo, kind, place, lane, arrivedMs }: RecordVersion): void {
    // Clinical records are written by authorities.
    if (kind === 'clinical') return;
    const putOffMs = this.processing.dueAt(patientNo, kind, place)?.notBeforeMs ?? 0;
    this.processing.putDue({ patientNo, kind, place, lane, arrivedMs }, this.#clock(), putOffMs);
  }

  #onMoved(version: RecordVersion): void {
    const { patientNo, kind, place, stage } = version;
    if (stage !== 'made') this.rewrapper.add(patientNo);
    if (stage === 'announced' || stage === 'refused') {
      const due = this.processing.dueAt(patientNo, kind, place);
      if (due !== undefined) this.#onDue([due]);
    }
    this.progress.notify(patientNo);
  }

  /** Within the transaction that settles a step. */
  #onConsentSettling({ kind, job, patientNo, channel }: ConsentStep, isDone: boolean): void {
    // Providers hold wraps against the grants that they have on `cloud`.
    if (isDone && channel === 'cloud' && (kind === 'grant' || kind === 'revoke'))
      this.rewraps.request(patientNo);
    if (kind !== 'grant') return;
    if (!isDone) {
      this.grants.setStatus(patientNo, job, 'pending', 'refused');
      return;
    }
    const grant = this.grants.get(patientNo, job);
    if (channel !== 'authorities' || grant?.status !== 'pending') return;
    this.grants.setStatus(patientNo, job, 'pending', 'active');
    const { subscriptionId, authorityId } = grant.body;
    if (subscriptionId !== undefined)
      this.subscriptions.put(patientNo, { subscriptionId, authorityId, status: 'approved' });
  }

  #onConsentSettled({ kind, channel, patientNo }: ConsentStep, isDone: boolean): void {
    if (kind === 'register' && isDone && !this.#registered[channel].has(patientNo)) {
      this.#registered[channel].add(patientNo);
      this.outbox.registered(patientNo, channel);
      if (channel === 'authorities') this.anchoring.registered(patientNo);
    }
    this.rewrapper.add(patientNo);
    this.progress.notify(patientNo);
  }

  #left(patientNo: number): Omit<FlushOutcome, 'isDrained'> {
    return {
      due: this.processing.dueCount(patientNo),
      open: this.versions.openCount(patientNo),
      consent: this.steps.openCount(patientNo),
      rewraps: this.rewraps.count(patientNo),
      anchoredHeight: this.anchors.get(patientNo).anchored?.height ?? null,
    };
  }
}

function anchoredChain({ patientNo, patientId, chain }: Patient): AnchoredChain {
  return { patientNo, patientId, signer: chain.signer, durableHead: chain.durableHead };
}
