import { accessControl } from '@careledger/contracts';
import { kidOf, toBase64url } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { currentKey } from '@careledger/policy';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient, Patients } from '../patients/index.js';
import { newKeyOf } from './new-key.js';
import { jobsOfStaged } from './staged-key.js';
import type { ConsentStep, StepStore } from './step-store.js';

/** A channel's word that it knows another key, or none. */
export const KEY_UNKNOWN = 'STATEMENT_KEY_UNKNOWN';

export interface RekeyingsOptions {
  readonly steps: Pick<StepStore, 'jobsOf'>;
  readonly patients: Pick<Patients, 'byNo' | 'keys'>;
  readonly ledger: LedgerReader;
}

/**
 * Where the gateway's key for a patient is being replaced. `cloud` takes the new one first, `authorities` next, the chain
 * then: from there on the gateway signs with it. What is signed with the former key meanwhile is taken by no channel that
 * has the new one: it waits here, and is signed anew.
 */
export class Rekeyings {
  readonly #options: RekeyingsOptions;

  constructor(options: RekeyingsOptions) {
    this.#options = options;
  }

  /** The patient's statements about the key that lies ready, newest first, each with its steps. */
  of(patient: Patient): ConsentStep[][] {
    const { steps, patients } = this.#options;
    return jobsOfStaged(patient, 'gateway', { keys: patients.keys(patient.patientId), steps });
  }

  /** Whether a channel knows the new key alone, with which nothing is signed here yet. */
  isHeld(patientNo: number, channel: ChannelName): boolean {
    return this.#underWay(patientNo).some((job) =>
      job.some((step) => step.channel === channel && step.status === 'done'),
    );
  }

  /** Whether a channel may know the new key alone, though this gateway has not heard of it yet. */
  isUnderWay(patientNo: number): boolean {
    return this.#underWay(patientNo).length > 0;
  }

  /**
   * Whether a refusal may come of a key that a channel knows alone. The patient may have had the statement relayed past this
   * gateway, about a key that it has offered: what waits goes once it has the statement as well. Where the channel has a
   * third key in force nothing is waited for: nobody would hear that it is refused. @throws LedgerError
   */
  async mayExplain(patientNo: number, code: string, channel: ChannelName): Promise<boolean> {
    const { patients, ledger } = this.#options;
    if (this.isUnderWay(patientNo)) return true;
    if (code !== KEY_UNKNOWN) return false;
    const { patientId, chain } = patients.byNo(patientNo);
    const offered = patients.keys(patientId).stagedGatewayKid;
    if (offered === undefined) return false;
    const { gatewayKeys } = await ledger
      .channel(channel)
      .evaluate(accessControl, 'GetPatient', { patientId });
    const inForce = currentKey(gatewayKeys);
    if (inForce === undefined) return false;
    // The peer that is asked may lag behind the one that refused.
    return kidOf('Ed25519', inForce) === offered || toBase64url(inForce) === chain.state.gatewayKey;
  }

  /** Without those that no channel took. */
  #underWay(patientNo: number): ConsentStep[][] {
    const patient = this.#options.patients.byNo(patientNo);
    return this.of(patient).filter(
      (job) =>
        newKeyOf(job[0]?.statement ?? '') !== patient.chain.state.gatewayKey &&
        (job.some(({ status }) => status === 'done') || job.every(({ status }) => status !== 'refused')),
    );
  }
}
