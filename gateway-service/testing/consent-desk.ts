import { decisionStatement } from '@careledger/consent';
import {
  STATEMENTS,
  type GrantState,
  type PatientState,
  type RecoveryState,
  type StatementBody,
  type StatementName,
} from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import type { ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { IdempotencyKeys } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import {
  ConsentService,
  EarlierDecisions,
  EncryptionKeys,
  GatewayKeys,
  DelegationStore,
  Delegates,
  Delegations,
  GrantStore,
  HeardRecoveries,
  HeldUp,
  RecordsKeyCheck,
  Recoveries,
  RecoveryStore,
  Registrations,
  Rekeyings,
  Rotations,
  StandingPolicies,
  StandingPolicyStore,
  StatementIntake,
  StepStore,
  type ConsentStep,
} from '../src/consent/index.js';
import { TechnicalAlarmStore } from '../src/alarms/technical-alarm-store.js';
import { RewrapStore } from '../src/delivery/rewrap-store.js';
import type { LedgerReader } from '../src/ledger-access/ledger-link.js';
import { GATEWAY_MIGRATIONS } from '../src/migrations.js';
import type { Patient } from '../src/patients/index.js';
import { ConsentKeys } from '../src/patients/consent-keys.js';
import { PatientProgress } from '../src/patients/progress.js';
import { PASSPHRASE } from './open-core.js';
import { StandInAuthority } from './stand-in-authority.js';
import { TestCore } from './test-core.js';

export const UNLOCK = { passphrase: PASSPHRASE, caller: 'a test' };

/** What a patient's app makes of a gateway's offer of a key. */
export const appointing = (
  { patientId }: Patient,
  body: StatementBody<'rotatePatientKey'>,
  by: Signer,
): string =>
  makeStatement(decisionStatement('rotatePatientKey', { patientId, networkId: 'devnet', body }), by);

/** Where patients decide: the service over a real store; what it sends is kept, and the ledgers are the test's. */
export class ConsentDesk implements AsyncDisposable {
  /** What was given to the outbox. */
  sent: ConsentStep[] = [];
  /** What the ledgers answer to `ListGrants`; undefined: they are away. */
  readonly onLedger: Record<ChannelName, Partial<GrantState>[] | undefined> = { authorities: [], cloud: [] };
  readonly grants: GrantStore;
  readonly delegations: DelegationStore;
  readonly steps: StepStore;
  readonly registrations: Registrations;
  readonly progress = new PatientProgress();
  readonly consent: ConsentService;
  readonly rotations: Rotations;
  readonly rekeyings: Rekeyings;
  readonly gatewayKeys: GatewayKeys;
  readonly encryptionKeys: EncryptionKeys;
  readonly recordsKeys: RecordsKeyCheck;
  readonly technicalAlarms: TechnicalAlarmStore;
  /** Patients whose wraps were given to the rewrapper. */
  readonly rewrapping: number[] = [];
  readonly rewraps: RewrapStore;
  readonly appointing: Delegations;
  readonly standingPolicies: StandingPolicies;
  readonly recoveries: RecoveryStore;
  readonly recovering: Recoveries;
  readonly heardRecoveries: HeardRecoveries;
  /** What the ledgers answer to `ListRecoveries`. */
  readonly recoveriesOnLedger: Record<ChannelName, RecoveryState[]> = { authorities: [], cloud: [] };
  /** Until when what they answer now is on its way. */
  recoveriesHeldUp: Promise<void> | undefined;
  /** What the ledgers answer to `GetPatient`. */
  patientOnLedger: Partial<PatientState> = {};
  /** The same where one differs from the other. */
  readonly differingOn: Partial<Record<ChannelName, Partial<PatientState>>> = {};
  readonly requests: IdempotencyKeys;
  /** What was logged as one. */
  readonly errors: string[] = [];
  readonly #authorities = new Map<string, StandInAuthority>();

  private constructor(readonly t: TestCore) {
    const { core } = t;
    const { database } = core.store;
    this.grants = new GrantStore(database);
    this.steps = new StepStore(database);
    this.recoveries = new RecoveryStore(database);
    this.registrations = new Registrations(this.steps);
    this.rewraps = new RewrapStore(database);
    this.technicalAlarms = new TechnicalAlarmStore(database);
    const { grants, steps, registrations, progress } = this;
    const channel = (name: ChannelName) => ({ evaluate: (async () => this.#rows(name)) as never });
    this.requests = new IdempotencyKeys({ database });
    const common = { core, steps, networkId: 'devnet', clock: () => t.nowMs, verifier: sodiumVerifier() };
    this.delegations = new DelegationStore(database);
    const { delegations } = this;
    const delegates = new Delegates({ delegations, clock: common.clock });
    const outbox = { add: (step: ConsentStep) => void this.sent.push(step) };
    const intake = new StatementIntake({ ...common, delegates, outbox });
    const { requests } = this;
    const ledger: LedgerReader = {
      channel: (name) => ({
        evaluate: (async (_contract: unknown, asked: string) => {
          const answer = this.#keys(name, asked);
          await this.recoveriesHeldUp;
          return answer;
        }) as never,
      }),
    };
    this.rekeyings = new Rekeyings({ steps, patients: core.patients, ledger });
    const { rekeyings } = this;
    const { recoveries } = this;
    this.gatewayKeys = new GatewayKeys({ ...common, intake, requests, rekeyings, recoveries });
    this.encryptionKeys = new EncryptionKeys({ ...common, intake, requests, rewraps: this.rewraps });
    const { gatewayKeys, encryptionKeys } = this;
    const logger = {
      warn: () => undefined,
      error: (...said: readonly unknown[]) => void this.errors.push(String(said[1])),
    };
    this.recovering = new Recoveries({ ...common, intake, requests, ledger });
    this.heardRecoveries = new HeardRecoveries({
      ...{ ...common, store: core.store, patients: core.patients, progress },
      ...{ ledger, logger, recoveries },
    });
    this.recordsKeys = new RecordsKeyCheck({
      ...{ ...common, encryptionKeys, technicalAlarms: this.technicalAlarms, progress, ledger, logger },
      rewrapper: { add: (patientNo) => this.rewrapping.push(patientNo) },
    });
    this.rotations = new Rotations({
      ...{ ...common, intake, requests, gatewayKeys, encryptionKeys, consentKeys: new ConsentKeys(database) },
      ...{ ledger, logger, recoveries, delegations },
      heldUp: new HeldUp({ ...common, recoveries, delegations, outbox }),
      recordsKeys: this.recordsKeys,
      heardRecoveries: this.heardRecoveries,
    });
    const earlier = new EarlierDecisions({ steps, grants, ledger: { channel } });
    this.appointing = new Delegations({ ...common, delegations, delegates, grants, intake, earlier });
    this.consent = new ConsentService({
      ...{ ...common, grants, registrations, progress, intake, requests, delegations, delegates, earlier },
      directory: { authority: async (authorityId) => this.authority(authorityId).state },
    });
    this.standingPolicies = new StandingPolicies({
      ...{ ...common, intake, grants, consent: this.consent },
      policies: new StandingPolicyStore(database),
    });
  }

  static async open(): Promise<ConsentDesk> {
    return new ConsentDesk(await TestCore.open({ migrations: GATEWAY_MIGRATIONS }));
  }

  /** With one patient, whose consent key is unlocked. */
  static async ofPatient(): Promise<{ desk: ConsentDesk; t: TestCore; patient: Patient; consent: Signer }> {
    const desk = await ConsentDesk.open();
    const { t } = desk;
    const patient = await t.patient();
    return { desk, t, patient, consent: await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE) };
  }

  /** Over a core that is there. */
  static on(t: TestCore): ConsentDesk {
    return new ConsentDesk(t);
  }

  /** One of those that the ledger knows. */
  authority(authorityId: string): StandInAuthority {
    const known = this.#authorities.get(authorityId) ?? new StandInAuthority(authorityId, 'devnet');
    this.#authorities.set(authorityId, known);
    return known;
  }

  /** What a patient's own app makes. */
  async said<N extends StatementName>(
    { patientId }: Patient,
    name: N,
    body: StatementBody<N>,
    sid = randomId128(),
  ): Promise<string> {
    const signer = await this.t.core.patients.unlockConsent(patientId, PASSPHRASE);
    const channels: ChannelName[] = ['authorities', 'cloud'];
    const { typ } = STATEMENTS[name];
    return makeStatement({ typ, iss: patientId, aud: 'devnet', channels, sid, body: body as object }, signer);
  }

  /** As the ledgers' answers do. */
  everythingIsActive(): void {
    this.t.core.store.database.prepare(`UPDATE grants SET status = 'active'`).run();
  }

  /** The ledgers take everything that is on its way, or refuse it. */
  settle(status: 'done' | 'refused' = 'done'): void {
    this.t.core.store.database
      .prepare(`UPDATE consent_steps SET status = ? WHERE status = 'open'`)
      .run(status);
  }

  /** A channel has taken a step of a job, or refused it, and this gateway has heard of it. */
  async settleStep(
    { patientNo }: Patient,
    { job, channel }: Pick<ConsentStep, 'job' | 'channel'>,
    status: 'done' | 'refused' = 'done',
  ): Promise<void> {
    const step = this.steps.job(patientNo, job).find((each) => each.channel === channel);
    if (step === undefined) throw new Error('There is no such step');
    const outcome = { status, code: 'OK', txId: 'f'.repeat(64), blockNumber: 1 };
    this.t.core.store.deferred(() => this.steps.settle(step.stepNo, outcome, this.t.nowMs));
    await this.rotations.settled(step, status === 'done');
  }

  /** Steps in the store, whatever became of them. */
  get stepCount(): number {
    const row = this.t.core.store.database.prepare('SELECT count(*) AS n FROM consent_steps').get();
    return Number(row?.['n']);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.t[Symbol.asyncDispose]();
  }

  #keys(name: ChannelName, asked: string) {
    return asked === 'ListRecoveries'
      ? { recoveries: this.recoveriesOnLedger[name] }
      : {
          consentKeys: [],
          gatewayKeys: [],
          encryptionKeys: [],
          ...this.patientOnLedger,
          ...this.differingOn[name],
        };
  }

  #rows(name: ChannelName) {
    const rows = this.onLedger[name];
    if (rows === undefined) throw new LedgerError('UNAVAILABLE', `${name} is away`);
    return { rows, bookmark: '' };
  }
}

export const grantBody = (more: Partial<StatementBody<'grant'>> = {}): StatementBody<'grant'> => ({
  policySeq: 1,
  authorityId: 'aut_hospital',
  granteeTags: [],
  permissions: ['read'],
  scopeTags: [],
  purposes: ['TREAT'],
  from: '2026-01-01T00:00:00.000Z',
  delegable: false,
  sealed: 'x',
  ...more,
});
