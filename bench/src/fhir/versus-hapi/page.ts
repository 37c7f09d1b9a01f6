import { shown } from '../../report/number.js';
import { machineSection, pageOf, type RunFacts } from '../../report/page.js';
import { markdownTable } from '../../report/table.js';
import type { Compared } from './compare.js';
import { BUNDLE_OBSERVATIONS, HOURS, type Loaded } from './loading.js';
import { API_PEAK_MAX_MB, missedBy, peakRows, type PeakPair } from './memory.js';

/** What was loaded into both sides. */
export interface LoadedPair {
  readonly ours: Loaded;
  readonly others: Loaded;
}

/** Everything that docs/fhir-speed.md states. */
export interface FhirReport extends RunFacts {
  readonly compared: readonly Compared[];
  readonly loaded: readonly LoadedPair[];
  readonly peaks: readonly PeakPair[];
  readonly hapi: string;
}

const count = (value: number): string => value.toLocaleString('en-US');

/** Rows of the comparison, its head first. */
export const comparedRows = (compared: readonly Compared[]): string[][] => [
  [
    ...[
      'observations',
      'what',
      'api, per CPU s',
      'with ledger and providers',
      'HAPI, per CPU s',
      'api to HAPI',
    ],
    ...['api p50, ms', 'p95', 'HAPI p50, ms', 'p95'],
  ],
  ...compared.map(({ observations, operation, ours, others }) => [
    ...[count(observations), operation, shown(ours.perCpuS), shown(ours.perWholeCpuS), shown(others.perCpuS)],
    ...[shown(ours.perCpuS / others.perCpuS), shown(ours.p50Ms), shown(ours.p95Ms)],
    ...[shown(others.p50Ms), shown(others.p95Ms)],
  ]),
];

const perCpuS = ({ observations }: Loaded, cpuMs: number): string => shown((1_000 * observations) / cpuMs);

/** Rows of what loading took, the head first. */
export const loadedRows = (loaded: readonly LoadedPair[]): string[][] => [
  ['observations', 'api, per CPU s', 'with everything', 'HAPI, per CPU s', 'api, s', 'HAPI, s'],
  ...loaded.map(({ ours, others }) => [
    ...[count(ours.observations), perCpuS(ours, ours.cpuMs), perCpuS(ours, ours.wholeCpuMs)],
    ...[perCpuS(others, others.cpuMs), shown(ours.seconds), shown(others.seconds)],
  ]),
];

/** docs/fhir-speed.md, whole. */
export function fhirSpeedPage({ compared, loaded, peaks, hapi, ...facts }: FhirReport): string {
  return pageOf([
    '# FHIR beside HAPI',
    '',
    `Written by \`make bench-fhir\` on ${facts.date}; do not edit. bench/README.md says how it is measured.`,
    '',
    `An authority's api with the working copy that patients let it keep, and HAPI FHIR's JPA server ${hapi} with H2 on a file`,
    '(`bench/hapi`, its settings as they are by default), hold the same observations of the same patients, loaded by the same',
    'transactions. They are asked the same in turn, A B A B, one request at a time, after both are warm. CPU is user and system',
    'time of the process, all threads: of the api alone, and with the processes behind it (both ledgers, providers, gateway).',
    '',
    ...markdownTable(comparedRows(compared)),
    '',
    '- **read by id** and **search by id** are of the working copy. **read by id, of the ledger** asks there each time: decided by two',
    '  organisations in a transaction, released by a provider, checked and decrypted, and all of the record with it in which the',
    `  resource lies: here ${count(Math.min(...HOURS))} or ${count(BUNDLE_OBSERVATIONS)} observations. HAPI looks a row up in each of them.`,
    '- **search** is of the working copy, as are reads. Each resource is decrypted under the patient’s key, each record decided by the mirror of',
    '  the ledger, and who saw it is in the log, on disk, before the answer leaves. HAPI does none of this, and H2 does not wait for',
    '  the disk.',
    '- **create** ends when it is durable here (202; HAPI: 201). What follows in the background (provider, both ledgers, gateway,',
    '  copy) is in the CPU time as far as it falls into the round.',
    '',
    '## Loading',
    '',
    ...markdownTable(loadedRows(loaded)),
    '',
    `Transactions of ${count(BUNDLE_OBSERVATIONS)} observations, one after the other; on our side until all of it is found: encrypted, stored at a provider,`,
    'on both ledgers, opened and confirmed by the patient’s gateway, asked for by the copy, decrypted and indexed.',
    '',
    '## Memory',
    '',
    ...markdownTable(peakRows(peaks)),
    '',
    'The most that each server’s process had in memory since its start (`VmHWM`), what it shares with other processes included. The',
    `api’s budget is ${API_PEAK_MAX_MB} MB: ${missedBy(peaks) === undefined ? 'kept' : 'missed'}. HAPI is told no limit but its heap’s, 2 GB, of which its database’s cache takes a share.`,
    '',
    ...machineSection(facts),
  ]);
}
