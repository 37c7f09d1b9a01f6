import { common, peer } from '@hyperledger/fabric-protos';
import { Codes } from '../block/codes.js';
import type { Code } from '../block/codes.js';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import type { Channel } from '../channel/channel.js';
import { sha256 } from '../wire/sha256.js';
import { transactionId } from '../wire/transaction-id.js';

/**
 * What a committing peer checks of a transaction by itself: headers, creator's signature, transaction id,
 * proposal hash, chaincode id. Returns VALID or why not.
 */
export async function checkStructure(transaction: ParsedTransaction, channel: Channel): Promise<Code> {
  const { headers, action, rwSet } = transaction;
  if (transaction.envelope.length === 0) return Codes.NIL_ENVELOPE;
  if (!headers) return Codes.BAD_PAYLOAD;
  const { channelHeader, creator, nonce, signature } = headers;
  if (channelHeader.getEpoch() !== 0 || nonce.length === 0 || creator.length === 0)
    return Codes.BAD_COMMON_HEADER;
  const identity = channel.msps.validIdentity(creator);
  if (!identity) return Codes.BAD_CREATOR_SIGNATURE;
  const verified = transaction.signatureVerified ?? (await identity.verifyAsync(headers.payload, signature));
  if (!verified) return Codes.BAD_CREATOR_SIGNATURE;
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return Codes.UNSUPPORTED_TX_PAYLOAD;
  if (channelHeader.getChannelId() !== channel.name) return Codes.TARGET_CHAIN_NOT_FOUND;
  if (transaction.txId !== transactionId(nonce, creator)) return Codes.BAD_PROPOSAL_TXID;
  if (!action) return Codes.INVALID_ENDORSER_TRANSACTION;
  const hash = sha256(headers.channelHeaderBytes, action.signatureHeaderBytes, action.proposalPayload);
  if (!hash.equals(action.proposalHash)) return Codes.INVALID_ENDORSER_TRANSACTION;
  if (!rwSet) return Codes.BAD_RWSET;
  try {
    return checkChaincode(transaction);
  } catch {
    // Bytes of a client that are not the message they should be: one bad transaction must not stop the channel.
    return Codes.BAD_HEADER_EXTENSION;
  }
}

function checkChaincode({ headers, action, rwSet = [] }: ParsedTransaction): Code {
  const extension = headers?.channelHeader.getExtension_asU8() ?? new Uint8Array();
  const named = peer.ChaincodeHeaderExtension.deserializeBinary(extension).getChaincodeId()?.getName();
  if (!named || named !== action?.chaincodeName || action.chaincodeVersion === '')
    return Codes.INVALID_CHAINCODE;
  if (action.events.length > 0) {
    const event = peer.ChaincodeEvent.deserializeBinary(action.events);
    if (event.getChaincodeId() !== named) return Codes.INVALID_OTHER_REASON;
  }
  const namespaces = new Set(rwSet.map((each) => each.namespace));
  return namespaces.size === rwSet.length ? Codes.VALID : Codes.ILLEGAL_WRITESET;
}
