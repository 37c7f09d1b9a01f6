import { Counter, type Registry } from 'prom-client';

/** Counts what became of requests for records. */
export function countAccesses(registry: Registry): (outcome: string) => void {
  const accesses = new Counter({
    name: 'careledger_api_accesses_total',
    help: 'Requests for records: opened, or the code with which nothing was shown',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  return (outcome) => accesses.inc({ outcome });
}
