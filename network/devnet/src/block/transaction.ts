import { common, peer } from '@hyperledger/fabric-protos';
import { asBuffer } from '../wire/bytes.js';

/** An envelope taken apart as far as its headers go. */
export interface EnvelopeHeaders {
  readonly signature: Buffer;
  /** Payload bytes, which the signature covers. */
  readonly payload: Buffer;
  readonly channelHeaderBytes: Buffer;
  readonly signatureHeaderBytes: Buffer;
  readonly channelHeader: common.ChannelHeader;
  readonly creator: Buffer;
  readonly nonce: Buffer;
  readonly data: Buffer;
}

/** Reads an envelope's headers. @throws Error when they are malformed or missing */
export function readHeaders(envelope: Uint8Array): EnvelopeHeaders {
  const proto = common.Envelope.deserializeBinary(envelope);
  const payload = asBuffer(proto.getPayload_asU8());
  const body = common.Payload.deserializeBinary(payload);
  const header = body.getHeader();
  if (!header) throw new Error('envelope has no header');
  const channelHeaderBytes = asBuffer(header.getChannelHeader_asU8());
  const signatureHeaderBytes = asBuffer(header.getSignatureHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(signatureHeaderBytes);
  return {
    signature: asBuffer(proto.getSignature_asU8()),
    payload,
    channelHeaderBytes,
    signatureHeaderBytes,
    channelHeader: common.ChannelHeader.deserializeBinary(channelHeaderBytes),
    creator: asBuffer(signatureHeader.getCreator_asU8()),
    nonce: asBuffer(signatureHeader.getNonce_asU8()),
    data: asBuffer(body.getData_asU8()),
  };
}

/** One endorsement as it stands in a transaction. */
export interface Endorsement {
  readonly endorser: Buffer;
  readonly signature: Buffer;
}

/** The single action of an endorser transaction. */
export interface TransactionAction {
  readonly signatureHeaderBytes: Buffer;
  readonly proposalPayload: Buffer;
  readonly responsePayload: Buffer;
  readonly proposalHash: Buffer;
  readonly endorsements: readonly Endorsement[];
  readonly results: Buffer;
  readonly events: Buffer;
  readonly chaincodeName: string;
  readonly chaincodeVersion: string;
}

/** Reads a payload's data as a transaction with exactly one action. @throws Error when it is not one */
export function readAction(data: Uint8Array): TransactionAction {
  const actions = peer.Transaction.deserializeBinary(data).getActionsList();
  const [action] = actions;
  if (!action || actions.length !== 1) {
    throw new Error(`only one action per transaction is supported, tx contains ${actions.length}`);
  }
  const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const endorsed = payload.getAction();
  if (!endorsed) throw new Error('nil action');
  const responsePayload = asBuffer(endorsed.getProposalResponsePayload_asU8());
  const response = peer.ProposalResponsePayload.deserializeBinary(responsePayload);
  const chaincodeAction = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  return {
    signatureHeaderBytes: asBuffer(action.getHeader_asU8()),
    proposalPayload: asBuffer(payload.getChaincodeProposalPayload_asU8()),
    responsePayload,
    proposalHash: asBuffer(response.getProposalHash_asU8()),
    endorsements: endorsed.getEndorsementsList().map((each) => ({
      endorser: asBuffer(each.getEndorser_asU8()),
      signature: asBuffer(each.getSignature_asU8()),
    })),
    results: asBuffer(chaincodeAction.getResults_asU8()),
    events: asBuffer(chaincodeAction.getEvents_asU8()),
    chaincodeName: chaincodeAction.getChaincodeId()?.getName() ?? '',
    chaincodeVersion: chaincodeAction.getChaincodeId()?.getVersion() ?? '',
  };
}
