import { CryptoError, LruMap, type Signer, type X25519KeyPair } from '@careledger/crypto';
import type { KeyStore, NewKey } from '@careledger/crypto/key-store';
import { sodiumSigner } from '@careledger/crypto/sodium';
import { OfferedKeys, type AppointedKeys } from './offered-keys.js';

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

/** Keys whose public halves are kept: one is asked for with every record, and its secret need not be opened for that. */
const PUBLIC_KEYS_KEPT = 4_096;
/** By patient and thumbprint: each was opened under that name once, which shows that nobody altered it. */
const publicKeys = new LruMap<string, Uint8Array>(PUBLIC_KEYS_KEPT);

/** Whose registration was checked, with what the gateway is to keep. */
export interface AppointedPatient {
  readonly keys: PatientKeys;
  readonly appointed: AppointedKeys;
  readonly scopeKey: Uint8Array;
}

/** A patient's delegated keys, opened one by one when asked for. Not the consent key, which only the patient opens. */
export class PatientKeys implements AppointedKeys {
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

  /**
   * Has the keys that the patient has appointed on disk, with the scope key that came with the registration. Those that are
   * there stay: records may be wrapped to them.
   */
  async keep(appointed: AppointedKeys, scopeKey: Uint8Array): Promise<void> {
    try {
      await this.store.put(...this.toKeep(appointed, scopeKey));
    } catch (error) {
      // The same registration came twice at once.
      if (!isThere(error)) throw error;
    }
  }

  /** What `keep` puts into the key store. */
  toKeep(appointed: AppointedKeys, scopeKey: Uint8Array): NewKey[] {
    const { patientId, store } = this;
    const scope = { name: PATIENT_KEYS.scopeKey(patientId), type: 'secret', secret: scopeKey } as const;
    if (appointed instanceof OfferedKeys) return [...secretsOf(patientId, appointed), scope];
    return store.has(scope.name) ? [] : [scope];
  }

  /** Whether this gateway has keys of the patient, though perhaps no patient: of a store that is older than its keys. */
  get areThere(): boolean {
    return this.store.has(PATIENT_KEYS.gateway(this.patientId));
  }

  gatewaySigner(): Signer {
    return this.store.signer(PATIENT_KEYS.gateway(this.patientId), sodiumSigner);
  }

  /** Every key that has signed, or is to sign, as the gateway's: oldest first. */
  gatewaySigners(): Signer[] {
    return this.store.signers(PATIENT_KEYS.gateway(this.patientId), sodiumSigner);
  }

  /** The gateway key that is to follow. Asked again, the same one. */
  async stageGateway(): Promise<Signer> {
    await this.store.stageSigner(PATIENT_KEYS.gateway(this.patientId));
    const staged = this.gatewaySigners().at(-1);
    if (staged === undefined) throw new RangeError('A key was staged and is not there');
    return staged;
  }

  /** Thumbprint of the gateway key that is to follow; undefined while none is. */
  get stagedGatewayKid(): string | undefined {
    return this.store.stagedKid(PATIENT_KEYS.gateway(this.patientId));
  }

  /** The chain has the key that was staged. */
  completeGateway(): Promise<void> {
    return this.store.completeRotation(PATIENT_KEYS.gateway(this.patientId));
  }

  /** To which records are wrapped. */
  encryption(): X25519KeyPair {
    return this.store.x25519(PATIENT_KEYS.encryption(this.patientId));
  }

  /** The public half of it, raw. */
  encryptionPublicKey(): Uint8Array {
    const name = `${this.patientId}/${this.encryptionKid}`;
    const key = publicKeys.get(name) ?? this.encryption().publicKey;
    publicKeys.set(name, key);
    return key;
  }

  /** Thumbprint of the key to which records are wrapped. */
  get encryptionKid(): string {
    return this.store.currentKid(PATIENT_KEYS.encryption(this.patientId));
  }

  /**
   * All that open what is for the patient, newest first: one that is to follow, for others may know it before, and former
   * ones.
   */
  encryptionKeys(): X25519KeyPair[] {
    return this.store.x25519Generations(PATIENT_KEYS.encryption(this.patientId));
  }

  /** That of them which one of these thumbprints names; the key in force where none does. */
  encryptionAmong(kids: ReadonlySet<string>): X25519KeyPair {
    return this.encryptionKeys().find(({ kid }) => kids.has(kid)) ?? this.encryption();
  }

  /** The key that is to follow. Asked again, the same one. */
  stageEncryption(): Promise<X25519KeyPair> {
    return this.store.stageX25519(PATIENT_KEYS.encryption(this.patientId));
  }

  /** Thumbprint of the key that is to follow; undefined while none is. */
  get stagedEncryptionKid(): string | undefined {
    return this.store.stagedKid(PATIENT_KEYS.encryption(this.patientId));
  }

  /** The ledger has the key that was staged: records are wrapped to it from now on. */
  completeEncryption(): Promise<void> {
    return this.store.completeRotation(PATIENT_KEYS.encryption(this.patientId));
  }

  /** Keys that others have followed, and that are still here: something may be wrapped to them. */
  formerEncryptionKeys(): X25519KeyPair[] {
    if (!this.store.hasRetired(PATIENT_KEYS.encryption(this.patientId))) return [];
    const { kid: inForce } = this.encryption();
    const staged = this.stagedEncryptionKid;
    return this.encryptionKeys().filter(({ kid }) => kid !== inForce && kid !== staged);
  }

  /** Lets former keys go, for good. */
  forgetFormerEncryption(): Promise<void> {
    return this.store.removeRetired(PATIENT_KEYS.encryption(this.patientId));
  }

  recordSecret(): Uint8Array {
    return this.store.secret(PATIENT_KEYS.recordSecret(this.patientId));
  }

  scopeKey(): Uint8Array {
    return this.store.secret(PATIENT_KEYS.scopeKey(this.patientId));
  }
}

/** Has the keys of many patients on disk with one write; `PatientKeys.keep` where that cannot be. */
export async function keepTogether(store: KeyStore, newcomers: readonly AppointedPatient[]): Promise<void> {
  try {
    await store.put(
      ...newcomers.flatMap(({ keys, appointed, scopeKey }) => keys.toKeep(appointed, scopeKey)),
    );
  } catch (error) {
    if (!isThere(error)) throw error;
    for (const { keys, appointed, scopeKey } of newcomers) await keys.keep(appointed, scopeKey);
  }
}

const isThere = (error: unknown): boolean => error instanceof CryptoError && error.code === 'KEY_EXISTS';

const secretsOf = (patientId: string, keys: OfferedKeys) =>
  [
    { name: PATIENT_KEYS.gateway(patientId), type: 'ed25519', secret: keys.gatewaySeed },
    { name: PATIENT_KEYS.encryption(patientId), type: 'x25519', secret: keys.encryptionSecret },
    { name: PATIENT_KEYS.recordSecret(patientId), type: 'secret', secret: keys.recordSecret },
  ] as const;
