import type { Signer, X25519KeyPair } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { sodiumSigner } from '@careledger/crypto/sodium';

/** What the gateway needs of a patient's keys, by their names in its key store. */
export const PATIENT_KEYS = {
  /** Ed25519: signs blocks, and the statements store, announce and anchor. */
  gateway: (patientId: string) => `${patientId}/gateway`,
  /** X25519: opens the patient's records. */
  encryption: (patientId: string) => `${patientId}/encryption`,
  /** Key of the HMAC that gives record ids. */
  recordSecret: (patientId: string) => `${patientId}/record-secret`,
  /** Key of the HMAC that gives scope tags. */
  scopeKey: (patientId: string) => `${patientId}/scope-key`,
} as const;

/** A patient's delegated keys, opened one by one when asked for. Not the consent key, which only the patient opens. */
export class PatientKeys {
  constructor(
    readonly store: KeyStore,
    readonly patientId: string,
  ) {}

  /** Makes all four and has them on disk. */
  async generate(): Promise<void> {
    const scopeKey = PATIENT_KEYS.scopeKey(this.patientId);
    await this.store.generate(...this.#offered(), { name: scopeKey, type: 'secret' });
  }

  /** Makes those that a patient with a key of its own appoints, unless they are there; the scope key comes from the patient. */
  async offer(): Promise<void> {
    if (!this.isOffered) await this.store.generate(...this.#offered());
  }

  /** Keeps the scope key that came from the patient, once. */
  async keepScopeKey(secret: Uint8Array): Promise<void> {
    const name = PATIENT_KEYS.scopeKey(this.patientId);
    if (!this.store.has(name)) await this.store.put({ name, type: 'secret', secret });
  }

  /** Whether keys were made to be appointed. */
  get isOffered(): boolean {
    return this.store.has(PATIENT_KEYS.gateway(this.patientId));
  }

  gatewaySigner(): Signer {
    return this.store.signer(PATIENT_KEYS.gateway(this.patientId), sodiumSigner);
  }

  encryption(): X25519KeyPair {
    return this.store.x25519(PATIENT_KEYS.encryption(this.patientId));
  }

  recordSecret(): Uint8Array {
    return this.store.secret(PATIENT_KEYS.recordSecret(this.patientId));
  }

  scopeKey(): Uint8Array {
    return this.store.secret(PATIENT_KEYS.scopeKey(this.patientId));
  }

  #offered() {
    const { patientId } = this;
    return [
      { name: PATIENT_KEYS.gateway(patientId), type: 'ed25519' },
      { name: PATIENT_KEYS.encryption(patientId), type: 'x25519' },
      { name: PATIENT_KEYS.recordSecret(patientId), type: 'secret' },
    ] as const;
  }
}
