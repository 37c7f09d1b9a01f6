import { join } from 'node:path';
import type { ClientWorker } from '../../devnet/client.worker.js';
import { PUT_CHAINCODE, devnetProcess } from '../../devnet/process.js';
import { shown } from '../../report/number.js';
import { median } from '../../run/statistics.js';
import { WorkerProcess } from '../../worker/worker-process.js';
import { valueAt, type Experiment, type Point } from '../experiment.js';

const TIMEOUTS_MS = { quick: [50, 500], full: [50, 100, 250, 500, 1_000, 2_000] };
const ORGANIZATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
const MS_PER_S = 1_000;
/** How many transactions are on their way, and of how many the time is taken in a round. */
const LOADS = [
  { inFlight: 1, transactions: 5 },
  { inFlight: 16, transactions: 64 },
  { inFlight: 128, transactions: 512 },
];
const ROUNDS = { quick: 1, full: 3 };
const nameOf = (inFlight: number): string => `${inFlight} in flight`;

/** How long an orderer should wait for more. */
export const blockTimeout: Experiment = {
  name: 'block-timeout',
  title: 'Latency by block timeout',
  what: `Time from a proposal to its commit, and transactions a second, on the embedded network with three organisations and a
    majority policy, by how long the orderer waits for a block to fill, with 1, 16 and 128 transactions in flight. With
    several in flight the time is that of Little's law: those in flight over the rate.`,
  async run({ folder, quick, progress }) {
    const rates = LOADS.map(({ inFlight }) => ({ name: nameOf(inFlight), points: [] as Point[] }));
    for (const timeoutMs of quick ? TIMEOUTS_MS.quick : TIMEOUTS_MS.full) {
      progress(`block timeout: ${timeoutMs} ms`);
      const found = await ratesAt(
        join(folder, `timeout-${timeoutMs}`),
        timeoutMs,
        quick ? ROUNDS.quick : ROUNDS.full,
      );
      for (const [index, point] of found.entries()) rates[index]?.points.push(point);
    }
    const latencies = rates.map(({ name, points }, index) => {
      const inFlight = LOADS[index]?.inFlight ?? 1;
      return { name, points: points.map((point) => ({ ...point, y: (inFlight * MS_PER_S) / point.y })) };
    });
    const x = { label: 'block timeout (ms)', scale: 'log' } as const;
    return [
      {
        ...{ name: 'block-timeout-latency', title: 'From proposal to commit', x },
        y: { label: 'latency (ms)', scale: 'log' },
        series: latencies,
      },
      {
        ...{ name: 'block-timeout-rate', title: 'Transactions a second', x },
        y: { label: 'rate (tx/s)', scale: 'log' },
        series: rates,
      },
    ];
  },
  meaning(figures) {
    const ms = (inFlight: number, timeoutMs: number) =>
      shown(valueAt(figures, 'block-timeout-latency', nameOf(inFlight), timeoutMs));
    return `A transaction alone waits for its block: ${ms(1, 50)} ms at a timeout of 50 ms, ${ms(1, 500)} at 500. With 128 in flight
      blocks do not fill either, and all of them wait: ${ms(128, 50)} and ${ms(128, 500)} ms. Emergencies do not: they go to the
      authorities directly, and to the ledger besides. What does wait is a decision, e.g. a request for one record, so a short
      timeout is worth its smaller blocks.`;
  },
};

async function ratesAt(dir: string, batchTimeoutMs: number, rounds: number): Promise<Point[]> {
  const chaincodes = { put: { source: `module:${PUT_CHAINCODE}` } };
  await using devnet = devnetProcess(
    dir,
    { ch: { organizations: ORGANIZATIONS, chaincodes } },
    { batchTimeoutMs },
  );
  await devnet.start();
  await using client = new WorkerProcess<ClientWorker>('devnet/client.worker.js');
  await client.call('connect', { dir, channel: 'ch', mspId: 'Org1MSP', chaincode: 'put' });
  // Until the code is compiled.
  await client.call('round', { transactions: 128, inFlight: 128 });
  const points: Point[] = [];
  for (const { inFlight, transactions } of LOADS) {
    const found: number[] = [];
    for (let n = 0; n < rounds; n++) found.push(await client.call('round', { transactions, inFlight }));
    points.push({ x: batchTimeoutMs, y: median(found), runs: rounds });
  }
  return points;
}
