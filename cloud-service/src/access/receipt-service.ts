import type { KeyPeriod } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { EnvelopeError, checkRecipientReceipt, readRecipientReceipt } from '@careledger/envelope';
import { askedOnce } from '@careledger/ledger/service';
import { everyKey } from '@careledger/policy';
import type { ReceiptAnswer } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { assertSpeaksFor, type Caller } from '../caller.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import type { ProblemCode } from '../problems.js';
import { itemProblem, placed, stepEach } from '../items.js';
import type { Release, ReleaseStore } from './release-store.js';

export interface ReceiptServiceOptions {
  readonly providerId: string;
  readonly verifier: SignatureVerifier;
  readonly ownPeer: OwnPeer;
  readonly releases: ReleaseStore;
}

/**
 * Keeps what recipients sign for: the counterpart to releases, for whoever audits this provider.
 * @returns in the order of the receipts; problems are ORGANISATION_MISMATCH, RECEIPT_REFUSED, LEDGER_UNAVAILABLE
 */
export async function keepReceipts(
  receipts: readonly string[],
  caller: Caller,
  options: ReceiptServiceOptions,
): Promise<ReceiptAnswer['items']> {
  const { ownPeer, releases } = options;
  const answers: ReceiptAnswer['items'] = receipts.map(() => ({}));
  const keysOf = askedOnce(async (recipient: string) =>
    recipient.startsWith('pat_')
      ? (await ownPeer.patient(recipient)).consentKeys
      : (await ownPeer.authority(recipient)).signingKeys,
  );
  const good = await stepEach(
    placed(receipts),
    async (receipt) => ({ receipt, of: await releaseOf(receipt, { caller, keysOf, options }) }),
    (place, error) => {
      answers[place] = { problem: itemProblem(error, 'RECEIPT_REFUSED') };
    },
  );
  releases.keepReceipts(
    good.map(({ value }) => value),
    new Date().toISOString(),
  );
  return answers;
}

/** The release that a receipt is for, by a key of its recipient. */
async function releaseOf(
  receipt: string,
  asking: {
    readonly caller: Caller;
    readonly keysOf: (recipient: string) => Promise<readonly KeyPeriod[]>;
    readonly options: ReceiptServiceOptions;
  },
): Promise<Release> {
  const { caller, keysOf } = asking;
  const { providerId, releases, verifier } = asking.options;
  try {
    const { permitTxId, recipient, recordId, version } = readRecipientReceipt(receipt);
    assertSpeaksFor(caller, recipient);
    const release = releases.findByPermit({ permitTxId, requester: recipient, recordId, version });
    if (release === undefined)
      throw new ProblemError<ProblemCode>(
        'RECEIPT_REFUSED',
        'This provider released no such version under that permit',
      );
    const periods = await keysOf(recipient);
    const expected = { recordId, version, provider: providerId, recipient: release.requester };
    checkRecipientReceipt(receipt, expected, { keys: everyKey(periods), verifier });
    return release;
  } catch (error) {
    if (error instanceof EnvelopeError)
      throw refusal('RECEIPT_REFUSED', error.code, error.message, { cause: error });
    throw error;
  }
}
