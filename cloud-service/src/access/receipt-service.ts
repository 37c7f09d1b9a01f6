import { fromBase64url, type SignatureVerifier } from '@careledger/crypto';
import { accessControl } from '@careledger/contracts';
import { EnvelopeError, checkRecipientReceipt, readRecipientReceipt } from '@careledger/envelope';
import type { LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { ProblemError } from '@careledger/service-kit';
import type { ProblemCode } from '../problems.js';
import type { ReleaseStore } from '../store/release-store.js';

export interface ReceiptServiceOptions {
  readonly providerId: string;
  readonly verifier: SignatureVerifier;
  readonly cloud: LedgerChannel;
  readonly releases: ReleaseStore;
}

/** Keeps what recipients sign for: the counterpart to a release, for whoever audits this provider. */
export async function keepReceipt(receipt: string, options: ReceiptServiceOptions): Promise<void> {
  const { cloud, providerId, releases, verifier } = options;
  try {
    const { permitTxId, recipient } = readRecipientReceipt(receipt);
    const release = releases.findByPermit(permitTxId);
    if (release === undefined)
      throw new ProblemError<ProblemCode>(
        'RECEIPT_REFUSED',
        'This provider released nothing under that permit',
      );
    const periods = recipient.startsWith('pat_')
      ? (await cloud.evaluate(accessControl, 'GetPatient', { patientId: recipient })).consentKeys
      : (await cloud.evaluate(accessControl, 'GetAuthority', { authorityId: recipient })).signingKeys;
    const keys = periods.map((period) => fromBase64url(period.key));
    const { recordId, version, requester } = release;
    checkRecipientReceipt(
      receipt,
      { recordId, version, provider: providerId, recipient: requester },
      { keys, verifier },
    );
    releases.keepReceipt(permitTxId, receipt, new Date().toISOString());
  } catch (error) {
    if (error instanceof EnvelopeError)
      throw new ProblemError<ProblemCode>('RECEIPT_REFUSED', `${error.code}: ${error.message}`, {
        cause: error,
      });
    throw problemOfLedger<ProblemCode>(error, 'RECEIPT_REFUSED');
  }
}
