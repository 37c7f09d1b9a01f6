import type { Policy } from '../policy/policy.js';
import type { MetadataEntry } from '../rwset/model.js';
import { keyPolicyOf } from '../state/key-policy.js';

/** What a simulation touched, as far as it decides who has to endorse (Fabric's ChaincodeInterest). */
export interface NamespaceInterest {
  /** Public keys were written, or only reads happened: the chaincode's own policy is needed. */
  publicPolicy: boolean;
  /** Collections written under the collection's (or else the chaincode's) policy. */
  readonly collections: Set<string>;
  /** Collections that were read, which only their members' peers can do. */
  readonly privateReads: Set<string>;
  /** Policies of single keys that were written. */
  readonly keyPolicies: Policy[];
}

export class Interest {
  readonly #namespaces = new Map<string, NamespaceInterest>();
  readonly #written = new Set<string>();

  read(namespace: string): void {
    this.#of(namespace);
  }

  readPrivate(namespace: string, collection: string): void {
    this.#of(namespace).privateReads.add(collection);
  }

  /** A write of a key that has this metadata; its own policy, if it has one, stands in for the chaincode's. */
  write(namespace: string, collection: string, metadata: readonly MetadataEntry[]): void {
    const own = this.#of(namespace);
    this.#written.add(namespace);
    const policy = keyPolicyOf(metadata);
    if (policy) own.keyPolicies.push(policy);
    else if (collection === '') own.publicPolicy = true;
    else own.collections.add(collection);
  }

  /** By namespace; one that was only read needs its chaincode's policy, as in Fabric. */
  namespaces(): ReadonlyMap<string, NamespaceInterest> {
    for (const [namespace, own] of this.#namespaces) {
      if (!this.#written.has(namespace)) own.publicPolicy = true;
    }
    return this.#namespaces;
  }

  #of(namespace: string): NamespaceInterest {
    let own = this.#namespaces.get(namespace);
    if (!own) {
      own = { publicPolicy: false, collections: new Set(), privateReads: new Set(), keyPolicies: [] };
      this.#namespaces.set(namespace, own);
    }
    return own;
  }
}
