import type { Attempt } from '../fixtures/deployments/steady-client.js';

/** What clients saw of one thing that they do over and over. */
export interface Seen {
  readonly calls: number;
  readonly slowestMs: number;
  /** Codes of the problems that they got. */
  readonly errors: readonly string[];
}

/** What was seen while one thing was killed, away, and back. */
export interface Finding {
  /** What was done, e.g. `kill -9 of a BFT follower`. */
  readonly what: string;
  /** Names of the processes. */
  readonly victim: string;
  /** From the kill until the victim was back and ready; undefined where nothing came back within this finding. */
  readonly awayMs: number | undefined;
  /** Frames of devices that were acknowledged. */
  readonly frames: { readonly acknowledged: number; readonly slowestMs: number };
  readonly framesRejected: number;
  readonly framesResent: number;
  /** The hospital opening records through its api: a permit on the ledger each. */
  readonly opening: Seen;
  /** Patients asking the ledger through the gateway. */
  readonly asking: Seen;
  /** Calls of the ledger that failed for the service that made them. */
  readonly ledgerFailures: ReadonlyMap<string, number>;
  readonly ledgerCalls: number;
  readonly replayed: number;
  /** The outbox at its worst: records made and not announced, blocks not anchored. */
  readonly behind: { readonly records: number; readonly blocks: number };
  /** Until everything that waited when the victim was back was announced, and anchored. */
  readonly caughtUp: { readonly announcedMs: number; readonly anchoredMs: number };
  readonly announced: number;
  /** Of each channel, before and after. */
  readonly heights: Readonly<Record<string, readonly [before: number, after: number]>>;
}

export function seen(attempts: readonly Attempt[]): Seen {
  return {
    calls: attempts.length,
    slowestMs: Math.max(0, ...attempts.map(({ tookMs }) => tookMs)),
    errors: attempts.flatMap(({ error }) => error ?? []),
  };
}

/** Everything that failed for somebody: a device, a practitioner, a patient, a service's own use of the ledger. */
export function clientErrors({ asking, framesRejected, ledgerFailures, opening }: Finding): number {
  const failures = [...ledgerFailures.values()].reduce((sum, count) => sum + count, 0);
  return framesRejected + opening.errors.length + asking.errors.length + failures;
}

const COLUMNS: readonly [title: string, cell: (finding: Finding) => string][] = [
  ['what', ({ what }) => what],
  ['victim', ({ victim }) => victim],
  ['away s', ({ awayMs }) => (awayMs === undefined ? '–' : seconds(awayMs))],
  [
    'frames',
    ({ frames, framesResent }) =>
      `${frames.acknowledged}${framesResent > 0 ? ` (${framesResent} twice)` : ''}`,
  ],
  ['slowest s', ({ frames }) => seconds(frames.slowestMs)],
  ['opened', ({ opening }) => share(opening)],
  ['slowest s', ({ opening }) => seconds(opening.slowestMs)],
  ['asked', ({ asking }) => share(asking)],
  ['ledger calls', ({ ledgerCalls }) => `${ledgerCalls}`],
  ['errors', (finding) => `${clientErrors(finding)}`],
  ['replayed', ({ replayed }) => `${replayed}`],
  ['behind', ({ behind }) => `${behind.records} rec, ${behind.blocks} bl`],
  ['caught up s', ({ caughtUp }) => seconds(Math.max(caughtUp.announcedMs, caughtUp.anchoredMs))],
  ['announced', ({ announced }) => `${announced}`],
  [
    'heights',
    ({ heights }) =>
      Object.entries(heights)
        .map(([channel, [before, after]]) => `${channel} ${before}→${after}`)
        .join(', '),
  ],
];

/** A table for people, and below it each error by its code. */
export function describeFindings(findings: readonly Finding[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...findings.map((f) => COLUMNS.map(([, cell]) => cell(f)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const errors = findings.flatMap((finding) => {
    const lines = [
      ...counted(
        'device: frame',
        finding.framesRejected === 0 ? [] : [`rejected ×${finding.framesRejected}`],
      ),
      ...counted('practitioner at the hospital', finding.opening.errors),
      ...counted('patient at the gateway', finding.asking.errors),
      ...[...finding.ledgerFailures].map(([what, count]) => `ledger client: ${what} ×${count}`),
    ];
    return lines.map((line) => `  ${finding.what} (${finding.victim}): ${line}`);
  });
  return [...table, ...(errors.length > 0 ? ['errors:', ...errors] : ['errors: none'])].join('\n');
}

function counted(who: string, codes: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${who}: ${code} ×${count}`);
}

const share = ({ calls, errors }: Seen): string => `${calls - errors.length} of ${calls}`;
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
