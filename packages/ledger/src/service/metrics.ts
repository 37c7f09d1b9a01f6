import { Counter, type Registry } from 'prom-client';
import type { LedgerCounters } from '../counters.js';

/** Shows to Prometheus what the connections of a service count; read when it asks. */
export function registerLedgerMetrics(registry: Registry, counters: readonly LedgerCounters[]): void {
  const registers = [registry];
  new Counter({
    name: 'careledger_ledger_calls_total',
    help: 'Calls of the ledger by how they ended for their caller: OK, or the code of the error',
    labelNames: ['call', 'outcome'] as const,
    registers,
    collect() {
      this.reset();
      for (const { call, outcome, count } of counters.flatMap(({ calls }) => calls))
        this.inc({ call, outcome }, count);
    },
  });
  new Counter({
    name: 'careledger_ledger_replays_total',
    help: 'Transactions sent again, byte for byte, because no answer came to the submission or no status after it',
    labelNames: ['step'] as const,
    registers,
    collect() {
      this.reset();
      for (const { replays } of counters) {
        this.inc({ step: 'submit' }, replays.submit);
        this.inc({ step: 'status' }, replays.status);
      }
    },
  });
}
