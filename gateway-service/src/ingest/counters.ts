import { Counter, Gauge, type Registry } from 'prom-client';
import type { RefusalCode } from './codes.js';

/** What the hot path counts, as plain numbers: a labelled metric costs as much as storing the frame. */
export class IngestCounters {
  stored = 0;
  duplicates = 0;
  readings = 0;
  /** Counters that devices skipped. */
  gaps = 0;
  fillers = 0;
  clockSkews = 0;
  hellos = 0;
  urgent = 0;
  commits = 0;
  /** Frames whose signatures another thread had verified when their turn came. */
  verifiedInThread = 0;
  /** Threads that verify which died or hung. */
  verifyThreadLosses = 0;
  readonly rejected = new Map<RefusalCode, number>();

  reject(code: RefusalCode): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + 1);
  }

  get rejectedTotal(): number {
    let total = 0;
    for (const count of this.rejected.values()) total += count;
    return total;
  }
}

/** Shows the counters to Prometheus; they are read when it asks. */
export function registerIngestMetrics(
  registry: Registry,
  counters: IngestCounters,
  queueSize: () => number,
): void {
  const registers = [registry];
  new Counter({
    name: 'careledger_gateway_frames_total',
    help: 'Frames by what became of them; code says why one was rejected',
    labelNames: ['status', 'code'] as const,
    registers,
    collect() {
      this.reset();
      this.inc({ status: 'stored', code: '' }, counters.stored);
      this.inc({ status: 'duplicate', code: '' }, counters.duplicates);
      for (const [code, count] of counters.rejected) this.inc({ status: 'rejected', code }, count);
    },
  });
  const plain: readonly [string, string, () => number][] = [
    ['readings_total', 'Readings in stored frames', () => counters.readings],
    ['frame_gaps_total', 'Frame counters that devices skipped', () => counters.gaps],
    ['frame_fillers_total', 'Late frames that filled a gap', () => counters.fillers],
    ['frame_clock_skews_total', 'Stored frames whose device clock was far off', () => counters.clockSkews],
    ['device_hellos_total', 'Hellos of devices, those that ask for a nonce included', () => counters.hellos],
    ['urgent_frames_total', 'Frames that took the emergency lane', () => counters.urgent],
    ['ingest_commits_total', 'Transactions that stored frames', () => counters.commits],
    [
      'frames_verified_in_thread_total',
      'Frames whose signatures the verify thread had verified when their turn came',
      () => counters.verifiedInThread,
    ],
    ['verify_thread_losses_total', 'Verify threads that died or hung', () => counters.verifyThreadLosses],
  ];
  for (const [name, help, value] of plain) {
    new Counter({
      name: `careledger_gateway_${name}`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }
  new Gauge({
    name: 'careledger_gateway_ingest_queue_frames',
    help: 'Frames that wait for their checks',
    registers,
    collect() {
      this.set(queueSize());
    },
  });
}
