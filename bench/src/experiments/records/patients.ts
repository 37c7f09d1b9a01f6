import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHANNELS } from '@careledger/domain';
import { LedgerView, enrolAtHome, type Person } from '@careledger/examples';
import { ProcessGroup, cpuTimeMs, type Child } from '@careledger/supervisor';
import { shown } from '../../report/number.js';
import { startServices } from '../../services/start.js';
import { endsOf, valueAt, type Experiment, type Point } from '../experiment.js';
import { DAY, sendDay } from './home.js';

const PATIENTS = { quick: [1, 4], full: [1, 2, 4, 8, 16, 32] };

/** Processes whose cost is told together. */
const PROCESSES = [
  { name: 'gateway', isOne: (name: string) => name.startsWith('gateway') },
  { name: 'providers', isOne: (name: string) => name.startsWith('cloud') },
  { name: 'hospital', isOne: (name: string) => name === 'hospital' },
  { name: 'network', isOne: () => true },
] as const;
/** Where records lie, below the folder of all. */
const PLACES = [
  { name: 'channel authorities', path: 'network/ledgers/authorities/blocks' },
  { name: 'channel cloud', path: 'network/ledgers/cloud/blocks' },
  { name: 'provider’s blobs', path: 'cloud-a/blobs' },
] as const;

/** What a record costs whom, and whether more patients make it dearer. */
export const patients: Experiment = {
  name: 'patients',
  title: 'Cost of a record by the number of patients',
  what: `Every patient's glucose monitor sends a day at once: ${DAY.readings} readings, which make ${DAY.records} records. All of
    them are made, encrypted, wrapped to one hospital, stored and announced, on the embedded network with all services. CPU of
    each process, and bytes in each place, for each record. The network's process is the peers of all organisations at once, so
    its figure is that of all of them together.`,
  async run({ folder, quick, progress }) {
    const dir = join(folder, 'patients');
    await using processes = new ProcessGroup();
    progress('patients: the network and the services start');
    const { network, careledger } = await startServices(processes, dir, { authorities: ['hospital'] });
    const cpu = PROCESSES.map(({ name }) => ({ name, points: [] as Point[] }));
    const bytes = PLACES.map(({ name }) => ({ name, points: [] as Point[] }));
    const transactions = CHANNELS.map((channel) => ({ name: `channel ${channel}`, points: [] as Point[] }));
    using ledgers = new LedgerView(network);
    const lookAt = async (): Promise<Costs> => ({
      cpu: cpuOf(processes.children),
      bytes: bytesOf(dir),
      transactions: await Promise.all(CHANNELS.map((channel) => ledgers.countTransactions(channel))),
    });
    for (const count of quick ? PATIENTS.quick : PATIENTS.full) {
      progress(`patients: the day of ${count}`);
      const people: Person[] = [];
      for (let n = 0; n < count; n++) people.push(await enrolAtHome(careledger));
      const before = await lookAt();
      await sendDay(careledger, people);
      const after = await lookAt();
      const records = count * DAY.records;
      for (const [kind, curves] of Object.entries({ cpu, bytes, transactions })) {
        const [was, is] = [before[kind as keyof Costs], after[kind as keyof Costs]];
        for (const [index, { points }] of curves.entries())
          points.push({ x: count, y: ((is[index] ?? 0) - (was[index] ?? 0)) / records, runs: 1 });
      }
    }
    const x = { label: 'patients whose day comes at once', scale: 'log' } as const;
    return [
      {
        ...{ name: 'patients-cpu', title: 'CPU of a record', x },
        y: { label: 'CPU for each record (ms)', scale: 'log' },
        series: cpu,
      },
      {
        ...{ name: 'patients-bytes', title: 'Size of a record', x },
        y: { label: 'size for each record (bytes)', scale: 'linear' },
        series: bytes,
      },
      {
        ...{ name: 'patients-transactions', title: 'Transactions of a record', x },
        y: { label: 'transactions for each record', scale: 'log' },
        series: transactions,
      },
    ];
  },
  meaning(figures) {
    const [one, many] = endsOf(figures, 'patients-cpu', 'gateway');
    const size = (place: string) => shown(valueAt(figures, 'patients-bytes', place, many.x));
    return `A record costs the gateway ${shown(one.y)} ms of CPU with one patient and ${shown(many.y)} ms with ${many.x}: patients
      share transactions, so that more of them make each cheaper. It leaves ${size('channel authorities')} bytes on
      \`authorities\` and ${size('channel cloud')} on \`cloud\`, hashes and statements alone, on every peer and for good; the
      ${size('provider’s blobs')} bytes of content lie encrypted at one provider, and can be deleted.`;
  },
};

/** Of all so far, in the order of processes, places and channels. */
interface Costs {
  /** Milliseconds. */
  readonly cpu: readonly number[];
  readonly bytes: readonly number[];
  readonly transactions: readonly number[];
}

function cpuOf(children: readonly Child[]): number[] {
  const sums = PROCESSES.map(() => 0);
  for (const { name, pid } of children) {
    const index = PROCESSES.findIndex(({ isOne }) => isOne(name));
    if (pid !== undefined) sums[index] = (sums[index] ?? 0) + cpuTimeMs(pid);
  }
  return sums;
}

const bytesOf = (dir: string): number[] => PLACES.map(({ path }) => bytesUnder(join(dir, path)));

function bytesUnder(path: string): number {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), 0);
}
