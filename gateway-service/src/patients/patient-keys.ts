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
    const { patientId } = this;
    await this.store.generate(
      { name: PATIENT_KEYS.gateway(patientId), type: 'ed25519' },
      { name: PATIENT_KEYS.encryption(patientId), type: 'x25519' },
      { name: PATIENT_KEYS.recordSecret(patientId), type: 'secret' },
      { name: PATIENT_KEYS.scopeKey(patientId), type: 'secret' },
    );
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
}
