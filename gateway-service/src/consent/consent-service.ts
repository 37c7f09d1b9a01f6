import { grantBody, meaningOf, sealMeaning, toldOf, type GrantTerms } from '@careledger/consent';
import type { AuthorityState, StatementBody, SubscriptionState } from '@careledger/contracts';
import { hmacSha256, sha256, type Signer } from '@careledger/crypto';
import { ANY, type ChannelName } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import type { IdempotencyKeys, IdempotentRequest } from '@careledger/service-kit';
import { currentKey, isDenial } from '@careledger/policy';
import type { GrantMeaning } from '@careledger/protocol';
import type { GatewayCore } from '../core.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import type { PatientProgress } from '../patients/progress.js';
import { noteSignersSeq, type Delegates, type Signing } from './delegates.js';
import { placeOf, type DelegationStore } from './delegation-store.js';
import type { EarlierDecisions, Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import { genesisOf } from './genesis.js';
import type { GrantStore } from './grant-store.js';
import { ORDER, type StatementIntake, type Submission } from './intake.js';
import type { Registrations } from './registrations.js';
import type { StepStore } from './step-store.js';
import { openConsentKey, type ConsentPassphrase } from './unlock.js';

/** After so long a patient who was not registered yet may be. */
const REGISTRATION_RETRY_S = 5;

/** A decision on its way: done on every channel, refused, or still under way. */
export interface JobOutcome {
  /** Of a grant: the grant's id. */
  readonly statementId: string;
  readonly status: 'done' | 'open';
  readonly channels: { channel: ChannelName; status: string; txId: string | null }[];
  /** It stood before: nothing was sent. */
  readonly already?: true;
}

export interface ConsentServiceOptions {
  readonly core: Pick<GatewayCore, 'store' | 'chain' | 'patients'>;
  readonly steps: StepStore;
  readonly grants: GrantStore;
  readonly delegations: Pick<DelegationStore, 'noteSeq' | 'endThrough'>;
  readonly delegates: Pick<Delegates, 'requireRule' | 'requireActs' | 'requireRevocable'>;
  readonly directory: Pick<OrganisationDirectory, 'authority'>;
  readonly intake: StatementIntake;
  readonly earlier: EarlierDecisions;
  readonly registrations: Pick<Registrations, 'has'>;
  readonly progress: PatientProgress;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  readonly networkId: string;
  readonly clock: () => number;
}

/**
 * Takes the patient's decisions in: signed here with the consent key that the passphrase opens, or ready from the
 * patient's app. On disk when a method resolves; `outcome` waits for the ledgers.
 */
export class ConsentService {
  readonly #options: ConsentServiceOptions;
  readonly #intake: StatementIntake;

  constructor(options: ConsentServiceOptions) {
    this.#options = options;
    this.#intake = options.intake;
  }

  /** The registration in the patient's genesis block, for both channels. */
  async register(patient: Patient): Promise<string> {
    const statement = genesisOf(this.#options.core, patient).registration;
    return this.#intake.submit(patient, { kind: 'register', statement, isUnordered: true }, () => undefined);
  }

  /** Waits until the ledger of the authorities has the patient. @throws ConsentError `REGISTRATION_PENDING` */
  async registered({ patientNo }: Patient, timeoutMs: number): Promise<void> {
    const { progress, registrations } = this.#options;
    const isThere = () => registrations.has(patientNo, 'authorities');
    if (await progress.until(patientNo, isThere, timeoutMs)) return;
    throw new ConsentError('REGISTRATION_PENDING', 'The patient’s registration is still on its way', {
      members: { retryAfterS: REGISTRATION_RETRY_S },
    });
  }

  /** An authority with its key to encrypt to. @throws ConsentError `AUTHORITY_UNKNOWN`; LedgerError */
  async authority(authorityId: string): Promise<AuthorityState & { readonly encryptionKey: Uint8Array }> {
    const state = await onLedger(() => this.#options.directory.authority(authorityId));
    const encryptionKey = currentKey(state.encryptionKeys);
    if (encryptionKey !== undefined) return { ...state, encryptionKey };
    throw new ConsentError('AUTHORITY_UNKNOWN', `${authorityId} has no key to encrypt to`);
  }

  /** @param request one that its caller may repeat: it is one grant, however often it comes */
  async grant(
    patient: Patient,
    terms: GrantTerms,
    unlock: ConsentPassphrase,
    request?: IdempotentRequest,
  ): Promise<string> {
    const { core, grants, networkId, clock } = this.#options;
    const before = this.grantedBefore(request);
    if (before !== undefined) return before;
    const { patientId, patientNo } = patient;
    const signer = await openConsentKey(core, patient, unlock);
    const meaning = meaningOf(hmacSha256, core.patients.keys(patientId).scopeKey(), terms);
    const sealed = await this.#sealed(terms, meaning);
    const policySeq = core.store.deferred(() => grants.takeSeq(patientNo));
    const body = grantBody(terms, { meaning, sealed, policySeq, nowMs: clock() });
    const channels = ORDER[kindOf(body)];
    const statement = patientStatement('grant', { patientId, networkId, channels, body }, signer);
    return this.#keepGrant(patient, statement, { body, meaning }, request);
  }

  /** The grant that the same request made before. */
  grantedBefore(request: IdempotentRequest | undefined): string | undefined {
    const before = request && this.#options.requests.find(request);
    return before?.state === 'same' ? before.reference : undefined;
  }

  /** A `grant` statement of the patient's app, or a delegate's. @param subscriptionId the one that it has to approve, where one is meant */
  async takeGrant(patient: Patient, statement: string, subscriptionId?: string): Promise<string> {
    const { body, signing } = this.#checkRule(patient, statement, ORDER.grant);
    if (isDenial(body)) throw new ConsentError('CONSENT_STATEMENT_REFUSED', 'The statement is a denial');
    if (subscriptionId !== undefined) assertMeant('subscription', subscriptionId, body.subscriptionId);
    return this.#keepGrant(patient, statement, { body, meaning: null, signing });
  }

  /** A `grant` statement of the patient's app, or a delegate's, that denies. */
  async takeDenial(patient: Patient, statement: string): Promise<string> {
    const { body, signing } = this.#checkRule(patient, statement, ORDER.deny);
    if (isDenial(body)) return this.#keepGrant(patient, statement, { body, meaning: null, signing });
    throw new ConsentError('CONSENT_STATEMENT_REFUSED', 'The statement gives, and denies nothing');
  }

  /** One that stands, or is on its way, is not sent again. */
  async revoke(patient: Patient, grantId: string, unlock: ConsentPassphrase): Promise<Taken> {
    this.#known(patient, grantId);
    const signer = await openConsentKey(this.#options.core, patient, unlock);
    const earlier = await this.#options.earlier.ofGrant(patient, grantId);
    if (earlier !== undefined) return earlier;
    const { statement, body } = this.#signedRevocation(patient, signer, grantId);
    return this.#keepRevocation(patient, statement, body);
  }

  /** As with one grant: nothing is sent where nothing was granted since. */
  async revokeAll(patient: Patient, unlock: ConsentPassphrase): Promise<Taken> {
    const signer = await openConsentKey(this.#options.core, patient, unlock);
    const earlier = await this.#options.earlier.ofEverything(patient);
    if (earlier !== undefined) return earlier;
    const { statement, body } = this.#signedRevocation(patient, signer);
    return this.#keepRevocation(patient, statement, body);
  }

  /**
   * A `revoke` statement for this grant, a `revokeAll` without one, that the patient takes to whoever relays it. Nothing
   * is sent or noted here: it counts from when a ledger has it.
   */
  async signRevocation(patient: Patient, unlock: ConsentPassphrase, grantId?: string): Promise<string> {
    if (grantId !== undefined) this.#known(patient, grantId);
    const signer = await openConsentKey(this.#options.core, patient, unlock);
    return this.#signedRevocation(patient, signer, grantId).statement;
  }

  /** A `revoke` statement of the patient's app for this grant, a `revokeAll` without one. */
  async takeRevocation(patient: Patient, statement: string, grantId?: string): Promise<Taken> {
    const { earlier } = this.#options;
    if (grantId === undefined) {
      const { body, sid } = this.#intake.check(patient, statement, {
        names: ['revokeAll'],
        channels: ORDER.revoke,
      });
      const standing = this.#intake.isNew(patient, sid) ? await earlier.ofEverything(patient) : undefined;
      return standing ?? this.#keepRevocation(patient, statement, body);
    }
    const { body, sid, signing } = this.#intake.checkDelegable(patient, statement, {
      names: ['revoke'],
      channels: ORDER.revoke,
    });
    assertMeant('grant', grantId, body.grantId);
    if (signing !== undefined)
      this.#options.delegates.requireRevocable(signing, this.#options.grants.get(patient.patientNo, grantId));
    const standing = this.#intake.isNew(patient, sid) ? await earlier.ofGrant(patient, grantId) : undefined;
    return standing ?? this.#keepRevocation(patient, statement, body, signing);
  }

  async reject(patient: Patient, subscription: SubscriptionState, unlock: ConsentPassphrase): Promise<Taken> {
    const { core, earlier, networkId } = this.#options;
    const signer = await openConsentKey(core, patient, unlock);
    const { subscriptionId, status } = subscription;
    const own = earlier.ownRejection(patient, subscriptionId);
    if (own !== undefined) return own;
    if (status === 'rejected') return { job: subscriptionId, isAlready: true, isByOthers: true };
    const statement = patientStatement(
      'rejectSubscription',
      { patientId: patient.patientId, networkId, channels: ORDER.reject, body: { subscriptionId } },
      signer,
    );
    return this.#keepRejection(patient, statement);
  }

  async takeRejection(patient: Patient, statement: string, subscriptionId: string): Promise<Taken> {
    const { body, sid, signing } = this.#intake.checkDelegable(patient, statement, {
      names: ['rejectSubscription'],
      channels: ORDER.reject,
    });
    assertMeant('subscription', subscriptionId, body.subscriptionId);
    if (signing !== undefined) this.#options.delegates.requireActs(signing, ['approve']);
    const { earlier } = this.#options;
    const standing = this.#intake.isNew(patient, sid)
      ? earlier.ownRejection(patient, subscriptionId)
      : undefined;
    return standing ?? this.#keepRejection(patient, statement);
  }

  /** As `outcome`; says so where the decision stood before. @throws ConsentError `CONSENT_REFUSED` */
  async outcomeOf(patient: Patient, taken: Taken, timeoutMs: number): Promise<JobOutcome> {
    const { job, isAlready, isByOthers } = taken;
    if (isByOthers) return { statementId: job, status: 'done', channels: [], already: true };
    const outcome = await this.outcome(patient, job, timeoutMs);
    return isAlready ? { ...outcome, already: true } : outcome;
  }

  /** Waits until every channel has taken the statement. @throws ConsentError `CONSENT_REFUSED` */
  async outcome(patient: Patient, job: string, timeoutMs: number): Promise<JobOutcome> {
    const { steps, progress } = this.#options;
    const { patientNo } = patient;
    const isSettled = () => steps.job(patientNo, job).every(({ status }) => status !== 'open');
    await progress.until(patientNo, isSettled, timeoutMs);
    return this.standing(patient, job);
  }

  /** How far a decision has come. @throws ConsentError `CONSENT_REFUSED` */
  standing({ patientNo }: Patient, job: string): JobOutcome {
    const all = this.#options.steps.job(patientNo, job);
    const refused = all.find(({ status }) => status === 'refused');
    if (refused !== undefined)
      throw new ConsentError('CONSENT_REFUSED', `The ledger refused the statement: ${refused.code}`, {
        members: { reason: refused.code, channel: refused.channel, statementId: job },
      });
    return {
      statementId: job,
      status: all.every(({ status }) => status === 'done') ? 'done' : 'open',
      channels: all.map(({ channel, status, txId }) => ({ channel, status, txId })),
    };
  }

  /** A checked `grant` statement, with what is noted of it when it is taken in. */
  grantToKeep(
    patient: Patient,
    statement: string,
    body: StatementBody<'grant'>,
    made: { meaning: GrantMeaning | null; signing?: Signing | undefined } = { meaning: null },
  ): Submission {
    const { grants, clock } = this.#options;
    const { patientNo } = patient;
    const { meaning, signing } = made;
    const place = signing && placeOf(signing.own);
    const alsoWrite = (grantId: string): void => {
      noteSignersSeq(this.#options, patient, body.policySeq, signing);
      grants.insert({ grantId, patientNo, status: 'pending', body, meaning, madeMs: clock(), ...place });
    };
    return { kind: kindOf(body), statement, alsoWrite };
  }

  /** Likewise of a `revoke` or `revokeAll`. */
  revocationToKeep(
    patient: Patient,
    statement: string,
    body: StatementBody<'revoke'> | StatementBody<'revokeAll'>,
    signing?: Signing,
  ): Submission {
    const { grants, delegations, clock } = this.#options;
    const { patientNo } = patient;
    const alsoWrite = (): void => {
      noteSignersSeq(this.#options, patient, body.policySeq, signing);
      if ('grantId' in body) return grants.revoke(patientNo, body.grantId, clock());
      const through = grants.place(patientNo, body.policySeq);
      grants.revokeThrough(patientNo, through, clock());
      delegations.endThrough(patientNo, through, clock());
    };
    return { kind: 'revoke', statement, alsoWrite };
  }

  async #sealed(terms: GrantTerms, meaning: GrantMeaning): Promise<string | undefined> {
    if (terms.authorityId === ANY) return undefined;
    const { encryptionKey } = await this.authority(terms.authorityId);
    return sealMeaning(toldOf(terms.effect, meaning), encryptionKey, sha256);
  }

  #checkRule(patient: Patient, statement: string, channels: readonly ChannelName[]) {
    const checked = this.#intake.checkDelegable(patient, statement, { names: ['grant'], channels });
    const { body, signing } = checked;
    if (signing !== undefined) this.#options.delegates.requireRule(signing, body);
    return checked;
  }

  #keepGrant(
    patient: Patient,
    statement: string,
    made: { body: StatementBody<'grant'>; meaning: GrantMeaning | null; signing?: Signing | undefined },
    request?: IdempotentRequest,
  ): Promise<string> {
    const { body, meaning, signing } = made;
    const { alsoWrite, ...submitted } = this.grantToKeep(patient, statement, body, { meaning, signing });
    return this.#intake.submit(patient, submitted, (grantId) => {
      alsoWrite(grantId);
      if (request) this.#options.requests.claim(request, grantId);
    });
  }

  #signedRevocation({ patientId, patientNo }: Patient, signer: Signer, grantId?: string) {
    const { core, grants, networkId } = this.#options;
    const policySeq = core.store.deferred(() => grants.takeSeq(patientNo));
    const common = { patientId, networkId, channels: ORDER.revoke };
    if (grantId === undefined) {
      const body = { policySeq };
      return { body, statement: patientStatement('revokeAll', { ...common, body }, signer) };
    }
    const body = { policySeq, grantId };
    return { body, statement: patientStatement('revoke', { ...common, body }, signer) };
  }

  /** From now on nothing more is wrapped for those whom it concerns, whatever the ledgers do. */
  async #keepRevocation(
    patient: Patient,
    statement: string,
    body: StatementBody<'revoke'> | StatementBody<'revokeAll'>,
    signing?: Signing,
  ): Promise<Taken> {
    const { alsoWrite, ...submitted } = this.revocationToKeep(patient, statement, body, signing);
    const job = await this.#intake.submit(patient, submitted, alsoWrite);
    return this.#options.earlier.taken(patient, job);
  }

  async #keepRejection(patient: Patient, statement: string): Promise<Taken> {
    const job = await this.#intake.submit(patient, { kind: 'reject', statement }, () => undefined);
    return this.#options.earlier.taken(patient, job);
  }

  #known({ patientNo }: Patient, grantId: string): void {
    if (this.#options.grants.get(patientNo, grantId) === undefined)
      throw new ConsentError('GRANT_NOT_FOUND', `This patient has made no grant ${grantId} here`);
  }
}

const kindOf = (body: StatementBody<'grant'>): 'grant' | 'deny' => (isDenial(body) ? 'deny' : 'grant');

/** A statement does what it says; one that says something else than the request asks is sent by mistake, or by trick. */
function assertMeant(what: 'grant' | 'subscription', asked: string, said: string | undefined): void {
  if (asked !== said)
    throw new ConsentError(
      'CONSENT_STATEMENT_REFUSED',
      `The statement is not about ${what} ${asked}: send it to the one that it names`,
    );
}
