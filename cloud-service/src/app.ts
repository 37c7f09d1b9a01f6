import { join } from 'node:path';
import { nodeVerifier } from '@careledger/crypto';
import { accessControl } from '@careledger/contracts';
import { openServiceLedger, registerLedgerMetrics } from '@careledger/ledger/service';
import {
  buildService,
  openDatabase,
  prepareDataDir,
  startWorker,
  type Logger,
  type ServiceApp,
} from '@careledger/service-kit';
import { AccessService } from './access/access-service.js';
import { FileBlobStore } from './blobs/file-blob-store.js';
import type { CloudConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { problems } from './problems.js';
import { RecordService } from './records/record-service.js';
import { addAccessRoutes } from './routes/access.js';
import { addRecordRoutes } from './routes/records.js';
import { addVisitRoutes } from './routes/visits.js';
import { migrations } from './store/migrations.js';
import { ReleaseStore } from './store/release-store.js';
import { VersionStore } from './store/version-store.js';

/** How often versions without a receipt are looked for: those of an outage, whose callers may never ask again. */
const RESUME_INTERVAL_MS = 60_000;

/** Builds the service; what it opens, closing the app closes. Interrupted stores are finished in the background. */
export async function buildApp(config: CloudConfig, logger: Logger): Promise<ServiceApp> {
  const { dataDir, networkId, providerId } = config;
  prepareDataDir(dataDir);
  const keys = await openKeys(dataDir, config.keyPassphrase);
  const database = openDatabase({ path: join(dataDir, 'provider.db'), migrations });
  const { ledger, close } = openServiceLedger(config.ledger, dataDir);
  const cloud = ledger.channel('cloud');
  const verifier = nodeVerifier();
  const signer = keys.signer(KEY.signing);
  const versions = new VersionStore(database);
  const releases = new ReleaseStore(database);
  const blobs = new FileBlobStore(join(dataDir, 'blobs'));
  const recordService = new RecordService({ providerId, signer, verifier, cloud, versions, blobs });
  const accessService = new AccessService({
    providerId,
    networkId,
    signer,
    verifier,
    cloud,
    versions,
    releases,
    blobs,
    tokens: new Map(config.providers.map((provider) => [provider.providerId, provider.token])),
  });

  const app = await buildService({
    name: providerId,
    logger,
    config,
    problems,
    openapi: { title: 'careledger cloud provider', version: '0.1.0' },
  });
  registerLedgerMetrics(app.metrics, [ledger.counters]);
  addRecordRoutes(app, recordService);
  addAccessRoutes(app, accessService, { providerId, verifier, cloud, releases });
  addVisitRoutes(app, cloud);
  // A page of one shows that this provider's own peer answers.
  app.addReadinessCheck('ledger', async () => {
    await cloud.evaluate(accessControl, 'ListProviders', { pageSize: 1 });
  });
  // First the journal's transactions, byte for byte; then versions that never had one. Serving does not wait for it.
  const resuming = startWorker({
    name: 'resume',
    idleMs: RESUME_INTERVAL_MS,
    logger,
    run: async () => {
      const transactions = await ledger.resume();
      const versions = await recordService.resume();
      if (transactions.length + versions > 0)
        logger.info({ transactions: transactions.length, versions }, 'finished what was interrupted');
      return false;
    },
  });
  app.addHook('onClose', async () => {
    close();
    await resuming.stop();
    database.close();
    await keys.close();
  });
  return app;
}
