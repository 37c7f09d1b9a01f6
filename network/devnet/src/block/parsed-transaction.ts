import { common } from '@hyperledger/fabric-protos';
import { decodeRwSet } from '../rwset/codec.js';
import type { NamespaceRwSet } from '../rwset/model.js';
import { readAction, readHeaders } from './transaction.js';
import type { EnvelopeHeaders, TransactionAction } from './transaction.js';

/** An envelope taken apart once, for admission, validation and the index. Missing parts could not be read. */
export interface ParsedTransaction {
  readonly envelope: Buffer;
  readonly txId: string;
  readonly headers?: EnvelopeHeaders;
  /** Only of endorser transactions. */
  readonly action?: TransactionAction;
  readonly rwSet?: readonly NamespaceRwSet[];
  /** The orderer, which is this process, has verified the creator's signature: validation need not again. */
  readonly signatureVerified?: true;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // Malformed bytes of a client: the missing part is what validation reports.
    return undefined;
  }
}

/** Takes an envelope apart; never throws. */
export function parseTransaction(envelope: Buffer): ParsedTransaction {
  const headers = attempt(() => readHeaders(envelope));
  if (!headers) return { envelope, txId: '' };
  const txId = headers.channelHeader.getTxId();
  if (headers.channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION)
    return { envelope, txId, headers };
  const action = attempt(() => readAction(headers.data));
  if (!action) return { envelope, txId, headers };
  const rwSet = attempt(() => decodeRwSet(action.results));
  return rwSet ? { envelope, txId, headers, action, rwSet } : { envelope, txId, headers, action };
}
