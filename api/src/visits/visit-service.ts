import { randomId128, toBase64url, utf8 } from '@careledger/crypto';
import type { X25519KeyPair } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { encryptTo, newSalt, saltedHash } from '@careledger/envelope';
import { onLedger } from '@careledger/ledger/service';
import { currentKey } from '@careledger/policy';
import { SEALED_CONTEXT, type VisitLocation } from '@careledger/protocol';
import type { IdempotentRequest } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import { addTask, type Outbox } from '../outbox/outbox.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import type { KeptVisit, VisitStore } from './visit-store.js';

export interface VisitServiceOptions {
  readonly issuer: Issuer;
  readonly ownKey: X25519KeyPair;
  /** Where this service answers: the visit's location begins with it. */
  readonly endpoint: string;
  readonly registrations: Registrations;
  readonly store: Store;
  readonly visits: VisitStore;
  readonly outbox: Pick<Outbox, 'wake'>;
}

export interface VisitWanted {
  readonly patientId: string;
  readonly at: string;
  /** Any JSON: what was done. Stays in the own store. */
  readonly data: unknown;
  /** The patient's signed check-in code, compact JWS. */
  readonly checkIn?: string;
  /** Tells the same request from another one. */
  readonly request: IdempotentRequest;
}

/** Scenario 3: what happened stays here; the ledger gets its salted hash and where it lies, encrypted. */
export class VisitService {
  readonly #options: VisitServiceOptions;

  constructor(options: VisitServiceOptions) {
    this.#options = options;
  }

  /** On disk and on its way when this resolves. @throws ProblemError PATIENT_UNKNOWN, IDEMPOTENCY_KEY_REUSED */
  async record(wanted: VisitWanted): Promise<KeptVisit> {
    const { registrations, store, visits, outbox } = this.#options;
    const { patientId, at, request } = wanted;
    const data = JSON.stringify(wanted.data);
    const before = this.#before(request);
    if (before !== undefined) return before;
    const patient = await onLedger(() => registrations.awaited(patientId));
    const patientKey = currentKey(patient.encryptionKeys);
    if (patientKey === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const visitId = randomId128();
    const salt = newSalt();
    const statement = await this.#statement(wanted, { visitId, salt, data, patientKey });
    const made = await store.commit(() => {
      // Two equal requests at once: the first one made the visit.
      const claimed = store.requests.claim(request, visitId);
      if (claimed.state === 'same') return visits.find(claimed.reference);
      const createdAt = new Date().toISOString();
      const content = { salt: toBase64url(salt), data };
      visits.put({ visitId, patientId, at, statement, createdAt }, content);
      addTask(store, { kind: 'visit', ref: visitId, subject: patientId });
      return visits.find(visitId);
    });
    outbox.wake();
    if (made === undefined) throw new Error(`The visit ${visitId} was not kept`);
    return made;
  }

  /** @throws ProblemError IDEMPOTENCY_KEY_REUSED */
  #before(request: IdempotentRequest): KeptVisit | undefined {
    const { store, visits } = this.#options;
    const answer = store.requests.find(request);
    return answer.state === 'same' ? visits.find(answer.reference) : undefined;
  }

  async #statement(
    { patientId, at, checkIn }: VisitWanted,
    made: { visitId: string; salt: Uint8Array; data: string; patientKey: Uint8Array },
  ): Promise<string> {
    const { endpoint, issuer, ownKey } = this.#options;
    const { visitId, salt, data, patientKey } = made;
    const lies: VisitLocation = { url: new URL(`/v1/visits/${visitId}`, endpoint).href, id: visitId };
    const location = await encryptTo([ownKey.publicKey, patientKey], utf8(JSON.stringify(lies)), {
      context: SEALED_CONTEXT.visitLocation,
    });
    const dataHash = saltedHash(salt, utf8(data));
    const body = { patientId, at, dataHash, location, ...(checkIn !== undefined && { checkIn }) };
    return issuer.make('visit', CHANNELS, body, visitId);
  }
}
