import { randomId128 } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import type { StatementBody } from '@careledger/contracts';
import { decide, type Request } from '@careledger/policy';
import type { GatewayCoreOptions } from '../src/core.js';
import { GrantStore, Rekeyings, StepStore, SubscriptionStore } from '../src/consent/index.js';
import { AcknowledgementFetcher } from '../src/escalation/acknowledgement-fetcher.js';
import { AlarmWatch } from '../src/escalation/alarm-watch.js';
import { AlarmStore } from '../src/alarms/alarm-store.js';
import { TechnicalAlarmStore } from '../src/alarms/technical-alarm-store.js';
import { AuthorityClients } from '../src/delivery/authority-clients.js';
import { NoticeStatements } from '../src/delivery/notice-statements.js';
import { NoticeSender } from '../src/delivery/notice-sender.js';
import { NoticeStore } from '../src/delivery/notice-store.js';
import { OwnVersionStore } from '../src/delivery/own-version-store.js';
import { RewrapStore } from '../src/delivery/rewrap-store.js';
import { Rewrapper } from '../src/delivery/rewrapper.js';
import { Storing } from '../src/delivery/storing.js';
import type { LedgerReader } from '../src/ledger-access/ledger-link.js';
import { openProviders } from '../src/ledger-access/providers.js';
import { GATEWAY_MIGRATIONS } from '../src/migrations.js';
import type { Patient } from '../src/patients/index.js';
import { PatientProgress } from '../src/patients/progress.js';
import { ProcessingStore, type Processor } from '../src/processing/index.js';
import { DetailDue } from '../src/records/detail-due.js';
import { RecordMaker, type MakingOutcome } from '../src/records/maker.js';
import { openOwnRecord } from '../src/records/own-record.js';
import type { OwnVersion } from '../src/records/own-version.js';
import { UnmadeStore } from '../src/records/unmade-store.js';
import { SettingsHistories, SettingsService, SettingsStore } from '../src/settings/index.js';
import { GATEWAY_ID } from './open-core.js';
import { glucose, type SimulatedDevice } from './simulated-device.js';
import { StandInAuthority } from './stand-in-authority.js';
import { StandInProvider } from './stand-in-provider.js';
import { TestCore } from './test-core.js';
import { testProcessor } from './test-processor.js';
import { until } from './until.js';

/** Limits of the tests. */
export const ACKNOWLEDGE_WITHIN_MS = 300_000;
export const DELIVER_WITHIN_MS = 60_000;
const NETWORK = 'devnet';
export const HOUR_MS = 60 * 60_000;
/** A critical value, milligrams a decilitre. */
const VERY_LOW = 49;

type Made = Extract<MakingOutcome, { outcome: 'made' }>;

/**
 * Records on a real core and a real store: made, stored, wrapped again and told of, with a provider and authorities that
 * stand in for the real ones.
 */
export class RecordsFixture implements AsyncDisposable {
  readonly hospital = new StandInAuthority('aut_hospital', NETWORK);
  readonly insurer = new StandInAuthority('aut_insurer', NETWORK);
  readonly provider = new StandInProvider('prv_cloud-a', new Map());
  readonly verifier = sodiumVerifier();
  /** What was logged, with the message. */
  readonly logged: string[] = [];
  processing!: ProcessingStore;
  processor!: Processor;
  versions!: OwnVersionStore;
  notices!: NoticeStore;
  rewraps!: RewrapStore;
  unmade!: UnmadeStore;
  grants!: GrantStore;
  subscriptions!: SubscriptionStore;
  maker!: RecordMaker;
  detailDue!: DetailDue;
  settingsStore!: SettingsStore;
  settingsService!: SettingsService;
  /** Practitioners that the ledger has as active. */
  readonly practitioners = new Set<string>();
  rewrapper!: Rewrapper;
  /** Whether the wraps of what authorities wrote are those that the grants give. */
  areReceivedSettled = true;
  sender!: NoticeSender;
  alarms!: AlarmStore;
  technicalAlarms!: TechnicalAlarmStore;
  watch!: AlarmWatch;
  acknowledgements!: AcknowledgementFetcher;
  #storing!: Storing;

  readonly #settings: CoreSettings;

  private constructor(
    readonly testCore: TestCore,
    settings: CoreSettings,
  ) {
    this.#settings = settings;
  }

  /** On a new store, or on the files of a folder. */
  static async open(folder?: string): Promise<RecordsFixture> {
    const settings = new CoreSettings();
    const options = settings.options;
    const testCore = folder === undefined ? await TestCore.open(options) : await TestCore.on(folder, options);
    const fixture = new RecordsFixture(testCore, settings);
    for (const part of [fixture.hospital, fixture.insurer, fixture.provider]) await part.start();
    await fixture.#build();
    return fixture;
  }

