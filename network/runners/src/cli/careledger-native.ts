import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { Command, Option } from 'commander';
import {
  EXPIRY_WARNING_DAYS,
  NetworkConnections,
  reportExpiry,
  reportFindings,
  revokeOnChannels,
  runCommand,
  table,
  type Output,
} from '@careledger/network-admin';
import { chaincodeHostCommand, HOST_VARIABLE } from '../chaincode/host-program.js';
import { RunnerError } from '../errors.js';
import { DEFAULT_ROOT } from '../native/layout.js';
import { NativeNetwork, type UpOptions } from '../native/native-network.js';
import { backup, restore } from '../operations/backup.js';
import { diagnose } from '../operations/doctor.js';
import { heights, ordererHeights } from '../operations/heights.js';
import { addOrganization, removeOrganization } from '../operations/membership.js';
import { rotateNode } from '../operations/rotate.js';
import { upgradeChaincode } from '../operations/upgrade-chaincode.js';
import { credentialLines, serviceCredentials, trustedRoots } from '../services/credentials.js';

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

function confirmed(yes: boolean | undefined, what: string): void {
  if (!yes) throw new RunnerError('CONFIRMATION_MISSING', `this ${what}: repeat it with --yes`);
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
  .option('--services', 'the organisations’ services too: gateway, cloud-services, apis; remembered')
  .option('--no-services', 'ends them')
  .action(async (options: UpOptions) =>
    onNetwork(async (network, output) => {
      const plan = await network.up(options);
      const { connection } = network.layout;
      const services = network.services(await network.state()).map(({ id, url }) => ({ id, url }));
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
  .command('status')
  .description('which processes run; heights of the ledgers')
  .action(async () =>
    onNetwork(async (network, output) => {
      const processes = await network.status();
      const allRun = processes.length > 0 && processes.every(({ running }) => running);
      const ledgers = allRun ? await heights(network) : [];
      const orderers = allRun ? await ordererHeights(network) : [];
      output.result({ processes, ledgers, orderers }, [
        ...(processes.length === 0 ? ['nothing runs'] : []),
        ...table(
          processes.map(({ name, pid, running }) => [name, running ? `runs (pid ${pid})` : 'HAS ENDED']),
        ),
        ...table([
          ...orderers.map(({ orderer, channel, height }) => [orderer, channel, `height ${height}`]),
          ...ledgers.map(({ peer, channel, height, head }) => [
            peer,
            channel,
            `height ${height}`,
            head.slice(0, 16),
          ]),
        ]),
      ]);
      if (processes.length === 0 || processes.some(({ running }) => !running)) process.exitCode = 1;
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
      confirmed(yes, `deletes ${network.layout.root} with everything in it`);
      await network.destroy();
      output.result({ deleted: network.layout.root }, [`${network.layout.root} deleted`]);
    }),
  );

program
  .command('add-org <mspId>')
  .description('let an organisation of the definition join the running network, for example PharmacyMSP')
  .action(async (mspId: string) =>
    onNetwork(async (network, output) => {
      await addOrganization(network, mspId);
      output.result({ joined: mspId }, [`${mspId} takes part`]);
    }),
  );

program
  .command('remove-org <mspId>')
  .description('shut an organisation out of all channels')
  .option('--yes', 'really')
  .action(async (mspId: string, { yes }: { yes?: boolean }) =>
    onNetwork(async (network, output) => {
      confirmed(yes, `shuts ${mspId} out of all channels`);
      await removeOrganization(network, mspId);
      output.result({ left: mspId }, [`${mspId} takes no part any more`]);
    }),
  );

program
  .command('upgrade-chaincode <name> <version>')
  .description('install, approve and commit another version of a chaincode, then start its hosts anew')
  .action(async (name: string, version: string) =>
    onNetwork(async (network, output) => {
      await upgradeChaincode(network, name, version);
      output.result({ chaincode: name, version }, [`${name} ${version} runs`]);
    }),
  );

program
  .command('rotate <node>')
  .description('new certificates for a peer, an orderer or a service; the others keep running')
  .action(async (node: string) =>
    onNetwork(async (network, output) => {
      await rotateNode(network, node);
      output.result({ rotated: node }, [`${node} runs with new certificates`]);
    }),
  );

program
  .command('credentials [service]')
  .description('bearer tokens that services take; they are secrets')
  .action(async (service: string | undefined) =>
    onNetwork(async (network, output) => {
      const plan = network.plan(await network.state());
      const credentials = await serviceCredentials(plan, network.layout, service);
      output.result(credentials, credentialLines(credentials));
    }),
  );

program
  .command('trust')
  .description('the TLS authorities of all organisations, as PEM: what clients of the services need to trust')
  .action(async () =>
    onNetwork(async (network, output) => {
      const pem = await trustedRoots(network.layout);
      output.result({ pem }, [pem.trimEnd()]);
    }),
  );

program
  .command('revoke <mspId> <certificateFile>')
  .description('put a certificate on its organisation’s revocation list, on every channel')
  .option('--yes', 'really')
  .action(async (mspId: string, file: string, { yes }: { yes?: boolean }) =>
    onNetwork(async (network, output) => {
      confirmed(yes, `revokes ${file} for ever`);
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
      output.result(
        { ledgers },
        table(
          ledgers.map(({ peer, channel, height, head }) => [
            peer,
            channel,
            `height ${height}`,
            head.slice(0, 16),
          ]),
        ),
      );
    }),
  );

program
  .command('expiry')
  .description('when certificates expire; status 1 when one does soon')
  .option('--days <n>', 'what is soon', Number, EXPIRY_WARNING_DAYS)
  .action(async ({ days }: { days: number }) =>
    onNetwork(async (network, output) => {
      await network.state();
      await reportExpiry(output, network.layout, days);
    }),
  );

program
  .command('doctor')
  .description('what is wrong, and the command that mends it; status 1 when something is')
  .action(async () =>
    onNetwork(async (network, output) => {
      reportFindings(output, await diagnose(network));
    }),
  );

await program.parseAsync();
