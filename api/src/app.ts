import { join } from 'node:path';
import { nodeVerifier } from '@careledger/crypto';
import { accessControl } from '@careledger/contracts';
import { openServiceLedger, registerLedgerMetrics } from '@careledger/ledger/service';
import {
  buildService,
  prepareDataDir,
  startWorker,
  type Logger,
  type ServiceApp,
} from '@careledger/service-kit';
import { AccessLog } from './access/access-log.js';
import { AccessService } from './access/access-service.js';
import { CloudWitnesses } from './access/cloud-witnesses.js';
import { NoticeReadings } from './access/notice-readings.js';
import { ReadGate } from './access/read-gate.js';
import { Receipts } from './access/receipts.js';
import type { ApiConfig } from './config.js';
import { Issuer } from './issuer.js';
import { KEY, openKeys } from './keys.js';
import type { Channels } from './ledger-port.js';
import { registerMetrics } from './metrics.js';
import { Announcements } from './notices/announcements.js';
import { EmergencyService } from './notices/emergency-service.js';
import { EmergencyStore } from './notices/emergency-store.js';
import { Follower } from './notices/follower.js';
import { NoticeLog } from './notices/notice-log.js';
import { NoticeReader } from './notices/notice-reader.js';
import { Outbox } from './outbox/outbox.js';
import { Directory } from './policy/directory.js';
import { Judge } from './policy/judge.js';
import { KnownScopes } from './policy/known-scopes.js';
import { Meanings } from './policy/meanings.js';
import { MirrorKeeper } from './policy/mirror-keeper.js';
import { MirrorStore } from './policy/mirror-store.js';
import { Policy } from './policy/policy.js';
import { Vouching } from './policy/vouching.js';
import { PractitionerService } from './practitioners/practitioner-service.js';
import { PractitionerStore } from './practitioners/practitioner-store.js';
import { problems } from './problems.js';
import { openProviders } from './providers/providers.js';
import { Sharing } from './records/sharing.js';
import { WriteService } from './records/write-service.js';
import { WriteStore } from './records/write-store.js';
import { WriteTask } from './records/write-task.js';
import { RevocationService } from './revocations/revocation-service.js';
import { addAttestationRoutes } from './routes/attestations.js';
import { addAuditRoutes } from './routes/audit.js';
import { addNoticeRoutes } from './routes/notices.js';
import { addPatientRoutes } from './routes/patients.js';
import { addPractitionerRoutes } from './routes/practitioners.js';
import { addRecordRoutes } from './routes/records.js';
import { addRevocationRoutes } from './routes/revocations.js';
import { addSubscriptionRoutes } from './routes/subscriptions.js';
import { addVisitRoutes } from './routes/visits.js';
import { FORMAT_RETIRED } from './store/former-formats.js';
import { SealedBox } from './store/sealed-box.js';
import { SqliteStore } from './store/store.js';
import { SubscriptionService } from './subscriptions/subscription-service.js';
import { VisitService } from './visits/visit-service.js';
import { VisitStore } from './visits/visit-store.js';
import { VisitTask } from './visits/visit-task.js';

/** Transactions whose fate stayed unknown are sent again this often, the same bytes. */
const RESUME_INTERVAL_MS = 5_000;

/**
 * Builds the service; what it opens, closing the app closes. It starts without the ledger: interrupted work is taken up
 * in the background.
 */
