import { ACCESS_BATCH_MAX_ITEMS } from '@careledger/contracts';
import { NotYetError, isUnavailable } from '@careledger/delivery';
import { timestampOf } from '@careledger/domain';
import { makeRecipientReceipt } from '@careledger/envelope';
import { PROVIDER_ROUTES, ReceiptAnswer } from '@careledger/protocol';
import { HttpClientError, type Logger } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import { addTask, removeTask, type TaskHandler } from '../outbox/outbox.js';
import type { Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { Opened } from './released-record.js';

export interface ReceiptsOptions {
  readonly issuer: Issuer;
  readonly providers: Providers;
  readonly store: Store;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * This authority's word for every record that it got, kept here and sent to the provider that released it: what lets a
 * release without a permit be found.
 */
export class Receipts implements TaskHandler {
  readonly #options: ReceiptsOptions;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Only within `store.commit`. */
  sign({ access, manifest, manifestHash }: Opened): void {
    const { issuer, store } = this.#options;
    const receipt = makeRecipientReceipt(
      {
        recordId: access.recordId,
        version: access.version,
        ciphertextSha256: manifest.ciphertextSha256,
        manifestHash,
        provider: access.releasingProviderId,
        recipient: issuer.authorityId,
        permitTxId: access.txId,
        receivedAt: timestampOf(Date.now()),
      },
      issuer.signer,
    );
    const { txId, releasingProviderId } = access;
    store.run(
      `INSERT INTO receipts (request_sid, permit_tx_id, provider_id, receipt) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      access.requestSid,
      txId,
      releasingProviderId,
      receipt,
    );
    // What one provider released under one transaction goes to it together.
    const ref = refOf({ txId, providerId: releasingProviderId });
    addTask(store, { kind: 'receipt', ref, subject: ref });
  }

  async advance(ref: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const { txId, providerId } = namedBy(ref);
    const rows = store.all<{ requestSid: string; receipt: string }>(
      `SELECT request_sid AS requestSid, receipt FROM receipts
       WHERE permit_tx_id = ? AND provider_id = ? AND sent_at IS NULL LIMIT ?`,
      txId,
      providerId,
      ACCESS_BATCH_MAX_ITEMS,
    );
    if (rows.length > 0)
      await this.#send(
        providerId,
        rows.map(({ receipt }) => receipt),
        signal,
      );
    await store.commit(() => {
      for (const { requestSid } of rows)
        store.run(
          'UPDATE receipts SET sent_at = ? WHERE request_sid = ?',
          new Date().toISOString(),
          requestSid,
        );
      const unsent = store.get(
        'SELECT 1 FROM receipts WHERE permit_tx_id = ? AND provider_id = ? AND sent_at IS NULL LIMIT 1',
        txId,
        providerId,
      );
      // Some were signed meanwhile: the task goes on.
      if (unsent === undefined) removeTask(store, { kind: 'receipt', ref });
    });
  }

  /** A receipt that is refused stays here as evidence; sending it again would be refused again. */
  async #send(providerId: string, receipts: readonly string[], signal: AbortSignal): Promise<void> {
    const { logger, providers } = this.#options;
    try {
      const client = await providers.client(providerId);
      const { items } = await client.call('POST', PROVIDER_ROUTES.receipts, {
        body: { receipts },
        result: ReceiptAnswer,
        signal,
      });
      const problems = items.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
      const away = problems.find(({ code }) => code === 'LEDGER_UNAVAILABLE');
      if (away !== undefined) throw new NotYetError(away.code);
      if (problems.length > 0)
        logger.warn({ providerId, problems: problems.slice(0, 8) }, 'the provider refused receipts');
    } catch (err) {
      if (!(err instanceof HttpClientError) || isUnavailable(err) || signal.aborted) throw err;
      logger.warn({ err, providerId }, 'the provider refused receipts');
    }
  }
}

interface Sent {
  readonly txId: string;
  readonly providerId: string;
}
const refOf = ({ txId, providerId }: Sent): string => `${txId} ${providerId}`;
function namedBy(ref: string): Sent {
  const [txId = '', providerId = ''] = ref.split(' ');
  return { txId, providerId };
}
