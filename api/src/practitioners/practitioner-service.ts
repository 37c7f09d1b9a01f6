import { randomBytes } from 'node:crypto';
import { toBase32, toBase64url } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { STATEMENTS, accessControl } from '@careledger/contracts';
import { CHANNELS, ID_HASH_BYTES } from '@careledger/domain';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import type { IdempotentRequest } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import type { Issuer } from '../issuer.js';
import { practitionerKey } from '../keys.js';
import type { Channels } from '../ledger-port.js';
import { addTask, removeTask, type Outbox, type TaskHandler } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import type { Identity, Practitioner, PractitionerStore } from './practitioner-store.js';

export interface PractitionerServiceOptions {
  readonly issuer: Issuer;
  readonly keys: KeyStore;
  readonly channels: Channels;
  readonly store: Store;
  readonly practitioners: PractitionerStore;
  readonly outbox: Pick<Outbox, 'wake'>;
}

export interface NewPractitioner {
  readonly role: string;
  readonly unit?: string;
  readonly identity: Identity;
}

/** Practitioners get a fresh pseudonym and key each; both channels learn that the authority vouches for them. */
export class PractitionerService implements TaskHandler {
  readonly #options: PractitionerServiceOptions;

  constructor(options: PractitionerServiceOptions) {
    this.#options = options;
  }

  /**
   * On its way to the ledger when this resolves; with an idempotency key the same request again gives the same
   * practitioner.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED
   */
  async register(wanted: NewPractitioner, request?: IdempotentRequest): Promise<Practitioner> {
    const { practitioners, keys, store, outbox } = this.#options;
    const before = request && store.requests.find(request);
    if (before?.state === 'same') return this.get(before.reference);
    const practitionerId = `prc_${toBase32(randomBytes(ID_HASH_BYTES))}`;
    await keys.generate({ name: practitionerKey(practitionerId), type: 'ed25519' });
    const practitioner: Practitioner = {
      practitionerId,
      role: wanted.role,
      unit: wanted.unit ?? null,
      identity: wanted.identity,
      stage: 'registering',
      statement: this.#statement(practitionerId, wanted.role, true),
      txIds: {},
      refusal: null,
      createdAt: new Date().toISOString(),
    };
    const kept = await store.commit(() => {
      // Two equal requests at once: the first one made the practitioner.
      const claimed = request && store.requests.claim(request, practitionerId);
      if (claimed?.state === 'same') return this.get(claimed.reference);
      practitioners.put(practitioner);
      addTask(store, { kind: 'practitioner', ref: practitionerId, subject: practitionerId });
      return practitioner;
    });
    outbox.wake();
    return kept;
  }

  /** @throws ProblemError PRACTITIONER_UNKNOWN */
  async withdraw(practitionerId: string): Promise<Practitioner> {
    const { practitioners, store, outbox } = this.#options;
    const practitioner = this.get(practitionerId);
    if (practitioner.stage === 'withdrawing' || practitioner.stage === 'withdrawn') return practitioner;
    const statement = this.#statement(practitionerId, practitioner.role, false);
    await store.commit(() => {
      practitioners.update(practitionerId, { stage: 'withdrawing', statement, txIds: {}, refusal: null });
      addTask(store, { kind: 'practitioner', ref: practitionerId, subject: practitionerId });
    });
    outbox.wake();
    return this.get(practitionerId);
  }

  /** @throws ProblemError PRACTITIONER_UNKNOWN */
  get(practitionerId: string): Practitioner {
    const found = this.#options.practitioners.find(practitionerId);
    if (found === undefined) throw problem('PRACTITIONER_UNKNOWN', 'This authority has no such practitioner');
    return found;
  }

  /** By when they were registered. @param after the last one of the page before */
  list(after: Pick<Practitioner, 'createdAt' | 'practitionerId'> | undefined, limit: number): Practitioner[] {
    return this.#options.practitioners.list(after, limit);
  }

  async advance(practitionerId: string): Promise<void> {
    const { channels, practitioners, store } = this.#options;
    const { statement, stage } = this.get(practitionerId);
    const txIds: Record<string, string> = {};
    let refusal: string | null = null;
    try {
      for (const channel of CHANNELS) {
        const { result } = await submitWithRetry(() =>
          channels[channel].submit(accessControl, 'RegisterPractitioner', { statement }),
        );
        txIds[channel] = result.txId;
      }
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      refusal = error.chaincodeCode ?? error.message;
    }
    const settled = stage === 'withdrawing' ? 'withdrawn' : 'active';
    await store.commit(() => {
      const now = this.get(practitionerId);
      // Withdrawn while it was being registered: the task stands, for the new statement.
      if (now.statement !== statement) return;
      practitioners.update(practitionerId, {
        stage: refusal === null ? settled : 'refused',
        statement,
        txIds,
        refusal,
      });
      removeTask(store, { kind: 'practitioner', ref: practitionerId });
    });
  }

  #statement(practitionerId: string, role: string, active: boolean): string {
    const { issuer, keys } = this.#options;
    const signer = keys.signer(practitionerKey(practitionerId));
    const signingKey = toBase64url(signer.publicKey);
    const signingKeyProof = makeStatement(
      {
        typ: STATEMENTS.keyProof.typ,
        iss: practitionerId,
        aud: issuer.networkId,
        channels: CHANNELS,
        body: { subject: practitionerId, key: signingKey },
      },
      signer,
    );
    return issuer.make('registerPractitioner', CHANNELS, {
      practitionerId,
      signingKey,
      signingKeyProof,
      role,
      active,
    });
  }
}
