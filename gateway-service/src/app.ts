import { Jobs, buildService, jobsPlugin, type Logger, type ServiceApp } from '@careledger/service-kit';
import type { GatewayConfig } from './config.js';
import { Gateway } from './gateway.js';
import { absencesPlugin } from './http/absences/plugin.js';
import { alarmsPlugin } from './http/alarms/plugin.js';
import { auditPlugin } from './http/audit/plugin.js';
import { chainPlugin } from './http/chain/plugin.js';
import { addDelegateGuard } from './http/delegates/guard.js';
import { delegatesPlugin } from './http/delegates/plugin.js';
import { disclosurePlugin } from './http/disclosure/plugin.js';
import { copiesPlugin } from './http/copies/plugin.js';
import { devicesPlugin } from './http/devices/plugin.js';
import { framesPlugin } from './http/frames/plugin.js';
import { Decisions } from './http/decisions/decisions.js';
import { grantsPlugin } from './http/grants/plugin.js';
import { keysPlugin } from './http/keys/plugin.js';
import { operationsPlugin } from './http/operations/plugin.js';
import { patientsPlugin } from './http/patients/plugin.js';
import { readingsPlugin } from './http/readings/plugin.js';
import { reconciliationPlugin } from './http/reconciliation/plugin.js';
import { receivedPlugin } from './http/received/plugin.js';
import { recoveriesPlugin } from './http/recoveries/routes.js';
import { recordsPlugin } from './http/records/plugin.js';
import { settingsPlugin } from './http/settings/plugin.js';
import { standingPolicyPlugin } from './http/standing-policy/plugin.js';
import { subscriptionsPlugin } from './http/subscriptions/plugin.js';
import { openapi } from './openapi.js';
import { problems } from './problems.js';

export interface GatewayApp {
  readonly app: ServiceApp;
  readonly gateway: Gateway;
}

/** Starts the gateway and builds its HTTP API; closing the app closes both. */
export async function buildApp(
  config: GatewayConfig,
  logger: Logger,
  onFatal: (error: Error) => void,
): Promise<GatewayApp> {
  const gateway = await Gateway.start({ config, logger, onFatal });
  const { gatewayId, networkId } = config;
  const app = await buildService({
    name: gatewayId,
    logger,
    config,
    problems,
    openapi,
    requests: gateway.requests,
    mspId: config.ledger.mspId,
    findToken: (sha256) => gateway.tokens.find(sha256) ?? gateway.delegateTokens.find(sha256),
  });
  app.addHook('onClose', () => gateway.close());
  addDelegateGuard(app);
  // Accessors of the gateway are no properties of its own: a spread leaves them out.
  const { mqttUrl, broker } = gateway;
  const jobs = new Jobs({ store: gateway.jobStore, problems, logger });
  const decisions = new Decisions({ ...gateway, jobs });
  const parts = { ...gateway, gatewayId, networkId, mqttUrl, broker, jobs, decisions };
  await app.register(patientsPlugin, parts);
  await app.register(devicesPlugin, parts);
  await app.register(framesPlugin, parts);
  await app.register(readingsPlugin, parts);
  await app.register(chainPlugin, parts);
  await app.register(recordsPlugin, parts);
  await app.register(receivedPlugin, parts);
  await app.register(settingsPlugin, parts);
  await app.register(alarmsPlugin, parts);
  await app.register(absencesPlugin, parts);
  await app.register(grantsPlugin, parts);
  await app.register(standingPolicyPlugin, parts);
  await app.register(delegatesPlugin, parts);
  await app.register(subscriptionsPlugin, parts);
  await app.register(auditPlugin, parts);
  await app.register(disclosurePlugin, parts);
  await app.register(copiesPlugin, parts);
  await app.register(keysPlugin, { ...parts, clock: Date.now, logger });
  await app.register(recoveriesPlugin, parts);
  await app.register(operationsPlugin, parts);
  await app.register(reconciliationPlugin, parts);
  await app.register(jobsPlugin, { jobs, more: ['delegate'] });
  jobs.start();
  return { app, gateway };
}
