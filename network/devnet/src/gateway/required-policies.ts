import type { Channel } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import { collectionOf } from '../lifecycle/chaincode-definition.js';
import type { Policy } from '../policy/policy.js';
import type { Interest } from '../simulate/interest.js';

/** What a transaction needs to be endorsed. */
export interface Requirements {
  readonly policies: readonly Policy[];
  /** Organisations whose peers can endorse: they have the chaincodes, and the private data that was read. */
  readonly candidates: readonly string[];
  /** Collections that were only written; with transient data, only their members should see the proposal. */
  readonly protectedCollections: readonly string[];
}

/**
 * Derives from what a first simulation touched who has to endorse.
 * @param membersOnly whether collections that were only written restrict the candidates too
 * @throws PeerRefusal when a chaincode is not known on the channel
 */
export function requirementsOf(
  channel: Channel,
  invoked: string,
  interest: Interest | undefined,
  membersOnly: boolean,
): Requirements {
  const policies: Policy[] = [];
  const protectedCollections: string[] = [];
  const touched = interest?.namespaces();
  const namespaces = touched?.size ? touched : new Map([[invoked, undefined]]);
  let candidates = channel.endorsersOf(invoked);
  for (const [namespace, own] of namespaces) {
    const definition = channel.definition(namespace);
    if (!definition) {
      throw new PeerRefusal(`No metadata was found for chaincode ${namespace} in channel ${channel.name}`);
    }
    const installed = channel.endorsersOf(namespace);
    candidates = candidates.filter((mspId) => installed.includes(mspId));
    if (!own || own.publicPolicy) policies.push(definition.policy);
    policies.push(...(own?.keyPolicies ?? []));
    for (const name of new Set([...(own?.collections ?? []), ...(own?.privateReads ?? [])])) {
      const collection = collectionOf(definition, name, channel.mspIds);
      if (own?.collections.has(name)) policies.push(collection?.endorsementPolicy ?? definition.policy);
      const wasRead = own?.privateReads.has(name) ?? false;
      if (!wasRead) protectedCollections.push(name);
      if (wasRead || membersOnly) {
        candidates = candidates.filter((mspId) => collection?.members.includes(mspId));
      }
    }
  }
  return { policies, candidates, protectedCollections };
}
