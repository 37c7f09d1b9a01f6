import { join } from 'node:path';
import { AnnouncingNetwork, onDevnet, onFabric, type StartNetwork } from '../../announce/network.js';
import { shown } from '../../report/number.js';
import { endsOf, type Experiment, type Figure, type Point } from '../experiment.js';

const RECORDS_EACH = { quick: [1, 8], full: [1, 2, 4, 8, 16, 32] };
const IN_FLIGHT = 64;
const TRANSACTIONS = { quick: 128, full: 256 };
/** One of each patient in a transaction. */
const PATIENTS = Math.max(...RECORDS_EACH.full);
const RATE = 'records';
const ORGANIZATION = 'an endorsing organisation';
const ORDERERS = 'all orderers';

/** What records gain by sharing transactions, on the embedded network. */
export const aggregation = aggregationOn({
  ...{ name: 'aggregation', on: 'the embedded network', start: onDevnet },
  title: 'Records by how many share a transaction',
  note: `Its one process endorses for three organisations and commits once for all of them: what it takes is told for each of the
    three.`,
});

/** The same on Fabric. */
export const fabricAggregation = aggregationOn({
  ...{ name: 'fabric-aggregation', on: 'Fabric', start: onFabric },
  title: 'Records by how many share a transaction on Fabric',
  note: `One Raft orderer; two organisations endorse, each with a peer of its own, and chaincode that all of them share here: what
    those take is told for each of the two.`,
});

interface Aggregation extends Pick<Experiment, 'name' | 'title'> {
  readonly on: string;
  readonly note: string;
  readonly start: StartNetwork;
}

function aggregationOn({ name, title, on, note, start }: Aggregation): Experiment {
  const { rate, cpu } = figureNames(name);
  return {
    ...{ name, title },
    what: `Records a second that are announced, by how many share a transaction, and what they take, on ${on} with the project's own
      chaincode, with ${IN_FLIGHT} transactions in flight. Each record is a statement of its own patient, verified by every endorser,
      with rows of its own in the ledger's state. ${note}`,
    async run({ folder, quick, progress }) {
      const kind = quick ? 'quick' : 'full';
      progress(`${name}: the network starts`);
      await using network = await AnnouncingNetwork.open(join(folder, name), start, PATIENTS);
      const transactions = TRANSACTIONS[kind];
      // Until the code is compiled.
      await network.round({ transactions, inFlight: IN_FLIGHT, recordsEach: 1 });
      const points = { rates: [] as Point[], organization: [] as Point[], orderers: [] as Point[] };
      for (const recordsEach of RECORDS_EACH[kind]) {
        progress(`${name}: ${recordsEach} records in each transaction`);
        const before = network.cpuMs();
        const perS = await network.round({ transactions, inFlight: IN_FLIGHT, recordsEach });
        const after = network.cpuMs();
        const records = transactions * recordsEach;
        const taken = (part: keyof typeof after): number => (after[part] - before[part]) / records;
        const at = { x: recordsEach, runs: 1 };
        points.rates.push({ ...at, y: perS });
        points.organization.push({ ...at, y: taken('organizations') / network.endorsers });
        points.orderers.push({ ...at, y: taken('orderers') });
      }
      await network.check();
      const x = { label: 'records in a transaction', scale: 'log' } as const;
      const hasOrderers = points.orderers.some(({ y }) => y > 0);
      return [
        {
          ...{ name: rate, title: `Records a second on ${on}`, x },
          y: { label: 'rate (records/s)', scale: 'log' },
          series: [{ name: RATE, points: points.rates }],
        },
        {
          ...{ name: cpu, title: `CPU of a record on ${on}`, x },
          y: { label: 'CPU for each record (ms)', scale: 'log' },
          series: [
            { name: ORGANIZATION, points: points.organization },
            ...(hasOrderers ? [{ name: ORDERERS, points: points.orderers }] : []),
          ],
        },
      ];
    },
    meaning(figures) {
      const [one, many] = endsOf(figures, rate, RATE);
      const [dear, cheap] = endsOf(figures, cpu, ORGANIZATION);
      return `A record that is a transaction of its own costs an endorsing organisation ${shown(dear.y)} ms of CPU, one of
        ${many.x} that share one ${shown(cheap.y)} ms, and ${shown(many.y)} a second are announced instead of ${shown(one.y)}. A
        batch takes nothing from a record: each has its own signature, its own row and its own answer, and one that is refused
        leaves the others as they are. So the gateway and the providers gather what comes together, and nobody waits for a batch
        to fill.`;
    },
  };
}

function figureNames(name: string): { readonly rate: string; readonly cpu: string } {
  return { rate: `${name}-rate`, cpu: `${name}-cpu` };
}

/** What a channel takes, and what a record costs whom there, where most of them share a transaction. */
export interface ChannelCosts {
  readonly recordsPerS: number;
  /** CPU of an organisation that endorses, milliseconds. */
  readonly organizationCpuMs: number;
  /** Of all orderers; 0 where they are not told apart. */
  readonly orderersCpuMs: number;
}

/** Whether the experiment was run, and not skipped. */
export const hasFiguresOf = (figures: readonly Figure[], { name }: Experiment): boolean =>
  figures.some((figure) => figure.name === figureNames(name).rate);

/** @throws RangeError where the experiment was not run */
export function channelCosts(figures: readonly Figure[], { name }: Experiment): ChannelCosts {
  const { rate, cpu } = figureNames(name);
  const isTold = figures.some(
    (figure) => figure.name === cpu && figure.series.some((series) => series.name === ORDERERS),
  );
  return {
    recordsPerS: endsOf(figures, rate, RATE)[1].y,
    organizationCpuMs: endsOf(figures, cpu, ORGANIZATION)[1].y,
    orderersCpuMs: isTold ? endsOf(figures, cpu, ORDERERS)[1].y : 0,
  };
}
