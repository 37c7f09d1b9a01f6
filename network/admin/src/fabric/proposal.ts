import { common, peer } from '@hyperledger/fabric-protos';
import { makeHeader, type HeaderType } from './headers.js';
import type { Identity } from './identity.js';

export interface ProposalOptions {
  /** Empty for system chaincode that concerns the peer, not a channel. */
  readonly channel: string;
  readonly chaincode: string;
  readonly args: readonly (string | Uint8Array)[];
  /** `CONFIG` only for cscc's JoinChain. */
  readonly type?: HeaderType;
}

/** A call of a chaincode, ready to be sent to peers. */
export interface Proposal {
  readonly txId: string;
  readonly channel: string;
  readonly header: common.Header;
  readonly payload: Uint8Array;
  readonly signed: peer.SignedProposal;
}

export function makeProposal(identity: Identity, options: ProposalOptions): Proposal {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(options.chaincode);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);

  const { header, txId } = makeHeader({
    type: options.type ?? common.HeaderType.ENDORSER_TRANSACTION,
    channel: options.channel,
    creator: identity.serialize(),
    extension: extension.serializeBinary(),
  });

  const input = new peer.ChaincodeInput();
  input.setArgsList(options.args.map((arg) => (typeof arg === 'string' ? Buffer.from(arg) : arg)));
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.GOLANG);
  spec.setChaincodeId(chaincodeId);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  const payloadBytes = payload.serializeBinary();

  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payloadBytes);
  const proposalBytes = proposal.serializeBinary();
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposalBytes);
  signed.setSignature(identity.sign(proposalBytes));
  return { txId, channel: options.channel, header, payload: payloadBytes, signed };
}
