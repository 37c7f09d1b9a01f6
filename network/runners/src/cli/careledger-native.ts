import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { Command, Option } from 'commander';
import {
  NetworkConnections,
  revokeOnChannels,
  runCommand,
  table,
  type Output,
} from '@careledger/network-admin';
import { chaincodeHostCommand, HOST_VARIABLE } from '../chaincode/host-program.js';
import { backup, restore } from '../native/backup.js';
import { DEFAULT_ROOT } from '../native/layout.js';
import { NativeNetwork, type UpOptions } from '../native/native-network.js';
import { heights } from '../operations/heights.js';
import { ledgerLines } from './answer.js';
import { NativeRunner } from './native-runner.js';
import { addOperations, requireConfirmation } from './operations.js';

interface GlobalOptions {
  readonly dir: string;
  readonly definition?: string;
  readonly chaincodeHost?: string;
  readonly json?: boolean;
}

const BYTES_PER_MB = 1_000_000;

const program = new Command('careledger-native')
  .description('Runs the network on real Fabric as processes of this machine, all on loopback.')
  .option('--dir <folder>', 'folder of the network', DEFAULT_ROOT)
  .option('--definition <file>', 'network definition (default: the project’s)')
  .option(
    '--chaincode-host <file>',
    `program that serves the chaincode (default: $${HOST_VARIABLE}, or the project’s)`,
  )
  .option('--json', 'results as JSON on standard output')
  .addHelpText(
    'after',
    '\nFabric’s "peer", "orderer" and "ccaas_builder" are taken from $FABRIC_BIN, or else from the PATH.',
  );

/** Runs an action on the network of the folder; results go to standard output, progress to standard error. */
async function onNetwork(action: (network: NativeNetwork, output: Output) => Promise<void>): Promise<void> {
  const options = program.opts<GlobalOptions>();
  await runCommand(options.json ?? false, async (output) => {
    const network = new NativeNetwork({
      root: options.dir,
      chaincode: await chaincodeHostCommand(options.chaincodeHost),
      progress: output.progress,
      ...(options.definition ? { definitionPath: options.definition } : {}),
    });
    await action(network, output);
  });
}

program
  .command('up')
  .description(
    'start what does not run, set up what is missing; ready when gateways endorse on every channel',
  )
  .addOption(
    new Option(
      '--profile <name>',
      'small: one Raft orderer, four organisations; full: four BFT orderers, all',
    ).choices(['small', 'full']),
  )
  .option('--port-offset <n>', 'added to every port, for a second network', Number)
  .option(
    '--services',
    'the organisations’ services too: gateway, cloud-services, apis, OpenID providers; remembered',
  )
  .option('--no-services', 'ends them')
  .action(async (options: UpOptions) =>
    onNetwork(async (network, output) => {
      const plan = await network.up(options);
      const { connection } = network.layout;
      const services = network.programs(await network.state()).map(({ id, url }) => ({ id, url }));
      output.result({ profile: plan.profile, connection, services }, [
        ...table(services.map(({ id, url }) => [id, url])),
        `${plan.profile} network is up; clients connect by ${connection}`,
      ]);
    }),
  );

program
  .command('down')
  .description('end every process; ledgers and identities stay')
  .action(async () =>
    onNetwork(async (network, output) => {
      const stopped = await network.down();
      output.result({ stopped }, [`${stopped} processes ended`]);
    }),
  );

program
  .command('logs [node]')
  .description('the last lines of all logs, or of one; -f goes on')
  .option('-n, --lines <n>', 'lines of each', Number, 20)
  .option('-f, --follow', 'go on until interrupted')
  .action(async (node: string | undefined, options: { lines: number; follow?: boolean }) =>
    onNetwork(async (network, output) => {
      const names = node ? [node] : (await network.status()).map(({ name }) => name);
      if (options.follow) {
        const tail = spawn(
          'tail',
          ['-n', String(options.lines), '-F', ...names.map((name) => network.processes.logFile(name))],
          {
            stdio: 'inherit',
          },
        );
        await once(tail, 'exit');
        return;
      }
      const logs = await Promise.all(
        names.map(async (name) => ({ name, lines: await network.processes.tail(name, options.lines) })),
      );
      output.result(
        logs,
        logs.flatMap(({ name, lines }) => [`== ${name}`, ...lines]),
      );
    }),
  );

program
  .command('clean')
  .description('end every process and delete ledgers, identities and logs')
  .option('--yes', 'really')
  .action(async ({ yes }: { yes?: boolean }) =>
    onNetwork(async (network, output) => {
      requireConfirmation(yes, `deletes ${network.layout.root} with everything in it`);
      await network.destroy();
      output.result({ deleted: network.layout.root }, [`${network.layout.root} deleted`]);
    }),
  );

program
  .command('revoke <mspId> <certificateFile>')
  .description('put a certificate on its organisation’s revocation list, on every channel')
  .option('--yes', 'really')
  .action(async (mspId: string, file: string, { yes }: { yes?: boolean }) =>
    onNetwork(async (network, output) => {
      requireConfirmation(yes, `revokes ${file} for ever`);
      const plan = network.plan(await network.state());
      using connections = await NetworkConnections.open(plan, network.layout);
      const { layout } = network;
      await revokeOnChannels({ plan, layout, connections, progress: output.progress }, mspId, file);
      output.result({ revoked: file }, [`${file} is revoked`]);
    }),
  );

program
  .command('backup <folder>')
  .description(
    'copy all of the running network: identities, secrets, ledgers; stores, keys and blobs of services',
  )
  .action(async (folder: string) =>
    onNetwork(async (network, output) => {
      const report = await backup(network, folder);
      const size = `${report.files} files, ${(report.bytes / BYTES_PER_MB).toFixed(1)} MB`;
      output.result({ backup: folder, ...report }, [
        `backup in ${folder}: ${size}, all halted for ${report.haltedMs} ms; it holds private keys`,
      ]);
    }),
  );

program
  .command('restore <folder>')
  .description('put a backup where no network is, and start it')
  .action(async (folder: string) =>
    onNetwork(async (network, output) => {
      await restore(network, folder);
      const ledgers = await heights(network);
      output.result({ ledgers }, ledgerLines(ledgers));
    }),
  );

addOperations(program, {
  onRunner: (action) => onNetwork((network, output) => action(new NativeRunner(network), output)),
  confirmsRemoval: true,
});

await program.parseAsync();
