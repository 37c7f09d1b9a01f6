import { CryptoError, isJsonObject, parseJson, utf8 } from '@careledger/crypto/portable';
import type { TransactionEnvelope } from './envelope.js';

/** The transaction function that anchors heads (`packages/contracts`), and an accepted item's code. */
export const ANCHOR_FUNCTION = 'AnchorHeads';
const ACCEPTED = 'OK';

/**
 * Why the envelope does not put this very statement on the ledger, or undefined if it does. A VALID transaction is not
 * enough: a batch is VALID also when single items were refused, so the endorsed result of this item has to be OK.
 */
export function anchorFault(
  envelope: TransactionEnvelope,
  chaincode: string,
  anchor: string,
  sid: string,
): string | undefined {
  if (envelope.chaincode !== chaincode) return `it calls chaincode ${envelope.chaincode}, not ${chaincode}`;
  const [name, argument, ...more] = envelope.args;
  if (name !== ANCHOR_FUNCTION || argument === undefined || more.length > 0) {
    return `it does not call ${ANCHOR_FUNCTION} with one argument`;
  }
  if (envelope.response.status !== 200) return `the chaincode answered ${envelope.response.status}`;
  const items = itemsOf(argument);
  const results = itemsOf(envelope.response.payload);
  const index = items?.indexOf(anchor) ?? -1;
  if (items === undefined || index < 0) return 'its arguments do not hold the anchor statement';
  if (results === undefined || results.length !== items.length) return 'it has no result for every item';
  const result = results[index];
  if (!isJsonObject(result) || result.sid !== sid) return 'the result is about another statement';
  return result.code === ACCEPTED ? undefined : `the chaincode refused the statement: ${String(result.code)}`;
}

function itemsOf(json: string): unknown[] | undefined {
  try {
    const value = parseJson(utf8(json));
    return isJsonObject(value) && Array.isArray(value.items) ? value.items : undefined;
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
