import { isUnavailable } from '@careledger/delivery';
import { timestampOf } from '@careledger/domain';
import { makeRecipientReceipt } from '@careledger/envelope';
import { PROVIDER_ROUTES } from '@careledger/protocol';
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
    store.run(
      'INSERT INTO receipts (permit_tx_id, provider_id, receipt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      access.txId,
      access.releasingProviderId,
      receipt,
    );
    addTask(store, { kind: 'receipt', ref: access.txId, subject: access.txId });
  }

  async advance(permitTxId: string, signal: AbortSignal): Promise<void> {
    const { logger, providers, store } = this.#options;
    const row = store.get<{ providerId: string; receipt: string }>(
      'SELECT provider_id AS providerId, receipt FROM receipts WHERE permit_tx_id = ?',
      permitTxId,
    );
    if (row !== undefined) {
      try {
        const client = await providers.client(row.providerId);
        await client.bytes('POST', PROVIDER_ROUTES.receipts, { body: { receipt: row.receipt }, signal });
      } catch (err) {
        if (!(err instanceof HttpClientError) || isUnavailable(err) || signal.aborted) throw err;
        // The receipt stays here as evidence; sending it again would be refused again.
        logger.warn({ err, permitTxId, providerId: row.providerId }, 'the provider refused a receipt');
      }
    }
    await store.commit(() => {
      store.run(
        'UPDATE receipts SET sent_at = ? WHERE permit_tx_id = ?',
        new Date().toISOString(),
        permitTxId,
      );
      removeTask(store, { kind: 'receipt', ref: permitTxId });
    });
  }
}
