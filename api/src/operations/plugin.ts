import { accessControl } from '@careledger/contracts';
import type { KeyStore } from '@careledger/crypto/key-store';
import type { Ledger } from '@careledger/ledger';
import { addTrustRootsRoute, registerLedgerMetrics } from '@careledger/ledger/service';
import { startWorker, type Logger, type ServiceApp } from '@careledger/service-kit';
import { KEY } from '../keys.js';
import type { Channels } from '../ledger-port.js';
import { registerOutboxMetrics } from '../outbox/metrics.js';
import type { Outbox } from '../outbox/outbox.js';
import { addAttestationRoutes } from './attestation-routes.js';
import { addKeyRoutes } from './key-routes.js';

/** Transactions whose fate stayed unknown are sent again this often, the same bytes. */
const RESUME_INTERVAL_MS = 5_000;

export interface OperationsOptions {
  readonly authorityId: string;
  readonly networkId: string;
  /** This organisation. */
  readonly mspId: string;
  readonly keys: KeyStore;
  readonly ledger: Ledger;
  readonly channels: Channels;
  readonly outbox: Outbox;
  readonly logger: Logger;
}

/** For whoever runs the service: attestations, readiness, metrics; interrupted transactions are sent again. */
export async function operationsPlugin(app: ServiceApp, options: OperationsOptions): Promise<void> {
  const { authorityId, channels, keys, ledger, logger, mspId, networkId, outbox } = options;
  registerOutboxMetrics(app.metrics, outbox);
  registerLedgerMetrics(app.metrics, [ledger.counters]);
  const signer = keys.signer(KEY.attestor);
  addAttestationRoutes(app, ledger.channel('authorities'), { networkId, mspId, signer });
  addKeyRoutes(app, options);
  addTrustRootsRoute(app, { ledger, networkId, roles: ['practitioner', 'auditor', 'ops'] });

  // That both channels answer and know this authority: without its registration nothing here can be done.
  app.addReadinessCheck('ledger', async () => {
    await Promise.all(
      Object.values(channels).map((channel) =>
        channel.evaluate(accessControl, 'GetAuthority', { authorityId }),
      ),
    );
  });

  const resumer = startWorker({
    name: 'interrupted transactions',
    logger,
    idleMs: RESUME_INTERVAL_MS,
    run: async (signal) => {
      const resumed = await ledger.resume(signal);
      if (resumed.length > 0)
        logger.info({ transactions: resumed.length }, 'sent interrupted transactions again');
      return false;
    },
  });
  app.addHook('onClose', () => resumer.stop());
}
