import { randomId128, sha256Hex, toBase64url, utf8 } from '@careledger/crypto';
import type { X25519KeyPair } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { encryptTo, newSalt, saltedHash } from '@careledger/envelope';
import { onLedger } from '@careledger/ledger/service';
import { SEALED_CONTEXT, type VisitLocation } from '@careledger/protocol';
import type { Issuer } from '../issuer.js';
import { addTask, type Outbox } from '../outbox/outbox.js';
import { currentKey, type Directory } from '../policy/directory.js';
import { problem } from '../problem.js';
import type { Store } from '../store/store.js';
import type { KeptVisit, VisitStore } from './visit-store.js';

export interface VisitServiceOptions {
  readonly issuer: Issuer;
  readonly ownKey: X25519KeyPair;
  /** Where this service answers: the visit's location begins with it. */
  readonly endpoint: string;
  readonly directory: Directory;
  readonly store: Store;
  readonly visits: VisitStore;
  readonly outbox: () => Outbox;
}

export interface VisitWanted {
  readonly patientId: string;
  readonly at: string;
  /** Any JSON: what was done. Stays in the own store. */
  readonly data: unknown;
  /** The patient's signed check-in code, compact JWS. */
  readonly checkIn?: string;
  readonly idempotencyKey?: string;
}

/** Scenario 3: what happened stays here; the ledger gets its salted hash and where it lies, encrypted. */
export class VisitService {
  readonly #options: VisitServiceOptions;

  constructor(options: VisitServiceOptions) {
    this.#options = options;
  }

  /** On disk and on its way when this resolves. @throws ProblemError PATIENT_UNKNOWN, IDEMPOTENCY_KEY_REUSED */
  async record(wanted: VisitWanted): Promise<KeptVisit> {
    const { directory, store, visits, outbox } = this.#options;
    const { patientId, at, checkIn, idempotencyKey } = wanted;
    const data = JSON.stringify(wanted.data);
    const requestSha256 = sha256Hex(JSON.stringify([patientId, at, data, checkIn ?? null]));
    const requestKey = idempotencyKey === undefined ? `content:${requestSha256}` : `key:${idempotencyKey}`;
    const before = this.#before(requestKey, requestSha256);
    if (before !== undefined) return before;
    const patient = await onLedger(() => directory.patient(patientId));
    const patientKey = currentKey(patient.encryptionKeys);
    if (patientKey === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const visitId = randomId128();
    const salt = newSalt();
    const statement = await this.#statement(wanted, { visitId, salt, data, patientKey });
    await store.commit(() => {
      // Two equal requests at once: the first one made the visit.
      if (this.#before(requestKey, requestSha256) !== undefined) return;
      const checkedIn = checkIn !== undefined;
      const createdAt = new Date().toISOString();
      const content = { salt: toBase64url(salt), data };
      visits.put(
        { visitId, patientId, at, statement, checkedIn, requestSha256, createdAt },
        content,
        requestKey,
      );
      addTask(store, { kind: 'visit', ref: visitId, subject: patientId });
    });
    outbox().wake();
    const made = visits.findByRequest(requestKey);
    if (made === undefined) throw new Error(`The visit ${visitId} was not kept`);
    return made;
  }

  #before(requestKey: string, requestSha256: string): KeptVisit | undefined {
    const before = this.#options.visits.findByRequest(requestKey);
    if (before !== undefined && before.requestSha256 !== requestSha256)
      throw problem('IDEMPOTENCY_KEY_REUSED', `The key stands for visit ${before.visitId}`);
    return before;
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
