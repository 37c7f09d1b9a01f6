/**
 * Many clients' decisions, readings and wraps on a network that is killed and stopped, judged from the blocks:
 * `make judge-consent`. Ends with 1 if there is something to object to.
 */
import { PORT_OFFSETS } from '@careledger/network-definition';
import { Command, Option } from 'commander';
import { startNative } from '../fixtures/chaincode/native.js';
import { reportOf } from './report.js';
import { tryConsent } from './trial.js';
import { PROVIDER_DISTURBANCES } from './world/disturbances.js';
import { World } from './world/world.js';

const OPERATIONS = 100_000;
const ROUND = 5_000;
/** Operations for each patient, about. */
const OPERATIONS_PER_PERSON = 300;
const PEOPLE_MIN = 48;
const CLIENTS = 6;
const SEED_END = 2 ** 31;
const MS_PER_MINUTE = 60_000;

const command = new Command('careledger-judge-consent')
  .description(
    'Judges what patients decide, from the blocks of a network that is killed and stopped. Each round has a network of its own, ' +
      'and is judged and reported when it ends: what was broken off is continued with the same seed and --done.',
  )
  .option('--operations <n>', 'decisions, readings and wraps in all', String(OPERATIONS))
  .option('--round <n>', 'of them on one network', String(ROUND))
  .option('--done <n>', 'of earlier rounds, as they were reported', '0')
  .option('--clients <n>', 'clients that act at once', String(CLIENTS))
  .option('--seed <n>', 'makes the same choices again; is printed')
  .option('--minutes <n>', 'ends then, with as many operations as there are')
  .addOption(
    new Option('--network <kind>', 'native: Fabric’s own programs, of which none is killed')
      .choices(['embedded', 'native'])
      .default('embedded'),
  )
  .option('--undisturbed', 'kills and stops nothing')
  .parse();
const options = command.opts<{
  operations: string;
  round: string;
  done: string;
  clients: string;
  seed?: string;
  minutes?: string;
  network: 'embedded' | 'native';
  undisturbed?: true;
}>();
const size = Number(options.operations);
const clients = Number(options.clients);
const seed = options.seed === undefined ? Math.floor(Math.random() * SEED_END) : Number(options.seed);
const isNative = options.network === 'native';
const endMs = performance.now() + Number(options.minutes ?? Infinity) * MS_PER_MINUTE;

/** Exit code for the signal that ends this: 128 and its number, as shells have it. */
const interrupted = new Promise<number>((resolve) => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => resolve(code));
});

/** One round, from a fresh network to its report. @returns the operations that there were; undefined where it was broken off */
async function round(done: number): Promise<number | undefined> {
  const operations = Math.min(Number(options.round), size - done);
  await using world = isNative
    ? await World.on({ network: await startNative(PORT_OFFSETS.consent) })
    : await World.start();
  const trying = tryConsent(world, {
    operations,
    seed: seed + done,
    people: Math.max(PEOPLE_MIN, Math.ceil(operations / OPERATIONS_PER_PERSON)),
    clients,
    ...(isNative && { disturbances: PROVIDER_DISTURBANCES }),
    ...(options.undisturbed && { disturbances: [] }),
    ...(Number.isFinite(endMs) && { limitMs: Math.max(1, endMs - performance.now()) }),
    onProgress: (count) => console.log(`  ${done + count} of ${size}`),
  });
  // The network goes in any case.
  const outcome = await Promise.race([trying, interrupted]);
  if (typeof outcome === 'number') return undefined;
  console.log(reportOf(outcome));
  if (outcome.findings.list.length > 0) process.exitCode = 1;
  return outcome.operations;
}

console.log(`seed ${seed}: ${size} operations of ${clients} clients`);
let done = Number(options.done);
while (done < size && performance.now() < endMs) {
  const operations = await round(done);
  if (operations === undefined) {
    console.log(`broken off: go on with --seed ${seed} --done ${done}`);
    process.exit(await interrupted);
  }
  done += operations;
  console.log(`done ${done} of ${size}, seed ${seed}`);
}
