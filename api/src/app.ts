import { RECORD_MAX_BYTES } from '@careledger/contracts';
import type { KeyStore } from '@careledger/crypto/key-store';
import { Jobs, buildService, jobsPlugin, type Logger, type ServiceApp } from '@careledger/service-kit';
import { AccessLog } from './access/access-log.js';
import { NoticeReadings } from './access/notice-readings.js';
import { openingRecords } from './access/opening.js';
import { accessPlugin } from './access/plugin.js';
import { ReadGate } from './access/read-gate.js';
import type { ApiConfig } from './config.js';
import { Allowances } from './copies/allowances.js';
import { BacklogStore } from './copies/backlog-store.js';
import { CopySearch } from './copies/copy-search.js';
import { CopyStore } from './copies/copy-store.js';
import { CopyIntake } from './copies/intake.js';
import { IntakeStore } from './copies/intake-store.js';
import { CopyWaking, copiesPlugin } from './copies/plugin.js';
import { fhirPlugin } from './fhir/plugin.js';
import { FHIR_BASE } from './fhir/table.js';
import { openFoundation } from './foundation.js';
import { addSmartConfiguration } from './fhir/smart-configuration.js';
import { noticesPlugin } from './notices/plugin.js';
import { openapi } from './openapi.js';
import { operationsPlugin } from './operations/plugin.js';
import { Outbox } from './outbox/outbox.js';
import { PatientNumberStore } from './patient-numbers/number-store.js';
import { patientNumbersPlugin } from './patient-numbers/plugin.js';
import { Judge } from './policy/judge.js';
import { KnownScopes } from './policy/known-scopes.js';
import { Meanings } from './policy/meanings.js';
import { MirrorStore } from './policy/mirror-store.js';
import { policyPlugin } from './policy/plugin.js';
import { Policy } from './policy/policy.js';
import { Registrations } from './policy/registrations.js';
import { Vouching } from './policy/vouching.js';
import { practitionersPlugin } from './practitioners/plugin.js';
import { PractitionerService } from './practitioners/practitioner-service.js';
import { PractitionerStore } from './practitioners/practitioner-store.js';
import { installSignedInPractitioners } from './practitioners/provisioning.js';
import { problems } from './problems.js';
import { openProviders } from './providers/providers.js';
import { recordsPlugin } from './records/plugin.js';
import { recordWriting } from './records/record-writing.js';
import { recoveriesPlugin } from './recoveries/plugin.js';
import { revocationsPlugin } from './revocations/plugin.js';
import { settingsPlugin } from './settings/plugin.js';
import { subscriptionsPlugin } from './subscriptions/plugin.js';
import { subscriptionRequests } from './subscriptions/subscription-requests.js';
import { visitsPlugin } from './visits/plugin.js';

/**
 * Builds the service; what it opens, closing the app closes. It starts without the ledger: interrupted work is taken up
 * in the background.
 * @param keys of `openKeys`; closing the app closes them
 */
export async function buildApp(config: ApiConfig, logger: Logger, keys: KeyStore): Promise<ServiceApp> {
  const foundation = openFoundation(config, logger, keys);
  const { box, channels, closeLedger, encryptionKeys, store } = foundation;
  const app = await buildService({
    name: config.authorityId,
    logger,
    config,
    problems,
    openapi,
    requests: store.requests,
    mspId: foundation.mspId,
    fhirBase: FHIR_BASE,
    bodiesMaxBytes: RECORD_MAX_BYTES,
  });
  // Hooks run in reverse: the store closes after everything that writes to it has stopped.
  app.addHook('onClose', async () => {
    await store.close();
    await keys.close();
  });

  const mirror = new MirrorStore(store);
  const policy = new Policy({ ...foundation, mirror });
  const meanings = new Meanings({ keys: encryptionKeys, logger });
  const scopes = new KnownScopes(policy, meanings);
  const practitioners = new PractitionerStore(store, box);
  const vouching = new Vouching(practitioners, policy, meanings);
  const registrations = new Registrations(channels, mirror, store);
  const providers = openProviders({ configured: config.providers, registrations });
  const outbox = new Outbox({ store, logger });

  const practitionerService = new PractitionerService({ ...foundation, practitioners, outbox });

  const log = new AccessLog(store);
  const readings = new NoticeReadings({ ...foundation, providers, outbox });
  const judge = new Judge({ ...foundation, mirror });
  const gate = new ReadGate({ ...foundation, log, readings, vouching, judge });

  const consent = { mirror, policy, meanings, scopes, vouching, registrations };
  const jobs = new Jobs({ store: store.jobs, problems, logger });
  const parts = {
    ...foundation,
    ...consent,
    practitioners,
    practitionerService,
    providers,
    outbox,
    gate,
    jobs,
  };
  const { unmatchedAfterMs } = config;
  const opening = openingRecords({ ...parts, log, metrics: app.metrics });
  const copies = { allowances: new Allowances(policy, meanings), copies: new CopyStore(store, box) };
  const waiting = new IntakeStore(store);
  const intake = new CopyIntake({ ...parts, ...copies, waiting, access: opening.service });
  const heard = new CopyWaking();
  const numbers = new PatientNumberStore(store, box);
  const search = new CopySearch({ ...parts, ...copies, ended: heard.wake });
  installSignedInPractitioners(app, parts);
  addSmartConfiguration(app, config);
  await app.register(operationsPlugin, parts);
  await app.register(policyPlugin, parts);
  await app.register(practitionersPlugin, parts);
  await app.register(patientNumbersPlugin, { ...parts, numbers });
  const subscriptions = subscriptionRequests(parts);
  await app.register(subscriptionsPlugin, { ...parts, subscriptions });
  const heardOf = { copies: intake, copiesMayDiffer: heard.wake };
  await app.register(noticesPlugin, { ...parts, ...heardOf, unmatchedAfterMs });
  await app.register(accessPlugin, { ...parts, log, opening, readings });
  const backlogs = new BacklogStore(store);
  await app.register(copiesPlugin, { ...parts, ...copies, backlogs, waiting, intake, heard, search });
  const writing = recordWriting(parts);
  await app.register(recordsPlugin, { ...parts, ...writing, opening });
  await app.register(visitsPlugin, parts);
  await app.register(revocationsPlugin, parts);
  await app.register(recoveriesPlugin, parts);
  await app.register(settingsPlugin, parts);
  await app.register(fhirPlugin, { ...parts, ...writing, opening, search, subscriptions, waiting, numbers });
  await app.register(jobsPlugin, { jobs });
  outbox.start();
  jobs.start();

  app.addHook('onClose', async () => {
    // The ledger first: what waits for it then ends at once, and stays in journal and outbox.
    closeLedger();
    await outbox.stop();
  });
  return app;
}
