import { utf8 } from '@careledger/crypto';
import { accessControl, type PatientState } from '@careledger/contracts';
import { encryptTo } from '@careledger/envelope';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { currentKey } from '@careledger/policy';
import { SEALED_CONTEXT, type SubscriptionReason } from '@careledger/protocol';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { removeTask, type TaskHandler } from '../outbox/outbox.js';
import { isPatientUnknown, type Registrations } from '../policy/registrations.js';
import type { Store } from '../store/store.js';
import { ofChangeRef, type Change, type ChangeStore, type SubscriptionWanted } from './change-store.js';

export interface ChangeTaskOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly registrations: Pick<Registrations, 'awaited'>;
  readonly changes: ChangeStore;
  readonly store: Store;
}

/**
 * Takes requests and cancellations to the ledger. A statement is made once, and kept before it is sent: an uncertain answer
 * is followed by the same bytes.
 */
export class ChangeTask implements TaskHandler {
  readonly #options: ChangeTaskOptions;

  constructor(options: ChangeTaskOptions) {
    this.#options = options;
  }

  async advance(ref: string): Promise<void> {
    const { changes, store } = this.#options;
    const name = ofChangeRef(ref);
    const change = changes.find(name);
    if (change?.stage === 'waiting') await this.#sign(change);
    const signed = changes.find(name);
    if (signed?.stage === 'signed') await this.#submit(signed);
    await store.commit(() => {
      const { stage } = changes.find(name) ?? { stage: 'refused' };
      if (stage === 'committed' || stage === 'refused') removeTask(store, { kind: 'subscription', ref });
    });
  }

  /** A patient who was enrolled just now is waited for; one whom the ledger does not know then is refused. */
  async #sign(change: Change): Promise<void> {
    const { changes, issuer, store } = this.#options;
    const wanted = changes.wanted(change);
    if (wanted === undefined) return;
    const patient = await this.#patient(wanted);
    if (patient === undefined) {
      await store.commit(() => changes.refused(change, 'PATIENT_UNKNOWN'));
      return;
    }
    const { patientId, permissions, purposes, until } = wanted;
    const sealed = await sealedReason(wanted, patient);
    const body = {
      ...{ patientId, permissions: [...permissions], purposes: [...purposes] },
      ...(until !== undefined && { until }),
      ...(sealed !== undefined && { sealed }),
    };
    const statement = issuer.make('requestSubscription', ['authorities'], body, change.subscriptionId);
    await store.commit(() => changes.signed(change, statement));
  }

  /** Undefined where the ledger knows nobody to whom the reason can be sealed. */
  async #patient({ patientId, reason }: SubscriptionWanted): Promise<PatientState | undefined> {
    try {
      const patient = await this.#options.registrations.awaited(patientId);
      return reason === undefined || currentKey(patient.encryptionKeys) ? patient : undefined;
    } catch (error) {
      if (isPatientUnknown(error)) return undefined;
      throw error;
    }
  }

  async #submit(change: Change): Promise<void> {
    const { authorities, changes, store } = this.#options;
    const { kind, statement } = change;
    if (statement === null)
      throw new Error(`The ${kind} of ${change.subscriptionId} was signed, and not kept`);
    const transaction = kind === 'request' ? 'RequestSubscription' : 'CancelSubscription';
    try {
      const { result } = await submitWithRetry(() =>
        authorities.submit(accessControl, transaction, { statement }),
      );
      await store.commit(() => changes.committed(change, result.txId));
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      // The own peer knows the patient; those that endorse hear of the registration a moment later.
      if (isPatientUnknown(error)) throw error;
      await store.commit(() => changes.refused(change, error.chaincodeCode ?? error.message));
    }
  }
}

async function sealedReason(
  { reason }: SubscriptionWanted,
  { encryptionKeys }: PatientState,
): Promise<string | undefined> {
  const key = currentKey(encryptionKeys);
  if (reason === undefined || key === undefined) return undefined;
  const content: SubscriptionReason = { v: 1, reason };
  return encryptTo(key, utf8(JSON.stringify(content)), { context: SEALED_CONTEXT.subscriptionReason });
}
