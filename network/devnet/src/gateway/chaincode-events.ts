import { status } from '@grpc/grpc-js';
import { gateway, orderer, peer } from '@hyperledger/fabric-protos';
import type { Block } from '../block/block.js';
import { Codes } from '../block/codes.js';
import { parseTransaction } from '../block/parsed-transaction.js';
import type { Channel } from '../channel/channel.js';
import { messageOf } from '../errors.js';
import { RpcError } from '../rpc/rpc-error.js';
import { readableChannel } from './commit-status.js';

/** Chaincode events of a block's valid transactions, in order. */
function eventsOf(block: Block): peer.ChaincodeEvent[] {
  return block.envelopes.flatMap((envelope, tx) => {
    if (block.codes[tx] !== Codes.VALID) return [];
    const events = parseTransaction(envelope).action?.events;
    return events && events.length > 0 ? [peer.ChaincodeEvent.deserializeBinary(events)] : [];
  });
}

/**
 * Gateway.ChaincodeEvents: one response per block that has matching events, from the requested position on and
 * then as blocks are committed.
 */
export async function* chaincodeEvents(
  signed: gateway.SignedChaincodeEventsRequest,
  channels: ReadonlyMap<string, Channel>,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse> {
  if (signed.getRequest_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  }
  const request = readRequest(signed);
  const channel = readableChannel(channels, request.getChannelId(), signed, request.getIdentity_asU8());
  const matches = eventFilter(request);
  for await (const block of blocksFrom(channel, startBlock(request, channel), signal)) {
    const events = eventsOf(block).filter(matches);
    if (events.length === 0) continue;
    const response = new gateway.ChaincodeEventsResponse();
    response.setEventsList(events);
    response.setBlockNumber(block.number);
    yield response;
  }
}

/** Blocks in order, waiting for those to come, until the signal aborts. */
async function* blocksFrom(channel: Channel, first: number, signal: AbortSignal): AsyncGenerator<Block> {
  for (let number = first; !signal.aborted;) {
    const block = await channel.ledger.block(number);
    if (block) {
      yield block;
      number += 1;
    } else {
      await channel.commits.next(signal);
    }
  }
}

function readRequest(signed: gateway.SignedChaincodeEventsRequest): gateway.ChaincodeEventsRequest {
  try {
    return gateway.ChaincodeEventsRequest.deserializeBinary(signed.getRequest_asU8());
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid chaincode events request: ${messageOf(error)}`);
  }
}

/** Events of the chaincode; after a checkpoint, those behind the transaction it names. */
function eventFilter(request: gateway.ChaincodeEventsRequest): (event: peer.ChaincodeEvent) => boolean {
  const chaincode = request.getChaincodeId();
  const after = request.getAfterTransactionId();
  let passed = after === '';
  return (event) => {
    if (passed) return event.getChaincodeId() === chaincode;
    passed = event.getTxId() === after;
    return false;
  };
}

function startBlock(request: gateway.ChaincodeEventsRequest, channel: Channel): number {
  const after = request.getAfterTransactionId();
  const checkpoint = after === '' ? undefined : channel.ledger.findTransaction(after);
  if (checkpoint) return checkpoint.block;
  const position = request.getStartPosition();
  switch (position?.getTypeCase() ?? orderer.SeekPosition.TypeCase.TYPE_NOT_SET) {
    case orderer.SeekPosition.TypeCase.TYPE_NOT_SET:
    case orderer.SeekPosition.TypeCase.NEXT_COMMIT:
      return channel.ledger.height;
    case orderer.SeekPosition.TypeCase.SPECIFIED:
      return position?.getSpecified()?.getNumber() ?? 0;
    default:
      throw new RpcError(status.INVALID_ARGUMENT, 'invalid start position type');
  }
}
