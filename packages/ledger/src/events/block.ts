import { common, msp, peer } from '@hyperledger/fabric-protos';
import { validationCodeName } from '../fabric/translate.js';
import { blockHeaderHash } from './block-hash.js';

/** One transaction of a block, VALID or void. */
export interface BlockTransaction {
  readonly transactionId: string;
  readonly kind: 'endorser' | 'config' | 'other';
  /** Name in peer.TxValidationCode. */
  readonly validationCode: string;
  readonly valid: boolean;
  /** For endorser transactions: what was called, e.g. `records` and `StoreRecord`. */
  readonly chaincode: string | undefined;
  readonly functionName: string | undefined;
  readonly creatorMspId: string;
  /** The client's clock. */
  readonly timestamp: Date | undefined;
  /** The envelope's bytes, which the block's data hash covers. */
  readonly envelope: Uint8Array;
}

export interface LedgerBlock {
  readonly number: bigint;
  /** Hash of the header, which the next block names as its previous one. */
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly transactions: readonly BlockTransaction[];
}

/** Decodes what applications need of a block. */
export function decodeBlock(block: common.Block): LedgerBlock {
  const header = block.getHeader() ?? new common.BlockHeader();
  const number = BigInt(header.getNumber());
  const previousHash = header.getPreviousHash_asU8();
  const dataHash = header.getDataHash_asU8();
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return {
    number,
    hash: blockHeaderHash(number, previousHash, dataHash),
    previousHash,
    dataHash,
    transactions: envelopes.map((envelope, index) =>
      decodeTransaction(envelope, codes?.[index] ?? peer.TxValidationCode.NOT_VALIDATED),
    ),
  };
}

function decodeTransaction(bytes: Uint8Array, code: number): BlockTransaction {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader() ?? new common.Header();
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const creator = msp.SerializedIdentity.deserializeBinary(signatureHeader.getCreator_asU8());
  const isEndorser = channelHeader.getType() === common.HeaderType.ENDORSER_TRANSACTION;
  return {
    transactionId: channelHeader.getTxId(),
    kind: isEndorser ? 'endorser' : channelHeader.getType() === common.HeaderType.CONFIG ? 'config' : 'other',
    validationCode: validationCodeName(code),
    valid: code === peer.TxValidationCode.VALID,
    ...(isEndorser ? decodeCall(payload.getData_asU8()) : { chaincode: undefined, functionName: undefined }),
    creatorMspId: creator.getMspid(),
    timestamp: channelHeader.getTimestamp()?.toDate(),
    envelope: bytes,
  };
}

/** Which chaincode function a transaction called; peers accept one action a transaction. */
function decodeCall(data: Uint8Array): Pick<BlockTransaction, 'chaincode' | 'functionName'> {
  const [action] = peer.Transaction.deserializeBinary(data).getActionsList();
  if (!action) return { chaincode: undefined, functionName: undefined };
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(
    actionPayload.getChaincodeProposalPayload_asU8(),
  );
  const call = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  const name = call?.getInput()?.getArgsList_asU8()[0];
  return {
    chaincode: call?.getChaincodeId()?.getName(),
    functionName: name && Buffer.from(name).toString('utf8'),
  };
}
