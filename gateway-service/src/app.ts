import { registerLedgerMetrics } from '@careledger/ledger/service';
import { Counter, Gauge } from 'prom-client';
import { buildService, type Logger, type ServiceApp } from '@careledger/service-kit';
import type { GatewayConfig } from './config.js';
import { Gateway } from './gateway.js';
import { registerIngestMetrics } from './ingest/index.js';
import { problems } from './problems.js';
import { addAuditRoutes } from './routes/audit.js';
import { addChainRoutes } from './routes/chain.js';
import type { RouteContext } from './routes/context.js';
import { addDeviceRoutes } from './routes/devices.js';
import { addFrameRoutes } from './routes/frames.js';
import { addGrantRoutes } from './routes/grants.js';
import { addOperationRoutes } from './routes/operations.js';
import { addPatientRoutes } from './routes/patients.js';
import { addReadingRoutes } from './routes/readings.js';
import { addRecordRoutes } from './routes/records.js';
import { addSubscriptionRoutes } from './routes/subscriptions.js';
import { VERSION } from './software.js';

/** How long a device counts as one over its allowance after it was. */
const OVER_ALLOWANCE_SHOWN_MS = 60 * 60_000;

export interface GatewayApp {
  readonly app: ServiceApp;
  readonly gateway: Gateway;
}

/** Starts the gateway and builds its HTTP door; closing the app closes both. */
export async function buildApp(
  config: GatewayConfig,
  logger: Logger,
  onFatal: (error: Error) => void,
): Promise<GatewayApp> {
  const gateway = await Gateway.start({ config, logger, onFatal });
  const app = await buildService({
    name: config.gatewayId,
    logger,
    config,
    problems,
    openapi: { title: 'careledger gateway', version: VERSION },
    findToken: (sha256) => gateway.tokens.find(sha256),
  });
  app.addHook('onClose', () => gateway.close());
  const context: RouteContext = { app, gateway, config };
  for (const add of [
    addPatientRoutes,
    addDeviceRoutes,
    addFrameRoutes,
    addReadingRoutes,
    addChainRoutes,
    addRecordRoutes,
    addGrantRoutes,
    addSubscriptionRoutes,
    addAuditRoutes,
    addOperationRoutes,
  ])
    add(context);
  addHealth(app, gateway);
  addMetrics(app, gateway);
  return { app, gateway };
}

/** Ingest goes on without ledger and providers: they make the gateway degraded, not unready. */
function addHealth(app: ServiceApp, { core, ledger, providers }: Gateway): void {
  app.addReadinessCheck('store', () => {
    core.store.read.recoveryRow();
  });
  app.addReadinessCheck('ledger', () => (ledger.awayBecause === undefined ? undefined : 'degraded'));
  app.addReadinessCheck('providers', () => (providers.resting().length === 0 ? undefined : 'degraded'));
}

function addMetrics(app: ServiceApp, gateway: Gateway): void {
  const { core, broker, ledger } = gateway;
  registerIngestMetrics(app.metrics, core.pipeline.counters, () => core.pipeline.queued);
  broker?.violations.register(app.metrics);
  registerLedgerMetrics(app.metrics, ledger.counters);
  new Gauge({
    name: 'careledger_gateway_chain_faults',
    help: 'Chains that the ledger takes no more anchors of',
    registers: [app.metrics],
    collect() {
      this.set(gateway.anchors.faultCount());
    },
  });
  new Counter({
    name: 'careledger_gateway_records_deferred_total',
    help: 'Records put off because their device brought about more than it may in an hour: emergencies of now, and others',
    labelNames: ['lane'] as const,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const { lane, deferred } of gateway.allowances.totals()) this.inc({ lane }, deferred);
    },
  });
  new Gauge({
    name: 'careledger_gateway_devices_over_allowance',
    help: 'Devices that brought about more records than they may, in the last hour',
    registers: [app.metrics],
    collect() {
      this.set(gateway.allowances.countOver(Date.now() - OVER_ALLOWANCE_SHOWN_MS));
    },
  });
  new Gauge({
    name: 'careledger_gateway_outbox_items',
    help: 'What waits or runs, by worker',
    labelNames: ['worker', 'state'] as const,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const { name, waiting, running } of gateway.workers) {
        this.set({ worker: name, state: 'waiting' }, waiting);
        this.set({ worker: name, state: 'running' }, running);
      }
    },
  });
}
