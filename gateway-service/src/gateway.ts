import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ClinicalOverrides } from '@careledger/clinical';
import type { KeyStore } from '@careledger/crypto/key-store';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { IdempotencyKeys, JobStore, prepareDataDir, type Logger, type Worker } from '@careledger/service-kit';
import { AcknowledgementFetcher } from './escalation/acknowledgement-fetcher.js';
import { AlarmWatch } from './escalation/alarm-watch.js';
import { AlarmStore } from './alarms/alarm-store.js';
import { MuteStore } from './alarms/mute-store.js';
import { TechnicalAlarmStore } from './alarms/technical-alarm-store.js';
import { EmbeddedBroker, openFrameSource, type FrameSource } from './broker/index.js';
import type { GatewayConfig } from './config.js';
import {
  AdoptedDelegations,
  AdoptedRules,
  ConsentOutbox,
  ConsentService,
  ConsentSettler,
  DelegateTokens,
  DelegationStore,
  Delegates,
  Delegations,
  EarlierDecisions,
  EncryptionKeys,
  GatewayKeys,
  GrantStore,
  HeardPolicies,
  HeardRecoveries,
  HeldUp,
  Reconciler,
  RecordsKeyCheck,
  Recoveries,
  RecoveryStore,
  PolicyNewsStore,
  Registrations,
  Rekeyings,
  Rotations,
  StatementIntake,
  StandingPolicies,
  StandingPolicyStore,
  StepStore,
  SubscriptionStore,
  type ConsentStep,
} from './consent/index.js';
import { GatewayCore } from './core.js';
import { GatewayClock } from './device-clock/index.js';
import { AnchorStore } from './delivery/anchor-store.js';
import { Anchoring } from './delivery/anchoring.js';
import { Announcing } from './delivery/announcing.js';
import { AuthorityClients } from './delivery/authority-clients.js';
import { Flushing } from './delivery/flushing.js';
import { NoticeSender } from './delivery/notice-sender.js';
import { NoticeStatements } from './delivery/notice-statements.js';
import { NoticeStore } from './delivery/notice-store.js';
import { OwnVersionStore } from './delivery/own-version-store.js';
import { DeliveryPipeline } from './delivery/pipeline.js';
import { Remaking } from './delivery/remaking.js';
import { RewrapStore } from './delivery/rewrap-store.js';
import { FormerKeys } from './former-keys/former-keys.js';
import { Rewrapper } from './delivery/rewrapper.js';
import { Storing } from './delivery/storing.js';
import { Workers } from './delivery/workers.js';
import { ATTESTOR_KEY, openKeys } from './keys.js';
import { startClockProof } from './ledger-access/clock-proof.js';
import { LedgerLink } from './ledger-access/ledger-link.js';
import { OrganisationDirectory } from './ledger-access/organisation-directory.js';
import { openProviders, type Providers } from './ledger-access/providers.js';
import { startWatchers, type WatcherOptions } from './ledger-access/watcher.js';
import { STORE_FILE, GATEWAY_MIGRATIONS } from './migrations.js';
import { ConsentKeys } from './patients/consent-keys.js';
import { PassphraseChanges } from './patients/passphrase-changes.js';
import { ResealedStore } from './patients/resealed-store.js';
import { PatientTokens } from './patients/patient-tokens.js';
import { PatientProgress } from './patients/progress.js';
import { Allowances, DevicePauses, GatewayLife, ProcessingStore, Processor } from './processing/index.js';
import { Confirmer } from './received/confirmer.js';
import { startHearing, type HearingOptions } from './received/hearing.js';
import { ReceivedOpener } from './received/opener.js';
import { ReceivedWraps } from './received/received-wraps.js';
import { ReceivedStore } from './received/received-store.js';
import {
  AttestationsComparison,
  ConfirmationsComparison,
  CopyEndsComparison,
  DeletionsComparison,
  GrantsComparison,
  Reconciliation,
  RecordsComparison,
  VisitsComparison,
  WrapsComparison,
} from './reconcile/index.js';
import { AlarmReaders } from './records/alarm-readers.js';
import { DetailDue } from './records/detail-due.js';
import { RecordMaker } from './records/maker.js';
import { UnmadeStore } from './records/unmade-store.js';
import { SettingsHistories, SettingsService, SettingsStore } from './settings/index.js';
import { SOFTWARE } from './software.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  /** The process has to end and start again; see `GatewayCore`. */
  readonly onFatal: (error: Error) => void;
  readonly clock?: () => number;
}

