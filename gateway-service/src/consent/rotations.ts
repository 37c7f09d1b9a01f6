import { decisionStatement, keyProofStatement } from '@careledger/consent';
import { accessControl, type StatementBody } from '@careledger/contracts';
import { fromBase64url, toBase64url, type SignatureVerifier } from '@careledger/crypto';
import { currentKey } from '@careledger/policy';
import type { IdempotencyKeys, IdempotentRequest, Logger } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import { InTurn } from '../in-turn.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { ConsentKeys } from '../patients/consent-keys.js';
import type { Patient } from '../patients/index.js';
import { ChainRekeying, type ChainRekeyingOptions } from './chain-rekeying.js';
import type { DelegationStore } from './delegation-store.js';
import { endDelegationsBefore } from './delegations-before.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import type { EncryptionKeys } from './encryption-keys.js';
import type { HeardRecoveries } from './heard-recoveries.js';
import type { HeldUp } from './held-up.js';
import { ORDER, type StatementIntake } from './intake.js';
import { checkKeyProof } from './key-proof.js';
import { newKeyOf } from './new-key.js';
import type { RecordsKeyCheck } from './records-key-check.js';
import type { RecoveryStore } from './recovery-store.js';
import type { ConsentStep } from './step-store.js';
import { newestConsentKey, takenRotations } from './taken-rotations.js';
import { stageConsentKey, type ConsentPassphrase } from './unlock.js';

const MS_PER_S = 1_000;

export interface RotationsOptions extends ChainRekeyingOptions {
  readonly intake: StatementIntake;
  readonly consentKeys: ConsentKeys;
  readonly recoveries: Pick<RecoveryStore, 'unsealed' | 'latest' | 'sealed'>;
  readonly delegations: Pick<DelegationStore, 'standing' | 'end'>;
  readonly heardRecoveries: Pick<HeardRecoveries, 'hear'>;
  readonly heldUp: Pick<HeldUp, 'tryAgain'>;
  readonly encryptionKeys: Pick<EncryptionKeys, 'complete'>;
  readonly recordsKeys: Pick<RecordsKeyCheck, 'check'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  readonly ledger: LedgerReader;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Puts another consent key in a patient's place. It counts here from when the rotation is taken in, so that nothing more is
 * taken that the former key signs; at the ledgers when they have it, behind what was taken before; in the chain after that.
 */
export class Rotations {
  readonly #options: RotationsOptions;
  readonly #chainRekeying: ChainRekeying;
  /** By patient. */
  readonly #comparing = new InTurn<number>();

  constructor(options: RotationsOptions) {
    this.#options = options;
    this.#chainRekeying = new ChainRekeying(options);
  }

  /** After a start: the keys in force, and what a crash kept from the chains. */
  async resume(): Promise<void> {
    const { core, consentKeys } = this.#options;
    for (const patient of core.patients.list()) {
      consentKeys.load(core.patients, patient);
      await this.advance(patient);
    }
  }

  /** A `rotatePatientKey` statement of the patient's app. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  async take(patient: Patient, statement: string): Promise<Taken> {
    const { core, intake, verifier, networkId, clock } = this.#options;
    const keys = [core.patients.consentKey(patient)];
    // Others may have taken it to the ledger: the key before it is the one that the chain still has.
    if (newKeyOf(statement) === toBase64url(keys[0] as Uint8Array))
      keys.push(fromBase64url(patient.chain.state.consentKey));
    const expected = { names: ['rotatePatientKey'] as const, channels: ORDER.rotate, keys };
    const { sid, body } = intake.check(patient, statement, expected);
    if (body.use !== 'consent')
      throw new ConsentError('CONSENT_STATEMENT_REFUSED', 'The statement is not about the consent key');
    if (intake.isNew(patient, sid)) {
      if (body.newKey === patient.chain.state.gatewayKey)
        throw new ConsentError(
          'CONSENT_STATEMENT_REFUSED',
          'The consent key cannot be the one that this gateway has',
        );
      checkKeyProof(patient.patientId, body, { verifier, networkId, nowMs: clock() });
    }
    return { job: await this.#keep(patient, statement, body), isAlready: false };
  }

  /** Makes the new key here, beside the one that the passphrase opens. @param request as of a grant */
  async make(patient: Patient, unlock: ConsentPassphrase, request?: IdempotentRequest): Promise<Taken> {
    const { core, steps, requests, networkId, clock } = this.#options;
    const before = request && requests.find(request);
    if (before?.state === 'same') return { job: before.reference, isAlready: false };
    const { signer, successor } = await stageConsentKey(core, patient, unlock);
    const successorKey = toBase64url(successor.publicKey);
    const same = takenRotations(patient, steps).find(({ newKey }) => newKey === successorKey);
    // Another request was quicker with the key that lay ready for both.
    if (same !== undefined) return { job: same.job, isAlready: false };
    const { patientId } = patient;
    const iat = Math.floor(clock() / MS_PER_S);
    const proof = keyProofStatement({ patientId, networkId, publicKey: successor.publicKey, iat });
    const body: StatementBody<'rotatePatientKey'> = {
      ...{ use: 'consent', newKey: successorKey },
      newKeyProof: makeStatement(proof, successor),
    };
    const made = decisionStatement('rotatePatientKey', { patientId, networkId, body, iat });
    return {
      job: await this.#keep(patient, makeStatement(made, signer), body, request),
      isAlready: false,
    };
  }

