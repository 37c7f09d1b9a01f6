import { Counter, Histogram, type Registry } from 'prom-client';

const EMERGENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2];

/** What is counted of direct emergencies. */
export interface NoticeMetrics {
  readonly emergency: (outcome: string) => void;
  /** How long an emergency took from its arrival until it was on disk and told. */
  readonly emergencySeconds: (seconds: number) => void;
  readonly noticeReading: (outcome: string) => void;
}

export function noticeMetrics(registry: Registry): NoticeMetrics {
  const registers = [registry];
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
  return {
    emergency: (outcome) => emergencies.inc({ outcome }),
    emergencySeconds: (value) => seconds.observe(value),
    noticeReading: (outcome) => readings.inc({ outcome }),
  };
}
