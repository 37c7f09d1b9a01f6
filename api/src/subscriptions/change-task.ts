import { sha256, toBase64url, utf8 } from '@careledger/crypto';
import { accessControl, type PatientState, type StatementBody } from '@careledger/contracts';
import { encryptTo, newSalt } from '@careledger/envelope';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { currentKey } from '@careledger/policy';
import { SEALED_CONTEXT, type SubscriptionMeaning } from '@careledger/protocol';
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
    const { patientId, permissions, purposes, until, answerBy, detail } = wanted;
    const body = {
      ...{ patientId, permissions: [...permissions], purposes: [...purposes] },
      ...(until !== undefined && { until }),
      ...(answerBy !== undefined && { answerBy }),
      ...(detail !== undefined && { detail }),
      ...(await sealedMeaning(wanted, patient)),
    };
    const statement = issuer.make('requestSubscription', ['authorities'], body, change.subscriptionId);
    await store.commit(() => changes.signed(change, statement));
  }

  /** Undefined where the ledger knows nobody to whom reason and scope can be sealed. */
  async #patient({ patientId, reason, scope, copy }: SubscriptionWanted): Promise<PatientState | undefined> {
    try {
      const patient = await this.#options.registrations.awaited(patientId);
      const isPlain = reason === undefined && scope === undefined && copy === undefined;
      return isPlain || currentKey(patient.encryptionKeys) ? patient : undefined;
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

/** Why, which records, and at which unit a copy is kept: for the patient alone. The ledger has salted hashes. */
async function sealedMeaning(
  { reason, scope, copy }: SubscriptionWanted,
  { encryptionKeys }: PatientState,
): Promise<Pick<StatementBody<'requestSubscription'>, 'sealed' | 'scopeHash' | 'copy'>> {
  const key = currentKey(encryptionKeys);
  if ((reason === undefined && scope === undefined && copy === undefined) || key === undefined) return {};
  const asked = scope && { scope: [...scope], scopeSalt: toBase64url(newSalt()) };
  const kept = copy && { unit: copy.unit, salt: toBase64url(newSalt()) };
  const content: SubscriptionMeaning = {
    v: 1,
    ...(reason !== undefined && { reason }),
    ...(asked !== undefined && { asked }),
    ...(kept !== undefined && { copy: kept }),
  };
  return {
    sealed: await encryptTo(key, utf8(JSON.stringify(content)), {
      context: SEALED_CONTEXT.subscriptionReason,
    }),
    ...(asked !== undefined && { scopeHash: askedScopeHash(sha256, asked) }),
    ...(copy && kept && { copy: { purpose: copy.purpose, unitHash: copyUnitHash(sha256, kept) } }),
  };
}
