import { join } from 'node:path';
import { nodeVerifier } from '@careledger/crypto';
import { openServiceLedger, registerLedgerMetrics } from '@careledger/ledger/service';
import {
  buildService,
  openDatabase,
  prepareDataDir,
  startWorker,
  type Logger,
  type ServiceApp,
} from '@careledger/service-kit';
import { Arrivals } from './access/arrivals.js';
import { PermitFollower } from './access/permit-follower.js';
import { RelayService } from './access/relay-service.js';
import { ReleaseService } from './access/release-service.js';
import { FileBlobStore } from './blobs/file-blob-store.js';
import { systemClock, type Clock } from './clock.js';
import type { CloudConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { OwnPeer } from './ledger/own-peer.js';
import { problems } from './problems.js';
import { RecordService } from './records/record-service.js';
import { Settler } from './records/settling.js';
import { ReadingRelay } from './relayed/readings.js';
import { addAccessRoutes } from './routes/access.js';
import { addRecordRoutes } from './routes/records.js';
import { addRelayedRoutes } from './routes/relayed.js';
import { migrations } from './store/migrations.js';
import { PendingStore } from './store/pending-store.js';
import { PermitStore } from './store/permit-store.js';
import { ReleaseStore } from './store/release-store.js';
import { VersionStore } from './store/version-store.js';
import { Recipients } from './wraps/recipients.js';
import { WrapService } from './wraps/wrap-service.js';

/** How often versions without a receipt are looked for: those of an outage, whose callers may never ask again. */
const RESUME_INTERVAL_MS = 60_000;

/** Builds the service; what it opens, closing the app closes. Interrupted stores are finished in the background. */
export async function buildApp(
  config: CloudConfig,
  logger: Logger,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<ServiceApp> {
  const { dataDir, networkId, providerId, quota } = config;
  prepareDataDir(dataDir);
  const keys = await openKeys(dataDir, config.keyPassphrase);
  const database = openDatabase({ path: join(dataDir, 'provider.db'), migrations });
  const { ledger, close } = openServiceLedger(config.ledger, dataDir);
  const cloud = ledger.channel('cloud');
  const ownPeer = new OwnPeer(cloud, config.ledger.mspId);
  const blobs = new FileBlobStore(join(dataDir, 'blobs'));
  const versions = new VersionStore(database);
  const releases = new ReleaseStore(database);
  const permits = new PermitStore(database);
  const pending = new PendingStore(database, blobs);
  const arrivals = new Arrivals(clock);
  const common = {
    providerId,
    networkId,
    signer: keys.signer(KEY.signing),
    verifier: nodeVerifier(),
    cloud,
    ownPeer,
    versions,
    clock,
  };
  const settler = new Settler({ ...common, pending });
  const recordService = new RecordService({ ...common, pending, blobs, settler, quota });
  const wraps = new WrapService({ ...common, recipients: new Recipients(ownPeer, clock) });
  const release = new ReleaseService({ ...common, releases, permits, arrivals, blobs });
  const tokens = new Map(config.providers.map((provider) => [provider.providerId, provider.token]));
  const relay = new RelayService({ ...common, releases: release, tokens });
  const outdated = pending.dropOutdated();
  if (outdated.length > 0)
    logger.warn(
      { versions: outdated },
      'dropped versions on their way in a former format: they are sent anew',
    );

  const app = await buildService({
    name: providerId,
    logger,
    config,
    problems,
    openapi: { title: 'careledger cloud provider', version: '0.1.0' },
  });
  registerLedgerMetrics(app.metrics, [ledger.counters]);
  addRecordRoutes(app, recordService, wraps);
  addAccessRoutes(app, { relay, release, receipts: { ...common, releases } });
  addRelayedRoutes(app, { cloud, ownPeer, readings: new ReadingRelay(cloud) });
  app.addReadinessCheck('ledger', () => ownPeer.ping());
  const follower = new PermitFollower({ ...common, arrivals, permits, logger });
  app.addReadinessCheck('permits', () => follower.assertLive());
  // First the journal's transactions, byte for byte; then versions that never had one. Serving does not wait for it.
  const resuming = startWorker({
    name: 'resume',
    idleMs: RESUME_INTERVAL_MS,
    logger,
    run: async () => {
      const transactions = await ledger.resume();
      const finished = await recordService.resume();
      if (transactions.length + finished > 0)
        logger.info(
          { transactions: transactions.length, versions: finished },
          'finished what was interrupted',
        );
      return finished > 0;
    },
  });
  app.addHook('onClose', async () => {
    close();
    await Promise.all([resuming.stop(), follower.stop()]);
    database.close();
    await keys.close();
  });
  return app;
}
