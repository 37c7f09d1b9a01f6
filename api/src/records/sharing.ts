import type { Signer, X25519KeyPair } from '@careledger/crypto';
import { makeWrapSet, readManifest, readWrap, readWrapSet, unwrapKey, wrapKey } from '@careledger/envelope';
import { currentKey, readingGrants, termsOnRecord } from '@careledger/policy';
import type { Policy } from '../policy/policy.js';
import type { Registrations } from '../policy/registrations.js';
import type { Write } from './write-store.js';

export interface SharingOptions {
  readonly authorityId: string;
  readonly signer: Signer;
  readonly ownKey: X25519KeyPair;
  /** All generations of it. */
  readonly keys: readonly X25519KeyPair[];
  readonly registrations: Registrations;
  readonly policy: Policy;
  readonly clock?: () => number;
}

/**
 * Who gets the key of a version when it is first stored: the patient, this authority, and everybody whose grant lets read
 * it now or later and is not denied. Whoever is left out here can open it only once the patient's gateway has let them in.
 */
export class Sharing {
  readonly #options: SharingOptions;

  constructor(options: SharingOptions) {
    this.#options = options;
  }

  /** The first wrap set of a version and its wraps. @throws LedgerError while the own peer cannot be asked */
  async share({
    patientId,
    recordId,
    version,
    manifest,
    manifestHash,
    wrapSet,
    wraps,
    description,
  }: Write): Promise<{ wrapSet: string; wraps: string[] }> {
    const { authorityId, registrations, ownKey, policy, signer } = this.#options;
    const atMs = (this.#options.clock ?? Date.now)();
    const rules = await policy.fetchEveryGrant(patientId);
    const terms = termsOnRecord({ patientId, author: authorityId, ...description });
    const readers = new Set(readingGrants(rules, terms, atMs).map((grant) => grant.authorityId));
    readers.delete(authorityId);
    const others = await Promise.all([...readers].sort().map((id) => registrations.authority(id)));
    const { encryptionKeys } = await registrations.patient(patientId);
    const own = this.#ownWrap(wraps);
    const contentKey = await unwrapKey(own.jwe, readWrapSet(wrapSet), readManifest(manifest), own.key);
    const theirs = others.map((other) => currentKey(other.encryptionKeys));
    const keys = [currentKey(encryptionKeys), ownKey.publicKey, ...theirs];
    const made = await Promise.all(
      keys
        .filter((publicKey) => publicKey !== undefined)
        .map((publicKey) => wrapKey(contentKey, { recordId, version }, { publicKey })),
    );
    return {
      wrapSet: makeWrapSet({ recordId, version, manifestHash, wraps: made }, signer),
      wraps: made.map(({ jwe }) => jwe),
    };
  }

  #ownWrap(wraps: readonly string[]): { jwe: string; key: X25519KeyPair } {
    for (const jwe of wraps) {
      const { kid } = readWrap(jwe);
      const key = this.#options.keys.find((own) => own.kid === kid);
      if (key !== undefined) return { jwe, key };
    }
    throw new Error('The version has no wrap for this authority, which made it');
  }
}
