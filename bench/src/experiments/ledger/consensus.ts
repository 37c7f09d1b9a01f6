import { join } from 'node:path';
import { projectSettings, type FabricSettings } from '../../fabric/definition.js';
import { requireFabric } from '../../fabric/network.js';
import { startPutFabric, type PutFabric } from '../../fabric/put-network.js';
import { shown } from '../../report/number.js';
import { valueAt, type Experiment, type Figure, type Point } from '../experiment.js';
import { LOADS, LOAD_ROUNDS, asLatencies, ratesAt } from './load.js';

type Consensus = Pick<FabricSettings, 'consensus' | 'orderers'>;

const RAFT = 'Raft, one orderer';
const RAFT_OF_FOUR = 'Raft, four orderers';
const BFT = 'BFT, four orderers';
const KINDS: Readonly<Record<string, Consensus>> = {
  [RAFT]: { consensus: 'etcdraft', orderers: 'one' },
  [RAFT_OF_FOUR]: { consensus: 'etcdraft', orderers: 'all' },
  [BFT]: { consensus: 'BFT', orderers: 'all' },
};
const [{ inFlight: ALONE }] = LOADS;
const MANY = 128;
const COST_LOAD = { transactions: 512, inFlight: MANY };

/** What it costs to trust no single orderer. */
export const consensus: Experiment = {
  name: 'consensus',
  title: 'Raft and BFT',
  what: `Time from a proposal to its commit, transactions a second, and CPU of all orderers for each transaction, on Fabric, by the
    number of transactions in flight, with one Raft orderer, with four, and with four BFT orderers (SmartBFT), all of one
    organisation on this machine, at the block timeout of the network's definition. Peers and chaincode are the same. The client is the
    project's own: under load BFT orderers refuse what they already have from one another, which Fabric's client takes for a failure.`,
  async run({ folder, quick, progress }) {
    await requireFabric();
    const runs = quick ? LOAD_ROUNDS.quick : LOAD_ROUNDS.full;
    const rates: { name: string; points: Point[] }[] = [];
    const costs: Point[] = [];
    for (const [name, kind] of Object.entries(KINDS)) {
      progress(`consensus: ${name}`);
      const dir = join(folder, `consensus-${rates.length}`);
      await using network = await startPutFabric(dir, { ...projectSettings(), ...kind });
      const found = await ratesAt((round) => network.ledger.call('round', round), runs);
      rates.push({
        name,
        points: LOADS.map(({ inFlight }, index) => ({ x: inFlight, y: found[index] ?? 0, runs })),
      });
      costs.push({ x: name, y: await ordererCpuMs(network), runs: 1 });
    }
    return figuresOf(rates, costs);
  },
  meaning(figures) {
    const ms = (name: string, inFlight: number) =>
      shown(valueAt(figures, 'consensus-latency', name, inFlight));
    const perS = (name: string) => shown(valueAt(figures, 'consensus-rate', name, MANY));
    const cpuMs = (name: string) => shown(valueAt(figures, 'consensus-cpu', 'orderers', name));
    return `A transaction alone takes ${ms(RAFT, ALONE)} ms with one Raft orderer, ${ms(RAFT_OF_FOUR, ALONE)} with four, and
      ${ms(BFT, ALONE)} with four BFT orderers; with ${MANY} in flight they order ${perS(RAFT)}, ${perS(RAFT_OF_FOUR)} and
      ${perS(BFT)} a second, for ${cpuMs(RAFT)}, ${cpuMs(RAFT_OF_FOUR)} and ${cpuMs(BFT)} ms of orderers' CPU each. Raft believes
      its leader: whoever runs it can leave a revocation out for as long as it leads. Four BFT orderers of four organisations
      tolerate one that lies. Neither can change a transaction, which its client and its endorsers have signed. So \`full\`, for
      organisations that do not trust one another, orders by BFT, and \`small\`, for one that tries the network out, by one Raft
      orderer.`;
  },
};

/** CPU of all orderers for each transaction, in milliseconds. */
async function ordererCpuMs({ ledger, fabric }: PutFabric): Promise<number> {
  const beforeMs = fabric.cpuMs('orderers');
  await ledger.call('round', COST_LOAD);
  return (fabric.cpuMs('orderers') - beforeMs) / COST_LOAD.transactions;
}

function figuresOf(rates: { name: string; points: Point[] }[], costs: readonly Point[]): Figure[] {
  const x = { label: 'transactions in flight', scale: 'log' } as const;
  return [
    {
      ...{ name: 'consensus-latency', title: 'From proposal to commit by consensus', x },
      y: { label: 'latency (ms)', scale: 'log' },
      series: asLatencies(rates, (_, inFlight) => Number(inFlight)),
    },
    {
      ...{ name: 'consensus-rate', title: 'Transactions a second by consensus', x },
      y: { label: 'rate (tx/s)', scale: 'log' },
      series: rates,
    },
    {
      ...{ name: 'consensus-cpu', title: 'CPU of the orderers for each transaction' },
      x: { label: 'consensus', scale: 'category' },
      y: { label: 'CPU for each transaction (ms)', scale: 'linear' },
      series: [{ name: 'orderers', points: costs }],
    },
  ];
}
