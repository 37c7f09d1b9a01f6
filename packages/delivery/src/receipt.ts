import type { SignatureVerifier } from '@careledger/crypto';
import { checkStoreReceipt, EnvelopeError } from '@careledger/envelope';
import type { StoreRecordAnswer } from '@careledger/protocol';
import type { VersionId } from './standing.js';

/** What a provider has to sign for. */
export interface VersionToStore extends VersionId {
  readonly ciphertextSha256: string;
}

/**
 * Checks that an answer is the word of the provider that was asked, about this very version.
 * @throws EnvelopeError `RECEIPT_*`
 */
export function checkStoreAnswer(
  answer: StoreRecordAnswer,
  { recordId, version, manifestHash, ciphertextSha256 }: VersionToStore,
  providerId: string,
  provider: { readonly keys: readonly Uint8Array[]; readonly verifier: SignatureVerifier },
): void {
  const { txId, blockNumber, receipt } = answer;
  if (answer.providerId !== providerId || answer.recordId !== recordId || answer.version !== version)
    throw new EnvelopeError('RECEIPT_MISMATCH', `${providerId} answered about something else`);
  checkStoreReceipt(
    receipt,
    { recordId, version, manifestHash, ciphertextSha256, provider: providerId, txId, blockNumber },
    provider,
  );
}
