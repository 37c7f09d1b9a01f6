import type { Policy } from '../policy/policy.js';
import { signedBy } from '../policy/policy.js';

/** A private data collection as the chaincode definition has it. */
export interface CollectionDefinition {
  readonly name: string;
  /** Organisations whose peers keep the data (`policy` in Fabric's collection file). */
  readonly members: readonly string[];
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  /** Peers of other members that must have the data before an endorsement is given. */
  readonly requiredPeerCount: number;
  /** Said to those who ask for the definition; here every member's peer gets the data. */
  readonly maxPeerCount: number;
  /** Blocks after which the data is removed; 0 keeps it. */
  readonly blockToLive: number;
  /** Replaces the chaincode's policy for writes to the collection. */
  readonly endorsementPolicy?: Policy;
}

/** A chaincode committed on a channel. */
export interface ChaincodeDefinition {
  readonly name: string;
  readonly version: string;
  readonly policy: Policy;
  readonly collections: ReadonlyMap<string, CollectionDefinition>;
}

const IMPLICIT_COLLECTION = /^_implicit_org_(.+)$/;

/** Whether a name is that of an organisation's implicit collection, whether or not there is such an organisation. */
export const isImplicit = (collection: string): boolean => IMPLICIT_COLLECTION.test(collection);

/**
 * A collection of a chaincode: one of its own, or an organisation's implicit one.
 * @param mspIds the organisations of the channel
 */
export function collectionOf(
  definition: ChaincodeDefinition,
  name: string,
  mspIds: readonly string[],
): CollectionDefinition | undefined {
  const mspId = IMPLICIT_COLLECTION.exec(name)?.[1];
  if (mspId === undefined) return definition.collections.get(name);
  if (!mspIds.includes(mspId)) return undefined;
  return {
    name,
    members: [mspId],
    memberOnlyRead: false,
    memberOnlyWrite: false,
    requiredPeerCount: 0,
    maxPeerCount: 0,
    blockToLive: 0,
    endorsementPolicy: signedBy(mspId, 'member'),
  };
}
