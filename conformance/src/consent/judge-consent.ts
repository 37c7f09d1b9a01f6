/**
 * Many clients' decisions, readings and wraps on an embedded network that is killed and stopped, judged from the blocks:
 * `make judge-consent`. Ends with 1 if there is something to object to.
 */
import { Command } from 'commander';
import { reportOf } from './report.js';
import { tryConsent } from './trial.js';
import { World } from './world/world.js';

const OPERATIONS = 100_000;
/** Operations for each patient, about. */
const OPERATIONS_PER_PERSON = 300;
const PEOPLE_MIN = 48;
const CLIENTS = 6;
const SEED_END = 2 ** 31;
const MS_PER_MINUTE = 60_000;

const command = new Command('careledger-judge-consent')
  .description(
    'Judges what patients decide, from the blocks of an embedded network that is killed and stopped.',
  )
  .option('--operations <n>', 'decisions, readings and wraps in all', String(OPERATIONS))
  .option('--clients <n>', 'clients that act at once', String(CLIENTS))
  .option('--seed <n>', 'makes the same choices again; is printed')
  .option('--minutes <n>', 'ends then, with as many operations as there are')
  .option('--undisturbed', 'kills and stops nothing')
  .parse();
const { operations, clients, seed, minutes, undisturbed } = command.opts<{
  operations: string;
  clients: string;
  seed?: string;
  minutes?: string;
  undisturbed?: true;
}>();
const size = Number(operations);
const chosen = seed === undefined ? Math.floor(Math.random() * SEED_END) : Number(seed);
console.log(`seed ${chosen}: ${size} operations of ${clients} clients`);
await using world = await World.start();
const outcome = await tryConsent(world, {
  operations: size,
  seed: chosen,
  people: Math.max(PEOPLE_MIN, Math.ceil(size / OPERATIONS_PER_PERSON)),
  clients: Number(clients),
  ...(undisturbed && { disturbances: [] }),
  ...(minutes !== undefined && { limitMs: Number(minutes) * MS_PER_MINUTE }),
  onProgress: (done) => console.log(`  ${done} of ${size}`),
});
console.log(reportOf(outcome));
if (outcome.findings.list.length > 0) process.exitCode = 1;
