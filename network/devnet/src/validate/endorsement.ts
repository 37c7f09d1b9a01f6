import { Codes } from '../block/codes.js';
import type { Code } from '../block/codes.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import type { TransactionAction } from '../block/transaction.js';
import type { Channel } from '../channel/channel.js';
import { collectionOf } from '../lifecycle/chaincode-definition.js';
import type { Identity } from '../msp/identity.js';
import { satisfies } from '../policy/evaluate.js';
import type { NamespaceRwSet } from '../rwset/model.js';
import { keyPolicyOf } from '../state/key-policy.js';
import { decodeMetadata } from '../state/metadata.js';
import { hashedNamespace } from '../state/namespace.js';

/** Identities whose endorsement signature holds. */
export async function endorsersOf(action: TransactionAction, channel: Channel): Promise<Identity[]> {
  const checked = await Promise.all(
    action.endorsements.map(async ({ endorser, signature }) => {
      const identity = channel.msps.validIdentity(endorser);
      const signed = Buffer.concat([action.responsePayload, endorser]);
      return (await identity?.verifyAsync(signed, signature)) ? identity : undefined;
    }),
  );
  return checked.filter((each) => each !== undefined);
}

/** One written key: where, and in which collection ('' for public state). */
interface WrittenKey {
  readonly stateNamespace: string;
  readonly collection: string;
  readonly key: string;
}

function writtenKeys(set: NamespaceRwSet): WrittenKey[] {
  const publicKeys = [...set.writes, ...set.metadataWrites].map(({ key }) => {
    return { stateNamespace: set.namespace, collection: '', key };
  });
  const privateKeys = set.collections.flatMap(({ collection, writes, metadataWrites }) => {
    const stateNamespace = hashedNamespace(set.namespace, collection);
    return [...writes, ...metadataWrites].map(({ key }) => ({ stateNamespace, collection, key }));
  });
  return [...publicKeys, ...privateKeys];
}

function writesAnything(set: NamespaceRwSet): boolean {
  return writtenKeys(set).length > 0;
}

/**
 * Checks the endorsement policies of one block's transactions, in order. It is stateful, because a key whose
 * own policy an earlier transaction of the block changes cannot be written by a later one.
 */
export class EndorsementCheck {
  readonly #changedPolicies = new Set<string>();
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** VALID, or the code of what is missing. Every written namespace is checked, and the invoked one always. */
  check(transaction: ParsedTransaction, endorsers: readonly Identity[]): Code {
    const { action, rwSet = [] } = transaction;
    const invoked = action?.chaincodeName ?? '';
    const written = rwSet.filter(writesAnything);
    const namespaces = new Set([invoked, ...written.map((each) => each.namespace)]);
    for (const namespace of namespaces) {
      const set = written.find((each) => each.namespace === namespace);
      const code = this.#namespace(namespace, set, endorsers);
      if (code !== Codes.VALID) return code;
    }
    this.#rememberPolicyChanges(written);
    return Codes.VALID;
  }

  #namespace(namespace: string, set: NamespaceRwSet | undefined, endorsers: readonly Identity[]): Code {
    const definition = this.#channel.definition(namespace);
    if (!definition) return Codes.INVALID_CHAINCODE;
    const keys = set ? writtenKeys(set) : [];
    const policies = new Set<(typeof definition)['policy']>();
    for (const { stateNamespace, collection, key } of keys) {
      if (this.#changedPolicies.has(`${stateNamespace}\0${key}`)) return Codes.ENDORSEMENT_POLICY_FAILURE;
      const metadata = this.#channel.ledger.index.get(stateNamespace, key)?.metadata;
      const own = keyPolicyOf(decodeMetadata(metadata));
      const found =
        collection === '' ? undefined : collectionOf(definition, collection, this.#channel.mspIds);
      if (collection !== '' && !found) return Codes.ENDORSEMENT_POLICY_FAILURE;
      policies.add(own ?? found?.endorsementPolicy ?? definition.policy);
    }
    if (policies.size === 0) policies.add(definition.policy);
    const satisfied = [...policies].every((policy) => satisfies(policy, endorsers));
    return satisfied ? Codes.VALID : Codes.ENDORSEMENT_POLICY_FAILURE;
  }

  #rememberPolicyChanges(sets: readonly NamespaceRwSet[]): void {
    for (const set of sets) {
      for (const { key } of set.metadataWrites) this.#changedPolicies.add(`${set.namespace}\0${key}`);
      for (const { collection, metadataWrites } of set.collections) {
        const namespace = hashedNamespace(set.namespace, collection);
        for (const { key } of metadataWrites) this.#changedPolicies.add(`${namespace}\0${key}`);
      }
    }
  }
}
