import type { Gateway, Status } from '@hyperledger/fabric-gateway';
import { gateway as protos, msp } from '@hyperledger/fabric-protos';
import { within } from '../timeouts.js';

/**
 * The status of a transaction, whoever submitted it. A peer looks into its ledger first (fabric
 * internal/pkg/gateway/commit/finder.go), then waits for the transaction until the deadline.
 * @throws what the SDK throws
 */
export function commitStatus(
  gateway: Gateway,
  channel: string,
  transactionId: string,
  timeoutMs: number,
): Promise<Status> {
  const { mspId, credentials } = gateway.getIdentity();
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(credentials);
  const request = new protos.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(identity.serializeBinary());
  const signed = new protos.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return gateway.newCommit(signed.serializeBinary()).getStatus(within(timeoutMs));
}
