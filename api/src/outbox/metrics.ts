import { Gauge, type Registry } from 'prom-client';
import type { Outbox } from './outbox.js';

/** Shows how much is not finished; read when Prometheus asks. */
export function registerOutboxMetrics(registry: Registry, outbox: Outbox): void {
  new Gauge({
    name: 'careledger_api_outbox_tasks',
    help: 'Tasks that are not finished',
    registers: [registry],
    collect() {
      this.set(outbox.pending());
    },
  });
}