  /** Within the transaction that notes a refusal: the key before it counts again. */
  refusing({ patientNo }: ConsentStep): void {
    const { core, consentKeys, recoveries } = this.#options;
    const key = newestConsentKey(core.patients.byNo(patientNo), this.#options);
    // What took over meanwhile opens the epoch that the refused one was to open, as far as is known before the ledger is
    // asked.
    const isRecovered = key === recoveries.latest(patientNo)?.newKey;
    const epoch = consentKeys.knownEpoch(patientNo, key) ?? (isRecovered ? consentKeys.epoch(patientNo) : 0);
    consentKeys.put(patientNo, key, epoch);
  }

  /** After a rotation was settled, on disk: of the consent key, or of one of the gateway's. */
  async settled({ kind, patientNo }: ConsentStep, isDone: boolean): Promise<void> {
    const { core, consentKeys, recordsKeys } = this.#options;
    const patient = core.patients.byNo(patientNo);
    consentKeys.load(core.patients, patient);
    if (isDone || kind === 'rekey') await this.advance(patient);
    if (kind === 'rekey') await recordsKeys.check(patient);
    else if (!isDone)
      await this.#compare(patient).catch((err: unknown) =>
        this.#options.logger.warn({ err, patientNo }, 'what the ledger has in its place is not known yet'),
      );
  }

  /**
   * Another has changed a patient's keys on the ledger, or may have: what is signed with the former one is taken no more, and
   * the chain follows a recovery.
   */
  async compare(patientId: string): Promise<void> {
    const patient = this.#options.core.patients.find(patientId);
    if (patient === undefined) return;
    await this.#compare(patient);
    // Not after a refusal, which would be asked for again and again.
    this.#options.heldUp.tryAgain(patient);
  }

  /** What is asked later is noted later. */
  #compare(patient: Patient): Promise<void> {
    return this.#comparing.run(patient.patientNo, () => this.#compareNow(patient));
  }

  async #compareNow(patient: Patient): Promise<void> {
    const { core, steps, consentKeys, heardRecoveries, ledger, logger } = this.#options;
    const { patientId, patientNo } = patient;
    await heardRecoveries.hear(patientId, 'authorities');
    const isOpen = () =>
      steps.jobsOf(patientNo, 'rotate').some((job) => job.some(({ status }) => status === 'open'));
    if (isOpen()) return;
    const inForce = (): string => toBase64url(core.patients.consentKey(patient));
    const before = inForce();
    const { consentKeys: periods } = await ledger
      .channel('authorities')
      .evaluate(accessControl, 'GetPatient', { patientId });
    const onLedger = currentKey(periods);
    // What was asked before a key changed here says nothing of that key.
    if (onLedger === undefined || isOpen() || inForce() !== before) return;
    const key = toBase64url(onLedger);
    const isKnown = key === before;
    if (!isKnown) logger.warn({ patientNo }, 'another consent key is in force on the ledger');
    const epoch = periods.findIndex((period) => period.key === key);
    // Also where the key is known here by a rotation that was refused: its epoch is the ledger's to say.
    if (!isKnown || epoch !== consentKeys.epoch(patientNo)) {
      core.store.deferred(() => {
        consentKeys.put(patientNo, key, epoch);
        if (!isKnown) endDelegationsBefore(patientNo, { key, epoch }, this.#options);
      });
      consentKeys.load(core.patients, patient);
    }
    await this.advance(patient);
  }

  /** As of {@link ChainRekeying}. */
  advance(patient: Patient): Promise<void> {
    return this.#chainRekeying.advance(patient);
  }

  async #keep(
    patient: Patient,
    statement: string,
    { newKey }: StatementBody<'rotatePatientKey'>,
    request?: IdempotentRequest,
  ): Promise<string> {
    const { core, intake, consentKeys, requests } = this.#options;
    const made = { kind: 'rotate', statement, isUnordered: true } as const;
    const isInForce = newKey === toBase64url(core.patients.consentKey(patient));
    return intake.submit(patient, made, (job) => {
      const epoch = consentKeys.epoch(patient.patientNo);
      consentKeys.put(patient.patientNo, newKey, isInForce ? epoch : epoch + 1);
      core.patients.useConsentKey(patient, newKey);
      if (request) requests.claim(request, job);
    });
  }
}
