import type { Signer } from '@careledger/crypto';
import type { TSchema } from 'typebox';
import { EnvelopeError } from './portable/errors.js';
import { RecipientReceipt, StoreReceipt, TYP } from './formats.js';
import { RECEIPT_MAX_CHARS } from './limits.js';
import { checkDocument, readDocument, signDocument } from './signed-document.js';
import type { DocumentKind, Signers } from './signed-document.js';

function receipt<S extends TSchema>(typ: string, schema: S): DocumentKind<S> {
  return {
    typ,
    schema,
    maxChars: RECEIPT_MAX_CHARS,
    malformed: 'RECEIPT_MALFORMED',
    signerUnknown: 'RECEIPT_SIGNER_UNKNOWN',
    signatureInvalid: 'RECEIPT_SIGNATURE_INVALID',
  };
}

const STORE_RECEIPT = receipt(TYP.storeReceipt, StoreReceipt);
const RECIPIENT_RECEIPT = receipt(TYP.recipientReceipt, RecipientReceipt);

/** A provider signs what it stored, once the ledger's transaction is VALID. @throws EnvelopeError `RECEIPT_MALFORMED` */
export function makeStoreReceipt(body: StoreReceipt, provider: Signer): string {
  return signDocument(STORE_RECEIPT, body, provider);
}

/** Form only: to learn whose keys to look up. @throws EnvelopeError `RECEIPT_MALFORMED` */
export function readStoreReceipt(token: string): StoreReceipt {
  return readDocument(STORE_RECEIPT, token);
}

/** @throws EnvelopeError `RECEIPT_*`; `RECEIPT_MISMATCH` names the first member that is not as expected */
export function checkStoreReceipt(
  token: string,
  expected: Partial<StoreReceipt>,
  provider: Signers,
): StoreReceipt {
  return matching(checkDocument(STORE_RECEIPT, token, provider), expected);
}

/** A recipient signs what was released to it, and by which permit. @throws EnvelopeError `RECEIPT_MALFORMED` */
export function makeRecipientReceipt(body: RecipientReceipt, recipient: Signer): string {
  return signDocument(RECIPIENT_RECEIPT, body, recipient);
}

/** Form only, to find out what it is about. @throws EnvelopeError `RECEIPT_MALFORMED` */
export function readRecipientReceipt(token: string): RecipientReceipt {
  return readDocument(RECIPIENT_RECEIPT, token);
}

/** @throws EnvelopeError as {@link checkStoreReceipt} */
export function checkRecipientReceipt(
  token: string,
  expected: Partial<RecipientReceipt>,
  recipient: Signers,
): RecipientReceipt {
  return matching(checkDocument(RECIPIENT_RECEIPT, token, recipient), expected);
}

function matching<T extends object>(receipt: T, expected: Partial<T>): T {
  for (const member of Object.keys(expected) as (keyof T & string)[]) {
    if (receipt[member] !== expected[member]) {
      throw new EnvelopeError(
        'RECEIPT_MISMATCH',
        `The receipt is of another ${member}: ${String(receipt[member])}`,
      );
    }
  }
  return receipt;
}
