import type { ServiceApp } from '@careledger/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Outbox } from './outbox/outbox.js';

const EMERGENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2];

/** What this service counts besides HTTP. */
export interface ApiMetrics {
  readonly access: (outcome: string) => void;
  readonly emergency: (outcome: string) => void;
  readonly noticeReading: (outcome: string) => void;
  readonly emergencySeconds: (seconds: number) => void;
}

export function registerMetrics(app: ServiceApp, outbox: () => Outbox): ApiMetrics {
  const registers = [app.metrics];
  const access = new Counter({
    name: 'careledger_api_accesses_total',
    help: 'Requests for records: opened, or the code with which nothing was shown',
    labelNames: ['outcome'] as const,
    registers,
  });
  const emergencies = new Counter({
    name: 'careledger_api_emergency_notices_total',
    help: 'Direct emergency notices: accepted, repeated, or the code with which they were refused',
    labelNames: ['outcome'] as const,
    registers,
  });
  const readings = new Counter({
    name: 'careledger_api_notice_readings_total',
    help: 'Direct emergencies that were to be shown to somebody: shown, or the code with which they were withheld',
    labelNames: ['outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'careledger_api_emergency_notice_seconds',
    help: 'Time from the arrival of a direct emergency notice until it is on disk and told',
    buckets: EMERGENCY_BUCKETS_SECONDS,
    registers,
  });
  new Gauge({
    name: 'careledger_api_outbox_tasks',
    help: 'Tasks that are not finished',
    registers,
    collect() {
      this.set(outbox().pending());
    },
  });
  return {
    access: (outcome) => access.inc({ outcome }),
    emergency: (outcome) => emergencies.inc({ outcome }),
    noticeReading: (outcome) => readings.inc({ outcome }),
    emergencySeconds: (value) => seconds.observe(value),
  };
}
