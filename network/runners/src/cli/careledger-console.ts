import { join } from 'node:path';
import { Command } from 'commander';
import { connectAs } from '../console/connect.js';
import { openConsole } from '../console/console.js';
import { findNetwork, KNOWN_FOLDERS } from '../console/networks.js';
import { RunnerError } from '../errors.js';

const program = new Command('careledger-console')
  .description('A JavaScript prompt on the ledger of a network that runs; `.help` in it says what to try.')
  .option(
    '--dir <folder>',
    `folder of the network (default: the first that runs of ${KNOWN_FOLDERS.join(', ')})`,
  )
  .option('--org <mspId>', 'organisation as which to connect', 'HospitalMSP')
  .option('--user <name>', 'its identity: user, admin, or gateway of PatientsMSP', 'user')
  .option('--history <file>', 'lines of earlier sessions', join('.careledger', 'console-history'))
  .parse();
const options = program.opts<{ dir?: string; history: string; org: string; user: string }>();

try {
  const network = await findNetwork(options.dir);
  using ledger = connectAs(network, options.org, options.user);
  process.stdout.write(`${options.org} on ${network.dir}; .help says what to try\n`);
  await openConsole({
    ledger,
    mspId: options.org,
    channels: Object.keys(network.connection.channels),
    historyFile: options.history,
  });
} catch (error) {
  if (!(error instanceof RunnerError)) throw error;
  process.stderr.write(`careledger-console: ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
