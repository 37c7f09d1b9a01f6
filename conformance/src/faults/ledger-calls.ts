import type { Careledger, RunningService } from '@careledger/supervisor';

/** Outcomes that are answers, or that the service's own retry expects: no failed call. */
const NO_FAILURE: ReadonlySet<string> = new Set(['OK', 'CHAINCODE_REFUSED', 'MVCC_CONFLICT']);
const SAMPLE = /^(careledger_ledger_calls_total|careledger_ledger_replays_total)\{([^}]*)\} (\S+)$/gm;
const STARTED = /^process_start_time_seconds\{[^}]*\} (\S+)$/m;

interface Exposition {
  /** Seconds since 1970, of the process: a later one has begun to count from zero. */
  readonly startedS: string;
  readonly samples: ReadonlyMap<string, number>;
}

/** What all services' metrics said at one time, by service. */
export type LedgerSnapshot = ReadonlyMap<string, Exposition>;

/** What happened between two snapshots. */
export interface LedgerCalls {
  /** Calls that failed for the service that made them, by `SERVICE call OUTCOME`. */
  readonly failed: ReadonlyMap<string, number>;
  readonly succeeded: number;
  /** Transactions sent again, the same bytes, without their caller noticing. */
  readonly replayed: number;
}

/** Reads of every service what it counts of its calls to the ledger. */
export async function snapshotLedgerCalls({
  gateway,
  authorities,
  providers,
}: Careledger): Promise<LedgerSnapshot> {
  const services = [gateway, ...Object.values(authorities), ...Object.values(providers)];
  return new Map(
    await Promise.all(services.map(async (service) => [service.name, await scrape(service)] as const)),
  );
}

async function scrape({ name, url, tokens }: RunningService): Promise<Exposition> {
  const response = await fetch(new URL('/metrics', url), {
    headers: { authorization: `Bearer ${tokens.ops}` },
  });
  const text = await response.text();
  const [, startedS] = STARTED.exec(text) ?? [];
  if (!response.ok || startedS === undefined) throw new Error(`${name} shows no metrics: ${response.status}`);
  const samples = new Map<string, number>();
  for (const [, metric = '', labels = '', value] of text.matchAll(SAMPLE))
    samples.set(`${metric} ${labelsWithout('service', labels)}`, Number(value));
  return { startedS, samples };
}

export function callsBetween(before: LedgerSnapshot, after: LedgerSnapshot): LedgerCalls {
  const failed = new Map<string, number>();
  let succeeded = 0;
  let replayed = 0;
  for (const [service, { samples, startedS }] of after) {
    const earlier = before.get(service);
    for (const [key, value] of samples) {
      const count = value - (earlier?.startedS === startedS ? (earlier.samples.get(key) ?? 0) : 0);
      if (count === 0) continue;
      if (key.startsWith('careledger_ledger_replays_total')) {
        replayed += count;
        continue;
      }
      const { call = '', outcome = '' } = labelsOf(key);
      // What resume() meets was counted when it was submitted.
      if (call === 'resume') continue;
      if (NO_FAILURE.has(outcome)) succeeded += count;
      else failed.set(`${service} ${call} ${outcome}`, count);
    }
  }
  return { failed, succeeded, replayed };
}

const labelsWithout = (name: string, labels: string): string =>
  labels
    .split(',')
    .filter((label) => !label.startsWith(`${name}=`))
    .join(',');

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