  /** As after a kill -9. @param meanwhile changes the files */
  async restart(meanwhile?: () => Promise<void>): Promise<void> {
    await this.#stop();
    await this.testCore.reopen(this.#settings.options, meanwhile);
    await this.#build();
  }

  get core() {
    return this.testCore.core;
  }

  async patient(): Promise<{ readonly patient: Patient; readonly device: SimulatedDevice }> {
    const patient = await this.testCore.patient();
    return { patient, device: this.testCore.pair(patient) };
  }

  /** A grant that the ledgers have. Returns its id. */
  grant(
    { patientNo }: Patient,
    { authorityId }: Pick<StandInAuthority, 'authorityId'>,
    terms: Partial<StatementBody<'grant'>> = {},
  ): string {
    const grantId = randomId128();
    const { grants } = this;
    this.core.store.deferred(() => {
      const body: StatementBody<'grant'> = {
        ...{ policySeq: grants.takeSeq(patientNo), authorityId, granteeTags: [], scopeTags: [] },
        ...{ permissions: ['read'], purposes: ['TREAT'], delegable: false },
        from: '2026-01-01T00:00:00.000Z',
        ...terms,
      };
      grants.insert({ ...{ grantId, patientNo, body, meaning: null }, status: 'active', madeMs: 1 });
      this.rewraps.request(patientNo);
    });
    return grantId;
  }

  /** A revocation that the ledgers have: of one grant, or of all. */
  revoke({ patientNo }: Patient, grantId?: string): void {
    this.core.store.deferred(() => {
      if (grantId === undefined)
        this.grants.revokeThrough(patientNo, this.grants.place(patientNo, Number.MAX_SAFE_INTEGER), 1);
      else this.grants.revoke(patientNo, grantId, 1);
      this.rewraps.request(patientNo);
    });
  }

  /** Makes what is due, and returns what was made. */
  async make(): Promise<Made[]> {
    const made: Made[] = [];
    for (const due of this.processing.allDue()) {
      const making = await this.maker.make(due);
      if (making.outcome === 'made') made.push(making);
    }
    return made;
  }

  /** The record of one glucose reading in a window that has passed. */
  async periodic(patient: Patient, device: SimulatedDevice): Promise<OwnVersion> {
    const { nowMs } = this.testCore;
    await this.testCore.send(device, device.frame(nowMs, [glucose(nowMs - 5 * HOUR_MS, 100)]));
    this.processor.flush(patient.patientNo);
    return one(await this.make()).version;
  }

  /** The record of a reading that is critical. */
  async emergency(device: SimulatedDevice): Promise<Made> {
    const { nowMs } = this.testCore;
    await this.testCore.send(device, device.frame(nowMs, [glucose(nowMs, VERY_LOW)]));
    return one(await this.make());
  }

  /** Takes a version to the provider. Returns its id and version. */
  async store({ versionNo, recordId, version }: OwnVersion): Promise<string> {
    await this.#storing.run(versionNo, new AbortController().signal);
    return `${recordId} ${version}`;
  }

  /** Brings a patient's wraps up to date and resolves when nothing is left of it. */
  async rewrapped({ patientNo }: Patient): Promise<void> {
    this.rewrapper.add(patientNo);
    await this.until(() => this.rewraps.count(patientNo) === 0);
  }

  open(patient: Patient, { versionNo }: Pick<OwnVersion, 'versionNo'>): Promise<unknown> {
    return openOwnRecord({ ...this, core: this.core }, patient, this.version(versionNo));
  }

  version(versionNo: number): OwnVersion {
    const version = this.versions.get(versionNo);
    if (version === undefined) throw new Error(`There is no version ${versionNo}`);
    return version;
  }

  until(holds: () => boolean): Promise<void> {
    return until(holds, () => this.logged.join('; '));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    for (const part of [this.hospital, this.insurer, this.provider]) await part[Symbol.asyncDispose]();
    await this.testCore[Symbol.asyncDispose]();
  }

  async #stop(): Promise<void> {
    await Promise.all([
      this.rewrapper.stop(),
      this.sender.stop(),
      this.acknowledgements.stop(),
      this.watch.stop(),
    ]);
    this.processor.close();
  }

