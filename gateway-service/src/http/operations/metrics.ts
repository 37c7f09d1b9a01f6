import { registerLedgerMetrics } from '@careledger/ledger/service';
import type { ServiceApp } from '@careledger/service-kit';
import { Counter, Gauge } from 'prom-client';
import type { EmbeddedBroker } from '../../broker/index.js';
import type { GatewayCore } from '../../core.js';
import type { AnchorStore } from '../../delivery/anchor-store.js';
import type { Workers } from '../../delivery/workers.js';
import type { GatewayClock } from '../../device-clock/index.js';
import { registerIngestMetrics } from '../../ingest/index.js';
import type { LedgerLink } from '../../ledger-access/ledger-link.js';
import type { ReceivedStore } from '../../received/received-store.js';
import type { Allowances } from '../../processing/index.js';

/** How long a device counts as one over its allowance after it was. */
const OVER_ALLOWANCE_SHOWN_MS = 60 * 60_000;

export interface MetricsSources {
  readonly core: Pick<GatewayCore, 'pipeline'>;
  readonly broker: Pick<EmbeddedBroker, 'violations'> | undefined;
  readonly ledger: Pick<LedgerLink, 'counters'>;
  readonly anchors: Pick<AnchorStore, 'faultCount'>;
  readonly gatewayClock: Pick<GatewayClock, 'isProved'>;
  readonly allowances: Pick<Allowances, 'totals' | 'countOver'>;
  readonly received: Pick<ReceivedStore, 'failures'>;
  readonly workers: Pick<Workers, 'health'>;
}

/** Shows to Prometheus what the parts of the gateway count; read when it asks. */
export function addMetrics(app: ServiceApp, sources: MetricsSources): void {
  const { core, broker, ledger, anchors, gatewayClock, allowances, received, workers } = sources;
  registerIngestMetrics(app.metrics, core.pipeline.counters, () => core.pipeline.queued);
  broker?.violations.register(app.metrics);
  registerLedgerMetrics(app.metrics, ledger.counters);
  new Gauge({
    name: 'careledger_gateway_chain_faults',
    help: 'Chains that the ledger takes no more anchors of',
    registers: [app.metrics],
    collect() {
      this.set(anchors.faultCount());
    },
  });
  new Gauge({
    name: 'careledger_gateway_clock_proved',
    help: 'Whether a provider’s answer has proved this gateway’s own clock (1): devices’ clocks are compared with no other',
    registers: [app.metrics],
    collect() {
      this.set(gatewayClock.isProved ? 1 : 0);
    },
  });
  new Counter({
    name: 'careledger_gateway_records_deferred_total',
    help: 'Records put off because their device brought about more than it may in an hour: emergencies of now, and others',
    labelNames: ['lane'] as const,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const { priority, deferred } of allowances.totals()) this.inc({ lane: priority }, deferred);
    },
  });
  new Gauge({
    name: 'careledger_gateway_devices_over_allowance',
    help: 'Devices that brought about more records than they may, in the last hour',
    registers: [app.metrics],
    collect() {
      this.set(allowances.countOver(Date.now() - OVER_ALLOWANCE_SHOWN_MS));
    },
  });
  new Gauge({
    name: 'careledger_gateway_received_unconfirmed',
    help: 'Versions by authorities that this gateway cannot open, or whose tags it cannot confirm, by reason',
    labelNames: ['reason'] as const,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const { failure, count } of received.failures()) this.set({ reason: failure }, count);
    },
  });
  new Gauge({
    name: 'careledger_gateway_outbox_items',
    help: 'What waits or runs, by worker',
    labelNames: ['worker', 'state'] as const,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const { name, waiting, running } of workers.health) {
        this.set({ worker: name, state: 'waiting' }, waiting);
        this.set({ worker: name, state: 'running' }, running);
      }
    },
  });
}
