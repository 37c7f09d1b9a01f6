import type { Channel } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import { collectionOf } from '../lifecycle/chaincode-definition.js';
import { decodePrivateSet } from '../rwset/codec.js';

/**
 * Checks that enough peers can have what a simulation wrote privately. Here all members' peers have it at once; what
 * can be amiss is that there are too few of them.
 * @param mspId whose peer endorses: it does not count itself
 * @throws PeerRefusal
 */
export function checkDistribution(channel: Channel, mspId: string, txId: string, privateBytes: Buffer): void {
  for (const { namespace, collection } of decodePrivateSet(privateBytes)) {
    const definition = channel.definition(namespace);
    const { members = [], requiredPeerCount = 0 } =
      (definition && collectionOf(definition, collection, channel.mspIds)) ?? {};
    const eligible = channel.parts.peerMspIds.filter((each) => each !== mspId && members.includes(each));
    if (eligible.length >= requiredPeerCount) continue;
    throw new PeerRefusal(
      `error in simulation: failed to distribute private collection, txID ${txId}, channel ${channel.name}: ` +
        `could not build private data dissemination plan for chaincode ${namespace} and collection ${collection}: ` +
        `required to disseminate to at least ${requiredPeerCount} peers, but know of only ${eligible.length} eligible peers`,
    );
  }
}
