import type { SignatureVerifier } from '@careledger/crypto';
import { EnvelopeError, checkRecipientReceipt, readRecipientReceipt } from '@careledger/envelope';
import { problemOfLedger } from '@careledger/ledger/service';
import { everyKey } from '@careledger/policy';
import { ProblemError } from '@careledger/service-kit';
import { assertSpeaksFor, type Caller } from '../caller.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import type { ProblemCode } from '../problems.js';
import type { ReleaseStore } from './release-store.js';

export interface ReceiptServiceOptions {
  readonly providerId: string;
  readonly verifier: SignatureVerifier;
  readonly ownPeer: OwnPeer;
  readonly releases: ReleaseStore;
}

/**
 * Keeps what recipients sign for: the counterpart to a release, for whoever audits this provider.
 * @throws ProblemError ORGANISATION_MISMATCH, RECEIPT_REFUSED, LEDGER_UNAVAILABLE
 */
export async function keepReceipt(
  receipt: string,
  caller: Caller,
  options: ReceiptServiceOptions,
): Promise<void> {
  const { ownPeer, providerId, releases, verifier } = options;
  try {
    const { permitTxId, recipient } = readRecipientReceipt(receipt);
    assertSpeaksFor(caller, recipient);
    const release = releases.findByPermit(permitTxId);
    if (release === undefined)
      throw new ProblemError<ProblemCode>(
        'RECEIPT_REFUSED',
        'This provider released nothing under that permit',
      );
    const periods = recipient.startsWith('pat_')
      ? (await ownPeer.patient(recipient)).consentKeys
      : (await ownPeer.authority(recipient)).signingKeys;
    const { recordId, version, requester } = release;
    const expected = { recordId, version, provider: providerId, recipient: requester };
    checkRecipientReceipt(receipt, expected, { keys: everyKey(periods), verifier });
    releases.keepReceipt(permitTxId, receipt, new Date().toISOString());
  } catch (error) {
    if (error instanceof EnvelopeError)
      throw refusal('RECEIPT_REFUSED', error.code, error.message, { cause: error });
    throw problemOfLedger<ProblemCode>(error, 'RECEIPT_REFUSED');
  }
}