/**
 * A whole gateway, put together, started and stopped: layer 1's core with its broker, the processing behind it, and the
 * delivery of what came of it to providers and ledgers. Nothing here waits for the network but the delivery: ingest goes
 * on without it.
 */
export class Gateway implements AsyncDisposable {
  readonly core: GatewayCore;
  /** What every part of it takes for the time; milliseconds. */
  readonly clock: () => number;
  /** Whether this gateway's own clock is to be trusted. */
  readonly gatewayClock: GatewayClock;
  readonly ledger: LedgerLink;
  readonly verifier = sodiumVerifier();
  readonly processing: ProcessingStore;
  readonly allowances: Allowances;
  /** When this gateway was there to hear devices. */
  readonly life: GatewayLife;
  readonly pauses: DevicePauses;
  readonly processor: Processor;
  readonly versions: OwnVersionStore;
  readonly notices: NoticeStore;
  /** What became of alarms: their calls and who acknowledged them. */
  readonly alarms: AlarmStore;
  readonly technicalAlarms: TechnicalAlarmStore;
  readonly mutes: MuteStore;
  readonly rewraps: RewrapStore;
  readonly unmade: UnmadeStore;
  readonly received: ReceivedStore;
  readonly opener: ReceivedOpener;
  readonly steps: StepStore;
  readonly grants: GrantStore;
  readonly delegations: DelegationStore;
  readonly anchors: AnchorStore;
  readonly registrations: Registrations;
  readonly tokens: PatientTokens;
  readonly delegateTokens: DelegateTokens;
  readonly passphraseChanges: PassphraseChanges;
  /** What ledgers keep sealed to keys that patients have no more. */
  readonly resealed: ResealedStore;
  /** Requests that their callers may repeat. */
  readonly requests: IdempotencyKeys;
  /** Work that its callers ask after. */
  readonly jobStore: JobStore;
  readonly progress = new PatientProgress();
  readonly providers: Providers;
  readonly consent: ConsentService;
  readonly standingPolicies: StandingPolicies;
  readonly appointing: Delegations;
  readonly rotations: Rotations;
  readonly gatewayKeys: GatewayKeys;
  readonly recoveries: RecoveryStore;
  readonly recovering: Recoveries;
  readonly encryptionKeys: EncryptionKeys;
  readonly settingsStore: SettingsStore;
  readonly settingsService: SettingsService;
  /** What judges readings where a patient’s settings say nothing. */
  readonly overrides: ClinicalOverrides;
  readonly reconciler: Reconciler;
  readonly reconciliation: Reconciliation;
  readonly flushing: Flushing;
  readonly workers: Workers;
  /** Signs for this organisation what its peer has seen. */
  readonly attestor;
  readonly #config: GatewayConfig;
  readonly #logger: Logger;
  readonly #keys: KeyStore;
  readonly #settings: SettingsHistories;
  readonly #pipeline: DeliveryPipeline;
  readonly #noticeSender: NoticeSender;
  readonly #acknowledgements: AcknowledgementFetcher;
  readonly #alarmWatch: AlarmWatch;
  readonly #anchoring: Anchoring;
  readonly #rewrapper: Rewrapper;
  readonly #formerKeys: FormerKeys;
  readonly #confirmer: Confirmer;
  readonly #hearing: HearingOptions;
  #hearers: readonly Worker[] = [];
  readonly #heardPolicies: HeardPolicies;
  readonly #consentOutbox: ConsentOutbox;
  readonly #watched: WatcherOptions;
  #clockProof: Worker | undefined;
  #source: FrameSource | undefined;

