import { ledger, peer } from '@hyperledger/fabric-protos';
import type { Block } from '../block/block.js';
import { blockToProto } from '../block/block.js';
import { parseTransaction } from '../block/parsed-transaction.js';
import type { Channel } from '../channel/channel.js';
import { collectionOf } from '../lifecycle/chaincode-definition.js';
import { decodePrivateSet, encodePrivateSet } from '../rwset/codec.js';
import type { Seek } from './seek.js';

/** Makes a DeliverResponse of a block. */
export type Responder = (block: Block, seek: Seek) => peer.DeliverResponse | Promise<peer.DeliverResponse>;

/** The whole block. */
export const wholeBlock: Responder = (block) => {
  const response = new peer.DeliverResponse();
  response.setBlock(blockToProto(block));
  return response;
};

function filteredAction(events: Buffer): peer.FilteredChaincodeAction[] {
  const event = peer.ChaincodeEvent.deserializeBinary(events);
  if (event.getChaincodeId() === '') return [];
  event.setPayload('');
  const action = new peer.FilteredChaincodeAction();
  action.setChaincodeEvent(event);
  return [action];
}

function filteredTransaction(block: Block, envelope: Buffer, index: number): peer.FilteredTransaction[] {
  const { headers, action, txId } = parseTransaction(envelope);
  if (!headers) return [];
  const transaction = new peer.FilteredTransaction();
  transaction.setTxid(txId);
  // The generated types know header types and codes as unions of numbers; ours come from the wire.
  transaction.setType(headers.channelHeader.getType() as Parameters<typeof transaction.setType>[0]);
  transaction.setTxValidationCode(
    (block.codes[index] ?? peer.TxValidationCode.NOT_VALIDATED) as Parameters<
      typeof transaction.setTxValidationCode
    >[0],
  );
  if (action) {
    const actions = new peer.FilteredTransactionActions();
    actions.setChaincodeActionsList(filteredAction(action.events));
    transaction.setTransactionActions(actions);
  }
  return [transaction];
}

/** Transaction ids, codes, and events without their payloads. */
export const filteredBlock: Responder = (block, { channel }) => {
  const filtered = new peer.FilteredBlock();
  filtered.setChannelId(channel.name);
  filtered.setNumber(block.number);
  filtered.setFilteredTransactionsList(
    block.envelopes.flatMap((envelope, index) => filteredTransaction(block, envelope, index)),
  );
  const response = new peer.DeliverResponse();
  response.setFilteredBlock(filtered);
  return response;
};

function readable(channel: Channel, namespace: string, name: string, mspIds: readonly string[]): boolean {
  const definition = channel.definition(namespace);
  const members = definition && collectionOf(definition, name, channel.mspIds)?.members;
  return mspIds.every((mspId) => members?.includes(mspId));
}

/** The block and its private data, as far as both the peer and the client belong to the collections. */
export function blockWithPrivateData(peerMspId: string): Responder {
  return async (block, { channel, creator }) => {
    const client = channel.msps.validIdentity(creator)?.mspId ?? '';
    const both = new peer.BlockAndPrivateData();
    both.setBlock(blockToProto(block));
    for (const [index, bytes] of await channel.ledger.privateData(block.number)) {
      const allowed = decodePrivateSet(bytes)
        .filter(({ namespace, collection }) => readable(channel, namespace, collection, [peerMspId, client]))
        .map(({ namespace, collection, bytes: set }) => ({ namespace, collection, set }));
      if (allowed.length === 0) continue;
      const set = ledger.rwset.TxPvtReadWriteSet.deserializeBinary(encodePrivateSet(allowed));
      both.getPrivateDataMapMap().set(index, set);
    }
    const response = new peer.DeliverResponse();
    response.setBlockAndPrivateData(both);
    return response;
  };
}