export async function buildApp(config: ApiConfig, logger: Logger): Promise<ServiceApp> {
  const { answerWithinMs, authorityId, dataDir, endpoint, networkId } = config;
  prepareDataDir(dataDir);
  const keys = await openKeys(dataDir, config.keyPassphrase);
  const store = new SqliteStore(join(dataDir, 'authority.db'));
  const { ledger, close: closeLedger } = openServiceLedger(config.ledger, dataDir);
  const channels: Channels = { authorities: ledger.channel('authorities'), cloud: ledger.channel('cloud') };
  const { authorities } = channels;
  const verifier = nodeVerifier();
  const issuer = new Issuer(authorityId, networkId, keys.signer(KEY.signing));
  const ownKey = keys.x25519(KEY.encryption);
  const encryptionKeys = keys.x25519Generations(KEY.encryption);
  const box = new SealedBox(keys.secret(KEY.store));

  const mirror = new MirrorStore(store);
  const policy = new Policy({ authorityId, authorities, mirror, store });
  const directory = new Directory(channels, mirror, store);
  const meanings = new Meanings({ keys: encryptionKeys, logger });
  const practitioners = new PractitionerStore(store, box);
  const vouching = new Vouching(practitioners, policy, meanings);
  const scopes = new KnownScopes(policy, meanings);
  const providers = openProviders({ configured: config.providers, directory });

  const app = await buildService({
    name: authorityId,
    logger,
    config,
    problems,
    openapi: { title: 'careledger authority', version: '0.1.0' },
  });
  // The outbox carries out what these services enqueue, and they wake it.
  const outboxOf = (): Outbox => outbox;
  const metrics = registerMetrics(app, outboxOf);
  registerLedgerMetrics(app.metrics, [ledger.counters]);

  const log = new NoticeLog(store);
  const emergencies = new EmergencyStore(store);
  const announcements = new Announcements({ store, policy, log, emergencies, logger });
  const emergencyService = new EmergencyService({
    issuer,
    verifier,
    keys: encryptionKeys,
    directory,
    policy,
    store,
    emergencies,
    log,
  });
  const receipts = new Receipts({ issuer, providers, store, logger });
  const accessLog = new AccessLog(store);
  const readings = new NoticeReadings({
    issuer,
    cloud: channels.cloud,
    providers,
    store,
    outbox: outboxOf,
    logger,
  });
  const gate = new ReadGate({
    issuer,
    store,
    log: accessLog,
    readings,
    vouching,
    judge: new Judge({ authorityId, channels, mirror }),
  });
  const cloudMspIds = config.ledger.peerMspIds?.['cloud'] ?? [];
  const { mspId } = config.ledger;
  const access = new AccessService({
    authorityId,
    issuer,
    channels,
    witnesses: new CloudWitnesses({ mspId, peerMspIds: cloudMspIds.length === 0 ? [mspId] : cloudMspIds }),
    directory,
    verifier,
    keys: [...encryptionKeys, ...keys.x25519Generations(KEY.breakGlass)],
    providers,
    store,
    log: accessLog,
    receipts,
    vouching,
    gate,
    outbox: outboxOf,
    count: metrics.access,
    logger,
  });
  const writes = new WriteStore(store);
  const writer = new WriteService({
    issuer,
    recordSecret: keys.secret(KEY.recordIds),
    ownKey,
    channels,
    directory,
    policy,
    scopes,
    vouching,
    providers,
    store,
    writes,
    outbox: outboxOf,
  });
  const retired = writes.countRefused(FORMAT_RETIRED);
  if (retired > 0)
    logger.warn(
      { writes: retired },
      'a former release left writes that no ledger takes any more (FORMAT_RETIRED): have them written again',
    );
  const visits = new VisitStore(store, box);
  const visitService = new VisitService({
    issuer,
    ownKey,
    endpoint,
    directory,
    store,
    visits,
    outbox: outboxOf,
  });
  const practitionerService = new PractitionerService({
    issuer,
    keys,
    channels,
    store,
    practitioners,
    outbox: outboxOf,
  });
  const outbox = new Outbox({
    store,
    logger,
    handlers: {
      record: new WriteTask({
        issuer,
        channels,
        directory,
        providers,
        store,
        writes,
        sharing: new Sharing({
          authorityId,
          signer: issuer.signer,
          ownKey,
          keys: encryptionKeys,
          directory,
          policy,
        }),
        verifier,
        logger,
      }),
      visit: new VisitTask({ authorityId, channels, providers, store, visits, logger }),
      practitioner: practitionerService,
      receipt: receipts,
      reading: readings,
    },
  });
  const subscriptions = new SubscriptionService({ issuer, authorities, directory, mirror, store });

  addSubscriptionRoutes(app, subscriptions);
  addNoticeRoutes(app, {
    log,
    emergencies,
    service: emergencyService,
    reader: new NoticeReader({
      gate,
      emergencies,
      service: emergencyService,
      scopes,
      log,
      keys: encryptionKeys,
      count: metrics.noticeReading,
    }),
    gate,
    unmatchedAfterMs: config.unmatchedAfterMs,
    observe: metrics.emergencySeconds,
    count: metrics.emergency,
  });
  addRecordRoutes(app, {
    authorityId,
    channels,
    policy,
    vouching,
    access,
    writer,
    writes,
    outbox,
    answerWithinMs,
  });
  addVisitRoutes(app, {
    authorityId,
    channels,
    service: visitService,
    visits,
    gate,
    outbox,
    answerWithinMs,
  });
  addRevocationRoutes(
    app,
    new RevocationService({ networkId, channels, cloudMspIds, directory, verifier, logger }),
  );
  addPractitionerRoutes(app, practitionerService, outbox, answerWithinMs);
  addAuditRoutes(app, accessLog, channels, authorityId);
  addPatientRoutes(app, { authorityId, authorities, meanings });
  addAttestationRoutes(app, ledger.channel('authorities'), {
    networkId,
    mspId,
    signer: keys.signer(KEY.attestor),
  });

  // That both channels answer and know this authority: without its registration nothing here can be done.
  app.addReadinessCheck('ledger', async () => {
    await Promise.all(
      Object.values(channels).map((channel) =>
        channel.evaluate(accessControl, 'GetAuthority', { authorityId }),
      ),
    );
  });

  const follower = new Follower({
    authorityId,
    authorities,
    store,
    mirror,
    policy,
    directory,
    announcements,
    log,
    logger,
  });
  const keeper = new MirrorKeeper({ authorityId, authorities, store, mirror, policy, logger });
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
  app.addHook('onClose', async () => {
    // The ledger first: what waits for it then ends at once, and stays in journal and outbox.
    closeLedger();
    await Promise.all([outbox.stop(), follower.stop(), keeper.stop(), resumer.stop()]);
    await store.close();
    await keys.close();
  });
  return app;
}
