/** What the demo counted: its last line with `--json`. */
export interface DemoSummary {
  readonly patients: number;
  readonly devices: number;
  /** Non-empty cells of the recording that were accepted. */
  readonly readings: number;
  /** Accepted frames: one per row and device. */
  readonly frames: number;
  readonly frames_rejected: number;
  readonly blocks: number;
  /** Missing counters, not missing measurements. */
  readonly gaps: number;
  /** Readings stored but left out of windows and aggregates. */
  readonly implausible: number;
  readonly records: { readonly periodic: number; readonly emergency: number; readonly clinical: number };
  /** Alarms by priority. */
  readonly alarms: { readonly high: number; readonly medium: number; readonly low: number };
  readonly stored: number;
  readonly announced: number;
  readonly access: { readonly permitted: number; readonly denied: number };
  /** Direct emergency notices that the hospital was shown, each on channel `cloud`. */
  readonly notices_read: number;
  readonly visits: number;
  /**
   * What somebody who signed in found of a patient at the hospital, and how long after the patient's revocation it was refused;
   * absent where nobody signs in.
   */
  readonly search?: { readonly found: number; readonly refused_ms: number };
  /** VALID transactions in the blocks. */
  readonly transactions: { readonly authorities: number; readonly cloud: number };
  readonly verified: { readonly chains: number; readonly records: number; readonly failures: number };
  /** From a frame's arrival at the gateway to the emergency notice at the subscribed hospital. */
  readonly emergency_ms: { readonly p50: number; readonly p95: number };
  readonly seconds: number;
  /** On Fabric's own binaries: from nothing to the first committed transaction. */
  readonly first_transaction_s?: number;
}

/** Nearest-rank percentile; 0 for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

const searchRow = ({ found, refused_ms: ms }: Required<DemoSummary>['search']): [string, string] => [
  'found signed in / ms from revoked to refused',
  `${found} / ${ms}`,
];

/** The summary as a table for people. */
export function summaryTable(summary: DemoSummary): string {
  const rows: [string, string | number][] = [
    ['patients, each with a private chain', summary.patients],
    ['devices', summary.devices],
    ['readings', summary.readings],
    ['frames accepted / rejected', `${summary.frames} / ${summary.frames_rejected}`],
    ['readings left out of windows', summary.implausible],
    ['missing frames', summary.gaps],
    ['blocks', summary.blocks],
    [
      'records periodic / emergency / clinical',
      `${summary.records.periodic} / ${summary.records.emergency} / ${summary.records.clinical}`,
    ],
    [
      'alarms high / medium / low',
      `${summary.alarms.high} / ${summary.alarms.medium} / ${summary.alarms.low}`,
    ],
    ['record versions stored / announced', `${summary.stored} / ${summary.announced}`],
    ['accesses permitted / denied', `${summary.access.permitted} / ${summary.access.denied}`],
    ['emergency notices read, each on cloud', summary.notices_read],
    ['visits', summary.visits],
    ...(summary.search === undefined ? [] : [searchRow(summary.search)]),
    [
      'transactions authorities / cloud',
      `${summary.transactions.authorities} / ${summary.transactions.cloud}`,
    ],
    ['chains / records verified', `${summary.verified.chains} / ${summary.verified.records}`],
    ['failures', summary.verified.failures],
    ['emergency to hospital, ms p50 / p95', `${summary.emergency_ms.p50} / ${summary.emergency_ms.p95}`],
    ['seconds', summary.seconds],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}
