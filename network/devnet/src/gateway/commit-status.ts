import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import type { Code } from '../block/codes.js';
import { checkChannelPolicy } from '../channel/acl.js';
import type { ChannelPolicy } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { messageOf } from '../errors.js';
import { RpcError } from '../rpc/rpc-error.js';

/** A request that its sender signed. */
interface SignedRequest {
  getRequest_asU8(): Uint8Array;
  getSignature_asU8(): Uint8Array;
}

/** Finds a channel that the sender may read. @throws RpcError PERMISSION_DENIED */
export function readableChannel(
  channels: ReadonlyMap<string, Channel>,
  name: string,
  signed: SignedRequest,
  identity: Uint8Array,
): Channel {
  const policy: ChannelPolicy = 'Readers';
  const channel = channels.get(name);
  if (!channel) {
    throw new RpcError(status.PERMISSION_DENIED, `Failed to get policy manager for channel [${name}]`);
  }
  try {
    const data = { data: signed.getRequest_asU8(), identity, signature: signed.getSignature_asU8() };
    checkChannelPolicy(name, channel.msps, policy, data);
  } catch (error) {
    throw new RpcError(status.PERMISSION_DENIED, messageOf(error));
  }
  return channel;
}

/** Gateway.CommitStatus: waits until a transaction is in a block, or the signal aborts. */
export async function commitStatus(
  signed: gateway.SignedCommitStatusRequest,
  channels: ReadonlyMap<string, Channel>,
  signal: AbortSignal,
): Promise<gateway.CommitStatusResponse> {
  if (signed.getRequest_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a commit status request is required');
  }
  const request = readRequest(signed);
  const identity = request.getIdentity_asU8();
  const txId = request.getTransactionId();
  if (identity.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'no identity provided');
  if (request.getChannelId() === '') throw new RpcError(status.INVALID_ARGUMENT, 'no channel ID provided');
  if (txId === '') throw new RpcError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
  const channel = readableChannel(channels, request.getChannelId(), signed, identity);
  for (;;) {
    const position = channel.ledger.findTransaction(txId);
    if (position) {
      const response = new gateway.CommitStatusResponse();
      response.setResult(position.code as Code);
      response.setBlockNumber(position.block);
      return response;
    }
    if (signal.aborted) throw new RpcError(status.CANCELLED, 'context canceled');
    await channel.commits.next(signal);
  }
}

function readRequest(signed: gateway.SignedCommitStatusRequest): gateway.CommitStatusRequest {
  try {
    return gateway.CommitStatusRequest.deserializeBinary(signed.getRequest_asU8());
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid status request: ${messageOf(error)}`);
  }
}
