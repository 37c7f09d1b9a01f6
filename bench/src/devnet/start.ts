import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedNetwork, loadNetworkDefinition } from '@careledger/network-definition';
import { chaincodeModule } from '@careledger/supervisor';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { devnetProcess, type ChannelConfig } from './process.js';

const MODULES: Readonly<Record<string, string>> = {
  'access-control': chaincodeModule('access-control'),
  records: chaincodeModule('records'),
};
const SLOW_CHAINCODE = fileURLToPath(new URL('slow-chaincode.js', import.meta.url));
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 1, counted: 9 },
};

/** How long a newcomer waits for the network. */
export const devnetStart: Measure = {
  name: 'devnet_start_ms',
  unit: 'ms',
  budget: { atMost: 1_000 },
  a: 'from the start of the process to its ready line',
  b: null,
  what: `Wall time until the embedded network is ready in an empty folder: both channels of
    network/careledger.network.yaml, identities of all organisations newly made, both chaincodes started.`,
  controlWhat: 'one of the chaincodes takes 1.5 s to load',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    progress('devnet start');
    let starts = 0;
    const [normal = [], slow = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => startMs(join(folder, `start-${starts++}`), MODULES),
      () => startMs(join(folder, `start-${starts++}`), { ...MODULES, records: SLOW_CHAINCODE }),
    ]);
    return { measured: single(normal), control: single(slow) };
  },
};

async function startMs(dir: string, modules: Readonly<Record<string, string>>): Promise<number> {
  await using devnet = devnetProcess(dir, channelsWith(modules));
  const beginMs = performance.now();
  await devnet.start();
  return performance.now() - beginMs;
}

function channelsWith(modules: Readonly<Record<string, string>>): Record<string, ChannelConfig> {
  const { channels } = embeddedNetwork(loadNetworkDefinition());
  return Object.fromEntries(
    Object.entries(channels).map(([name, { organizations, members, policies, chaincodes }]) => {
      const { outOf, of } = policies.endorsement;
      const policy = `OutOf(${outOf},${of.map((mspId) => `'${mspId}.peer'`).join(',')})`;
      const sources = chaincodes.map((chaincode) => [
        chaincode,
        { source: `module:${modules[chaincode]}`, policy },
      ]);
      return [name, { organizations, members, chaincodes: Object.fromEntries(sources) }];
    }),
  );
}