  private constructor({ config, logger, onFatal, clock = Date.now }: GatewayOptions, keys: KeyStore) {
    const { dataDir, gatewayId, networkId } = config;
    const { verifier } = this;
    this.#config = config;
    this.clock = clock;
    this.#logger = logger;
    this.#keys = keys;
    this.attestor = { networkId, mspId: config.ledger.mspId, signer: keys.signer(ATTESTOR_KEY) };
    this.gatewayClock = new GatewayClock({ clock, logger });
    const { gatewayClock } = this;
    this.core = new GatewayCore({
      storePath: join(dataDir, STORE_FILE),
      migrations: GATEWAY_MIGRATIONS,
      keyStore: keys,
      consentKeys:
        config.consentKeys === 'gateway'
          ? {
              folder: join(dataDir, 'consent-keys'),
              ...(config.scryptLogN !== undefined && { scryptLogN: config.scryptLogN }),
            }
          : undefined,
      ...{ verifier, gatewayId, network: networkId, software: SOFTWARE },
      ...{ difficulty: config.difficulty, clock, onFatal },
      verifyThread:
        config.verifyThread && availableParallelism() > 1
          ? {
              onLost: (err) =>
                logger.warn({ err }, 'the thread that verifies frames was lost; frames are not'),
            }
          : undefined,
      isClockProved: () => gatewayClock.isProved,
      configAt: (patientNo) => this.#settings.configAt(patientNo),
    });
    const { core } = this;
    const { store, patients, chain } = core;
    const { database } = store;
    const base = { core, store, patients, chain, verifier, networkId, gatewayId, clock, logger };

    this.ledger = new LedgerLink({ config: config.ledger, enroller: config.enroller, dataDir, logger });
    const { ledger } = this;
    const directory = new OrganisationDirectory(database, ledger, clock);
    this.providers = openProviders(config.providers, clock, (dateMs) => gatewayClock.seen(dateMs));
    const { providers } = this;
    const { progress } = this;
    const outside = { ledger, directory, providers, progress };

    this.processing = new ProcessingStore(database);
    this.allowances = new Allowances(database, config.recordsPerDeviceHour);
    this.life = new GatewayLife(database);
    this.pauses = new DevicePauses(database);
    this.versions = new OwnVersionStore(database);
    this.notices = new NoticeStore(database);
    this.alarms = new AlarmStore(database);
    this.technicalAlarms = new TechnicalAlarmStore(database);
    this.mutes = new MuteStore(database);
    this.rewraps = new RewrapStore(database);
    this.unmade = new UnmadeStore(database);
    this.received = new ReceivedStore(database);
    this.steps = new StepStore(database);
    this.grants = new GrantStore(database);
    this.recoveries = new RecoveryStore(database);
    this.delegations = new DelegationStore(database);
    const { delegations } = this;
    const delegates = new Delegates({ delegations, clock });
    const subscriptions = new SubscriptionStore(database);
    this.anchors = new AnchorStore(database);
    this.tokens = new PatientTokens(database, patients);
    this.delegateTokens = new DelegateTokens({ database, patients, delegations, clock });
    this.passphraseChanges = new PassphraseChanges(database);
    this.resealed = new ResealedStore(database);
    this.requests = new IdempotencyKeys({ database, clock });
    this.jobStore = new JobStore({ database, requests: this.requests, clock });
    this.registrations = new Registrations(this.steps);
    this.settingsStore = new SettingsStore(database);
    this.overrides = { windowMs: config.recordIntervalMs, silence: config.silence };
    this.#settings = new SettingsHistories(this.settingsStore, this.overrides);
    const settings = this.#settings;
    const { processing, allowances, versions, notices, alarms, rewraps, unmade, steps, grants, received } =
      this;
    const { anchors, registrations, settingsStore, overrides } = this;
    const stores = {
      ...{ processing, allowances, versions, notices, alarms, rewraps, unmade, steps, grants, received },
      ...{ subscriptions, anchors, registrations, settings, settingsStore, delegations, delegates },
    };
    const { acknowledgeWithinMs, deliverWithinMs } = config;
    const detailDue = new DetailDue({
      ...{ grants, processing, windows: versions, detailMaking: config.detail, clock },
    });
    const rekeyings = new Rekeyings({ steps, patients, ledger });
    const limits = { acknowledgeWithinMs, deliverWithinMs };
    const { technicalAlarms } = this;
    const parts = { ...base, ...outside, ...stores, ...limits, technicalAlarms, rekeyings, detailDue };

    // A record's way, from its last stage to its first.
    const tokens = new Map(config.authorities.map(({ authorityId, token }) => [authorityId, token]));
    const authorities = new AuthorityClients(tokens);
    const statements = new NoticeStatements(parts);
    const noticeSender = new NoticeSender({ ...parts, authorities, statements });
    this.#noticeSender = noticeSender;
    const acknowledgements = new AcknowledgementFetcher({ ...parts, authorities });
    this.#acknowledgements = acknowledgements;
    this.#alarmWatch = new AlarmWatch({ ...parts, acknowledgements, noticeSender });
    this.#rewrapper = new Rewrapper({ ...parts, receivedWraps: new ReceivedWraps(parts) });
    this.opener = new ReceivedOpener(parts);
    this.#confirmer = new Confirmer({ ...parts, opener: this.opener, rewrapper: this.#rewrapper });
    this.#hearing = parts;
    const resealing = { rewrapper: this.#rewrapper, resealed: this.resealed };
    this.#formerKeys = new FormerKeys({ ...parts, ...resealing, gatewayClock });
    this.#pipeline = new DeliveryPipeline({
      ...parts,
      maker: new RecordMaker(parts),
      storing: new Storing({ ...parts, remaking: new Remaking(parts) }),
      announcing: new Announcing(parts),
      noticeSender: this.#noticeSender,
      rewrapper: this.#rewrapper,
    });
    this.processor = new Processor({
      ...{ core, clock, logger, onFatal, store: processing, alarms, allowances, queue: this.#pipeline },
      ...{ overrides, settings, life: this.life, pauses: this.pauses },
      readers: new AlarmReaders(parts),
    });
    this.settingsService = new SettingsService({ ...parts, processor: this.processor });
    this.#anchoring = new Anchoring({ ...parts, intervalMs: config.anchorIntervalMs });

    const settler = new ConsentSettler({
      ...{ ...parts, rewrapper: this.#rewrapper, making: this.#pipeline },
      awaiters: [this.#pipeline, this.#anchoring],
    });
    // Each needs the other: what is taken in goes out, and a rotation that is out is taken into the chain.
    const outbox = { add: (step: ConsentStep) => this.#consentOutbox.add(step) };
    const intake = new StatementIntake({ ...parts, outbox });
    const consentKeys = new ConsentKeys(database);
    const { requests, recoveries } = this;
    const heardRecoveries = new HeardRecoveries({ ...parts, recoveries });
    this.recovering = new Recoveries({ ...parts, intake, requests });
    this.gatewayKeys = new GatewayKeys({ ...parts, intake, requests, recoveries });
    this.encryptionKeys = new EncryptionKeys({ ...parts, intake, requests });
    const { gatewayKeys, encryptionKeys } = this;
    const heldUp = new HeldUp({ ...parts, recoveries, outbox });
    const recordsKeys = new RecordsKeyCheck({ ...parts, encryptionKeys, rewrapper: this.#rewrapper });
    const rotated = { consentKeys, gatewayKeys, encryptionKeys, heldUp, recordsKeys };
    this.rotations = new Rotations({ ...parts, ...rotated, recoveries, heardRecoveries, intake, requests });
    const { rotations } = this;
    this.#consentOutbox = new ConsentOutbox({ ...parts, settler, rotations });
    const earlier = new EarlierDecisions(parts);
    const consentParts = { ...parts, intake, outbox, earlier, requests };
    this.consent = new ConsentService(consentParts);
    this.standingPolicies = new StandingPolicies({
      ...{ ...consentParts, consent: this.consent },
      policies: new StandingPolicyStore(database),
    });
    this.appointing = new Delegations(consentParts);
    const adoptedDelegations = new AdoptedDelegations(parts);
    const rules = new AdoptedRules({ ...parts, earlier, settler });
    this.#heardPolicies = new HeardPolicies({
      ...{ ...parts, rules, delegations: adoptedDelegations },
      news: new PolicyNewsStore(database),
    });
    const heardPolicies = this.#heardPolicies;
    this.reconciler = new Reconciler({
      ...consentParts,
      ...{ rules, adoptedDelegations, rotations, recordsKeys, heldUp },
      intervalMs: config.reconcileIntervalMs,
    });
    this.#watched = { ...parts, rotations, heardRecoveries, heardPolicies };
    const work = { pipeline: this.#pipeline, confirmer: this.#confirmer, rewrapper: this.#rewrapper };
    const compared = { ...parts, ...work, reconciler: this.reconciler };
    this.reconciliation = new Reconciliation({
      ...parts,
      comparisons: [
        new GrantsComparison(compared),
        new RecordsComparison(compared),
        new ConfirmationsComparison(compared),
        new WrapsComparison(compared),
        new DeletionsComparison(compared),
        new CopyEndsComparison(compared),
        new VisitsComparison(compared),
        new AttestationsComparison(compared),
      ],
    });

    this.flushing = new Flushing({ ...parts, processor: this.processor, anchoring: this.#anchoring });
    this.workers = new Workers([
      this.#pipeline,
      this.#consentOutbox,
      this.#heardPolicies,
      this.#anchoring,
      this.#noticeSender,
      this.#rewrapper,
      this.#confirmer,
    ]);
  }

  /** Opens the keys and the store, processes what an earlier run left, and starts the broker and the delivery. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { config } = options;
    prepareDataDir(config.dataDir);
    const gateway = new Gateway(options, await openKeys(config));
    await gateway.#start();
    return gateway;
  }

  get mqttUrl(): string {
    return this.#config.mqtt.publicUrl ?? this.#source?.url ?? '';
  }

  /** The broker in this process, unless devices use another. */
  get broker(): EmbeddedBroker | undefined {
    return this.#source instanceof EmbeddedBroker ? this.#source : undefined;
  }

  /** Takes nothing more in, lets what is under way end, and closes. What is left goes on at the next start. */
  async close(): Promise<void> {
    await this.#source?.close();
    await this.core.pipeline.stop();
    this.processor.close();
    await Promise.all([
      ...this.#hearers.map((worker) => worker.stop()),
      this.#clockProof?.stop(),
      this.reconciler.stop(),
      this.#rewrapper.stop(),
      this.#pipeline.stopMaking(),
    ]);
    // What waits for an answer of the ledger ends with its connection and goes on at the next start.
    this.ledger.closeConnections();
    await Promise.all([
      this.#pipeline.stop(),
      this.#anchoring.stop(),
      this.#noticeSender.stop(),
      this.#acknowledgements.stop(),
      this.#alarmWatch.stop(),
      this.#consentOutbox.stop(),
      this.#heardPolicies.stop(),
      this.#confirmer.stop(),
      this.#formerKeys.stop(),
    ]);
    this.ledger.close();
    await this.core.close();
    await this.#keys.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    const { core, gatewayClock } = this;
    const { providers } = this.#config;
    this.#clockProof = startClockProof({ gatewayClock, providers, logger: this.#logger });
    // Patients whose registration a crash kept from being queued.
    for (const patient of core.patients.list()) await this.consent.register(patient);
    await this.rotations.resume();
    this.#pipeline.resumeMaking();
    await this.processor.start();
    this.#source = await openFrameSource(this.#config, core, this.#logger);
    this.#startDelivery();
  }

  /** Interrupted transactions first, then their rows; ingest does not wait for any of it. */
  #startDelivery(): void {
    void this.ledger.resume();
    this.#consentOutbox.start();
    this.#heardPolicies.start();
    this.#pipeline.start();
    this.#noticeSender.start();
    this.#acknowledgements.start();
    this.#alarmWatch.start();
    this.#anchoring.start();
    this.#rewrapper.start();
    this.#formerKeys.start();
    this.reconciler.start();
    this.#confirmer.start();
    this.#hearers = [
      ...startHearing(this.#hearing, (patientNo, versionNo) => this.#confirmer.add(patientNo, versionNo)),
      ...startWatchers(this.#watched),
    ];
  }
}
