import { DECISION_CHANNELS } from '@careledger/consent';
import type { StatementBody, StatementName } from '@careledger/contracts';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { readStatement } from '@careledger/statements';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import { checkAppStatement } from './app-statement.js';
import type { Delegable, Delegates, Signing } from './delegates.js';
import { ConsentError } from './errors.js';
import type { ConsentStep, NewJob, StepKind, StepStore } from './step-store.js';

export const ORDER: Readonly<Record<StepKind, readonly ChannelName[]>> = {
  register: DECISION_CHANNELS.registerPatient,
  grant: DECISION_CHANNELS.grant,
  // What narrows access is never late at the providers.
  deny: DECISION_CHANNELS.revoke,
  revoke: DECISION_CHANNELS.revoke,
  reject: DECISION_CHANNELS.rejectSubscription,
  rotate: DECISION_CHANNELS.rotatePatientKey,
  rekey: DECISION_CHANNELS.rotatePatientKey,
  object: DECISION_CHANNELS.objectToRecovery,
  'take-over': DECISION_CHANNELS.takeOver,
  delegate: DECISION_CHANNELS.delegate,
  'end-delegation': DECISION_CHANNELS.endDelegation,
};

/** What the consent key in force need not have signed. */
const BY_OTHER_KEYS: ReadonlySet<StepKind> = new Set(['register', 'rotate', 'take-over']);

export interface StatementIntakeOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly steps: Pick<StepStore, 'insert' | 'job' | 'eligible'>;
  /** `consent-outbox.ts`: takes a step to its channel. */
  readonly outbox: { add(step: ConsentStep): void };
  readonly delegates: Pick<Delegates, 'keys' | 'signing'>;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
}

/** Takes patients' statements in and puts them on their way. */
export class StatementIntake {
  readonly #options: StatementIntakeOptions;

  constructor(options: StatementIntakeOptions) {
    this.#options = options;
  }

  /** Whether no statement of this id was taken before: one that comes again is answered for itself. */
  isNew({ patientNo }: Patient, sid: string): boolean {
    return this.#options.steps.job(patientNo, sid).length === 0;
  }

  /**
   * A statement of the patient's app. One that was taken before was checked then, with the key of then.
   * @param keys with which it may be signed: the consent key in force unless told
   * @throws ConsentError `CONSENT_STATEMENT_REFUSED`
   */
  check<N extends StatementName>(
    patient: Patient,
    token: string,
    { names, channels, keys }: Expected<N>,
  ): { readonly name: N; readonly sid: string; readonly body: StatementBody<N> } {
    const { core, networkId, verifier } = this.#options;
    const expected = { names, networkId, channels, verifier, keys, isKnown: this.#isKnown(patient, token) };
    return checkAppStatement(core, patient, token, expected);
  }

  /**
   * A statement of the patient's app, or of somebody whom the patient appointed.
   * @returns `signing`: who signed where it is not the patient; not looked at again of what was taken before
   * @throws ConsentError `CONSENT_STATEMENT_REFUSED`
   */
  checkDelegable<N extends Delegable>(
    patient: Patient,
    token: string,
    { names, channels }: Omit<Expected<N>, 'keys'>,
  ): { readonly sid: string; readonly body: StatementBody<N>; readonly signing: Signing | undefined } {
    const { core, delegates } = this.#options;
    const consentKey = core.patients.consentKey(patient);
    const keys = [consentKey, ...delegates.keys(patient)];
    const { sid, body } = this.check(patient, token, { names, channels, keys });
    const signing = this.isNew(patient, sid)
      ? delegates.signing(patient, token, consentKey, body as { readonly path?: readonly string[] })
      : undefined;
    return { sid, body, signing };
  }

  /**
   * Writes a statement's steps, once, and starts those that nothing stands before. On disk when it resolves.
   * @param alsoWrite within the transaction that takes it
   * @returns the statement's id
   * @throws ConsentError `CONSENT_STATEMENT_REFUSED`
   */
  async submit(
    patient: Patient,
    made: Pick<NewJob, 'kind' | 'statement' | 'isUnordered'>,
    alsoWrite: (sid: string) => void,
  ): Promise<string> {
    await this.submitInOrder(patient, [{ ...made, alsoWrite }]);
    return readStatement(made.statement).payload.sid;
  }

  /**
   * As `submit`, of statements that belong together: all of them are taken or none, and on each channel each goes after
   * the one before it.
   * @param alsoWrite within the transaction that takes them
   */
  async submitInOrder(
    patient: Patient,
    all: readonly Submission[],
    alsoWrite: () => void = () => undefined,
  ): Promise<void> {
    const { core, steps, outbox, clock } = this.#options;
    const { patientNo } = patient;
    const read = all.map((made) => ({ made, job: this.#assertTakeable(patient, made) }));
    const newJobs = core.store.deferred(() => {
      alsoWrite();
      return read.flatMap(({ made: { alsoWrite: alsoNote, ...made }, job }, index) => {
        const channels = ORDER[made.kind];
        const isDelegated = isByDelegate(made.statement);
        const follows = read[index - 1]?.job;
        const isNew = steps.insert({ ...made, job, patientNo, channels, isDelegated, follows }, clock());
        if (isNew) alsoNote(job);
        return isNew ? [job] : [];
      });
    });
    await core.store.sync();
    if (newJobs.length === 0) return;
    for (const step of steps.eligible(patientNo)) if (newJobs.includes(step.job)) outbox.add(step);
  }

  /** @returns the statement's id @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  #assertTakeable(patient: Patient, { kind, statement }: Pick<NewJob, 'kind' | 'statement'>): string {
    const { core, steps } = this.#options;
    const { header, payload } = readStatement(statement);
    const before = steps.job(patient.patientNo, payload.sid);
    // Its answer would be another statement's.
    if (before.some((step) => step.statement !== statement))
      throw new ConsentError(
        'CONSENT_STATEMENT_REFUSED',
        `Another statement of this patient has the id ${payload.sid}`,
      );
    // Between its check and now the key may have been rotated: no ledger would take it after that.
    const isDecision = !BY_OTHER_KEYS.has(kind) && !isByDelegate(statement);
    const isOfNow = header.kid === kidOf('Ed25519', core.patients.consentKey(patient));
    if (isDecision && before.length === 0 && !isOfNow)
      throw new ConsentError('CONSENT_STATEMENT_REFUSED', 'Another consent key is in force: decide again');
    return payload.sid;
  }

  #isKnown({ patientNo }: Patient, token: string): boolean {
    let sid: string;
    try {
      ({ sid } = readStatement(token).payload);
    } catch {
      return false;
    }
    return this.#options.steps.job(patientNo, sid).some(({ statement }) => statement === token);
  }
}

/** A statement to be taken in. */
export interface Submission extends Pick<NewJob, 'kind' | 'statement' | 'isUnordered'> {
  /** Within the transaction that takes it. */
  readonly alsoWrite: (sid: string) => void;
}

const isByDelegate = (statement: string): boolean => 'path' in readStatement(statement).payload.body;

interface Expected<N extends StatementName> {
  readonly names: readonly N[];
  readonly channels: readonly ChannelName[];
  readonly keys?: readonly Uint8Array[];
}