  async #build(): Promise<void> {
    const { core, verifier, provider } = this;
    const { store } = core;
    const { database } = store;
    const clock = (): number => this.testCore.nowMs;
    this.processing = new ProcessingStore(database);
    this.versions = new OwnVersionStore(database);
    this.notices = new NoticeStore(database);
    this.alarms = new AlarmStore(database);
    this.technicalAlarms = new TechnicalAlarmStore(database);
    this.rewraps = new RewrapStore(database);
    this.unmade = new UnmadeStore(database);
    this.grants = new GrantStore(database);
    this.subscriptions = new SubscriptionStore(database);
    const log = (_about: unknown, message = ''): void => void this.logged.push(message);
    this.settingsStore = new SettingsStore(database);
    const settings = new SettingsHistories(this.settingsStore);
    this.#settings.histories = settings;
    const { settingsStore } = this;
    const { technicalAlarms } = this;
    const { processing, versions, notices, alarms, rewraps, unmade, grants, subscriptions } = this;
    const ledger: LedgerReader = {
      channel: () => ({ evaluate: () => Promise.reject(new Error('nobody asks the ledger here')) }),
    };
    const parts = {
      ...{
        core,
        store,
        patients: core.patients,
        progress: new PatientProgress(),
        processing,
        versions,
        notices,
        alarms,
        technicalAlarms,
        ...{ acknowledgeWithinMs: ACKNOWLEDGE_WITHIN_MS, deliverWithinMs: DELIVER_WITHIN_MS },
        rewraps,
        unmade,
        grants,
        subscriptions,
        settings,
        settingsStore,
        rekeyings: new Rekeyings({ steps: new StepStore(database), patients: core.patients, ledger }),
      },
      ...{ verifier, clock, networkId: NETWORK, gatewayId: GATEWAY_ID },
      providers: openProviders([{ ...{ providerId: provider.providerId, url: provider.url }, token: 't' }]),
      directory: {
        authority: async (id: string) =>
          one([this.hospital, this.insurer].filter(({ authorityId }) => authorityId === id)).state,
        providerKeys: async () => [provider.signer.publicKey],
        forget: () => undefined,
      },
      logger: { info: () => undefined, warn: log, error: log },
    };
    this.detailDue = new DetailDue({ ...parts, windows: versions, detailMaking: 'granted' });
    this.maker = new RecordMaker({ ...parts, detailDue: this.detailDue });
    this.rewrapper = new Rewrapper({
      ...parts,
      receivedWraps: {
        settle: async () => this.areReceivedSettled,
        differences: async function* () {
          // It has received none.
          yield* [];
        },
      },
    });
    const authorities = new AuthorityClients(new Map());
    const statements = new NoticeStatements(parts);
    this.sender = new NoticeSender({ ...parts, authorities, statements });
    this.acknowledgements = new AcknowledgementFetcher({ ...parts, authorities });
    const { sender: noticeSender, acknowledgements } = this;
    this.watch = new AlarmWatch({ ...parts, acknowledgements, noticeSender });
    this.#storing = new Storing({
      ...parts,
      ledger,
      remaking: { makeAgain: () => undefined },
    });
    this.processor = testProcessor({ core, clock, settings });
    this.settingsService = new SettingsService({
      ...{ ...parts, processor: this.processor },
      ledger: {
        channel: () => ({
          evaluate: (async (_contract: unknown, name: string, args: unknown) =>
            this.#ledgerAnswer(name, args)) as never,
        }),
      },
    });
    await this.processor.start();
  }

  /** What the ledger says of the hospital, and what it decides by the grants that are here. */
  #ledgerAnswer(name: string, args: unknown): unknown {
    if (name === 'GetAuthority') return this.hospital.state;
    const { requests } = args as { requests: (Request & { readonly practitionerId: string })[] };
    const decisions = requests.map((request) => {
      if (!this.practitioners.has(request.practitionerId))
        return { decision: 'deny', reason: 'PRACTITIONER_UNKNOWN', policyVersion: 1 };
      const { patientNo } = this.core.patients.get(request.patientId);
      const grants = this.grants
        .active(patientNo)
        .map(({ grantId, body }) => ({ ...body, grantId, patientId: request.patientId }));
      return decide(request, { version: 1, revokedThroughSeq: 0 }, grants, this.testCore.nowMs);
    });
    return { decisions };
  }
}

/** A core is there before its settings are: it asks for them when it has a frame. */
class CoreSettings {
  histories!: SettingsHistories;
  readonly options: Pick<GatewayCoreOptions, 'migrations' | 'configAt'> = {
    migrations: GATEWAY_MIGRATIONS,
    configAt: (patientNo) => this.histories.configAt(patientNo),
  };
}

function one<T>(list: readonly T[]): T {
  const [only, ...more] = list;
  if (only === undefined || more.length > 0) throw new Error(`There are ${list.length} of them, not one`);
  return only;
}
