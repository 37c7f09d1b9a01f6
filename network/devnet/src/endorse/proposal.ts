import { common, peer } from '@hyperledger/fabric-protos';
import { PeerRefusal, messageOf } from '../errors.js';
import { asBuffer } from '../wire/bytes.js';
import { sha256 } from '../wire/sha256.js';

/** A proposal taken apart, every part there; nothing about it has been checked. */
export interface UnpackedProposal {
  readonly signed: peer.SignedProposal;
  readonly proposalBytes: Buffer;
  readonly signature: Buffer;
  readonly header: common.Header;
  readonly channelHeader: common.ChannelHeader;
  readonly channel: string;
  readonly txId: string;
  readonly creator: Buffer;
  readonly nonce: Buffer;
  readonly chaincode: string;
  readonly input: peer.ChaincodeInput;
  /** ChaincodeProposalPayload without the transient map: the part that goes into the transaction. */
  readonly payloadToCommit: Buffer;
  readonly hasTransient: boolean;
  /** SHA-256 over channel header, signature header and {@link payloadToCommit}. */
  readonly hash: Buffer;
}

/** Takes a signed proposal apart. @throws PeerRefusal */
export function unpackProposal(signed: peer.SignedProposal): UnpackedProposal {
  const proposalBytes = asBuffer(signed.getProposalBytes_asU8());
  let parts: {
    header: common.Header;
    channelHeader: common.ChannelHeader;
    signatureHeader: common.SignatureHeader;
    payload: peer.ChaincodeProposalPayload;
    extension: peer.ChaincodeHeaderExtension;
    spec: peer.ChaincodeSpec | undefined;
  };
  try {
    const proposal = peer.Proposal.deserializeBinary(proposalBytes);
    const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
    parts = {
      header,
      channelHeader,
      signatureHeader: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()),
      payload,
      extension: peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8()),
      spec: peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()).getChaincodeSpec(),
    };
  } catch (cause) {
    throw new PeerRefusal(`error unmarshalling Proposal: ${messageOf(cause)}`, { cause });
  }
  const { header, channelHeader, signatureHeader, payload, extension, spec } = parts;
  const chaincodeId = extension.getChaincodeId();
  if (!chaincodeId) throw new PeerRefusal('ChaincodeHeaderExtension.ChaincodeId is nil');
  if (chaincodeId.getName() === '')
    throw new PeerRefusal('ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  if (!spec) throw new PeerRefusal('chaincode invocation spec did not contain chaincode spec');
  const input = spec.getInput();
  if (!input) throw new PeerRefusal('chaincode input did not contain any input');
  const toCommit = new peer.ChaincodeProposalPayload();
  toCommit.setInput(payload.getInput_asU8());
  const payloadToCommit = Buffer.from(toCommit.serializeBinary());
  return {
    signed,
    proposalBytes,
    signature: asBuffer(signed.getSignature_asU8()),
    header,
    channelHeader,
    channel: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    creator: asBuffer(signatureHeader.getCreator_asU8()),
    nonce: asBuffer(signatureHeader.getNonce_asU8()),
    chaincode: chaincodeId.getName(),
    input,
    payloadToCommit,
    hasTransient: payload.getTransientmapMap().getLength() > 0,
    hash: sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payloadToCommit),
  };
}
