import { accessControl, type RecoveryState } from '@careledger/contracts';
import { fromBase64url } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { recoveryStage, type RecoveryStage } from '@careledger/policy';
import type { IdempotencyKeys, IdempotentRequest } from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import { ORDER, type StatementIntake } from './intake.js';
import { newKeyOf } from './new-key.js';
import { openConsentKey, type ConsentPassphrase } from './unlock.js';

export interface RecoveriesOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly intake: Pick<StatementIntake, 'check' | 'isNew' | 'submit'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  readonly ledger: LedgerReader;
  readonly networkId: string;
  readonly clock: () => number;
}

/** A recovery as a channel has it, with what it waits for now. */
export type StagedRecovery = RecoveryState & { readonly stage: RecoveryStage };

/** The patient's part in recoveries of the consent key, carried to both channels: objecting, and taking over. */
export class Recoveries {
  readonly #options: RecoveriesOptions;

  constructor(options: RecoveriesOptions) {
    this.#options = options;
  }

  /** By channel, as each has them now: each counts for itself. @throws ProblemError LEDGER_UNAVAILABLE, PATIENT_UNKNOWN */
  async list({ patientId }: Pick<Patient, 'patientId'>): Promise<Record<ChannelName, StagedRecovery[]>> {
    const { clock } = this.#options;
    const listed = (name: ChannelName) =>
      this.#options.ledger.channel(name).evaluate(accessControl, 'ListRecoveries', { patientId });
    const [authorities, cloud] = await onLedger(() => Promise.all([listed('authorities'), listed('cloud')]));
    const staged = (recoveries: readonly RecoveryState[]): StagedRecovery[] =>
      recoveries.map((recovery) => ({ ...recovery, stage: recoveryStage(recovery, clock()) }));
    return { authorities: staged(authorities.recoveries), cloud: staged(cloud.recoveries) };
  }

  /** `objectToRecovery` by the consent key in force. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  async object(
    patient: Patient,
    recoveryId: string,
    statement: string,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { intake, requests } = this.#options;
    const expected = { names: ['objectToRecovery'] as const, channels: ORDER.object };
    const { body } = intake.check(patient, statement, expected);
    assertAbout(recoveryId, body.recoveryId);
    // Each channel ends what it has: what one refuses, the other may need.
    const made = { kind: 'object', statement, isUnordered: true } as const;
    const job = await intake.submit(patient, made, (sid) => {
      if (request) requests.claim(request, sid);
    });
    return { job, isAlready: false };
  }

  /** Signed here, with the consent key that the passphrase opens. Errors as {@link object}. @param request as of a grant */
  async makeObjection(
    patient: Patient,
    recoveryId: string,
    unlock: ConsentPassphrase,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { core, requests, networkId, clock } = this.#options;
    const before = request && requests.find(request);
    if (before?.state === 'same') return { job: before.reference, isAlready: false };
    const signer = await openConsentKey(core, patient, unlock);
    const { patientId } = patient;
    const said = { patientId, networkId, channels: ORDER.object, body: { recoveryId }, nowMs: clock() };
    return this.object(patient, recoveryId, patientStatement('objectToRecovery', said, signer), request);
  }

  /**
   * `takeOver` by the new key. Taken once it is due on both channels: what a ledger refuses for its time would have to be
   * signed anew. @throws ConsentError `CONSENT_STATEMENT_REFUSED`
   */
  async takeOver(patient: Patient, recoveryId: string, statement: string): Promise<Taken> {
    const { intake } = this.#options;
    const newKey = newKeyOf(statement);
    const keys = newKey === undefined ? [] : [keyOf(newKey)];
    const expected = { names: ['takeOver'] as const, channels: ORDER['take-over'], keys };
    const { sid, body } = intake.check(patient, statement, expected);
    assertAbout(recoveryId, body.recoveryId);
    if (intake.isNew(patient, sid)) await this.#requireDue(patient, body);
    const made = { kind: 'take-over', statement, isUnordered: true } as const;
    return { job: await intake.submit(patient, made, () => undefined), isAlready: false };
  }

  async #requireDue(
    patient: Patient,
    { recoveryId, newKey }: { readonly recoveryId: string; readonly newKey: string },
  ): Promise<void> {
    const listed = await this.list(patient);
    for (const channel of CHANNELS) {
      const ofKey = listed[channel].filter(
        (each) => each.recoveryId === recoveryId && each.newKey === newKey,
      );
      if (ofKey.some(({ stage }) => stage === 'due' || stage === 'tookOver')) continue;
      const waiting = ofKey.find(({ takesEffectAt }) => takesEffectAt !== undefined);
      throw refused(
        waiting?.stage === 'confirmed'
          ? `The new key takes over from ${waiting.takesEffectAt} on: send the statement again then`
          : `On ${channel} there is no recovery ${recoveryId} for this key that is confirmed and not over`,
      );
    }
  }
}

/** @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
function keyOf(newKey: string): Uint8Array {
  try {
    return fromBase64url(newKey);
  } catch (cause) {
    throw refused('The statement names no key', cause);
  }
}

function assertAbout(asked: string, said: string): void {
  if (asked !== said)
    throw refused(`The statement is not about recovery ${asked}: send it to the one that it names`);
}

const refused = (why: string, cause?: unknown): ConsentError =>
  new ConsentError('CONSENT_STATEMENT_REFUSED', why, { cause });
