import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { runCommand, type Output } from '@careledger/network-admin';
import type { ProfileName } from '@careledger/network-definition';
import { readArchive, writeArchive } from '../compose/archive.js';
import { stageBackup } from '../compose/backup.js';
import { ComposeNetwork } from '../compose/compose-network.js';
import { certifyDevice } from '../compose/device-certificate.js';
import { Host } from '../compose/host.js';
import { ComposeLayout, DATA_ROOT, NETWORK_ROOT } from '../compose/layout.js';
import { prepare } from '../compose/prepare.js';
import { restore } from '../compose/restore.js';
import { setUp } from '../compose/set-up.js';
import { ComposeRunner } from './compose-runner.js';
import { addOperations } from './operations.js';

interface GlobalOptions {
  readonly dir: string;
  readonly data: string;
  readonly json?: boolean;
}

const program = new Command('careledger-compose')
  .description('Sets up what docker-compose.yaml runs; for the containers network-init and network-setup.')
  .option('--dir <folder>', 'volume with identities, secrets and configuration', NETWORK_ROOT)
  .option('--data <folder>', 'volume with ledgers and stores', DATA_ROOT)
  .option('--json', 'results as JSON on standard output');

async function onLayout(action: (layout: ComposeLayout, output: Output) => Promise<void>): Promise<void> {
  const { dir, data, json } = program.opts<GlobalOptions>();
  await runCommand(json ?? false, (output) => action(new ComposeLayout(dir, data), output));
}

program
  .command('prepare')
  .description('before the nodes start: identities, genesis blocks, secrets, configuration')
  .addOption(
    new Option(
      '--profile <name>',
      'full: four BFT orderers, all organisations; small: one Raft orderer, four',
    )
      .choices(['full', 'small'])
      .default('full'),
  )
  .action(async ({ profile }: { profile: ProfileName }) =>
    onLayout(async (layout, output) => {
      const plan = await prepare(layout, profile, output.progress);
      output.result({ profile: plan.profile }, [`${plan.profile} network is prepared`]);
    }),
  );

program
  .command('set-up')
  .description('with the nodes running: channels, chaincode, registrations; done when gateways endorse')
  .action(async () =>
    onLayout(async (layout, output) => {
      const plan = await setUp(layout, output.progress);
      output.result({ profile: plan.profile }, [`${plan.profile} network is set up`]);
    }),
  );

program
  .command('certify-device')
  .description(
    'a device’s certificate request (PKCS #10, PEM) on standard input, its certificate on standard output',
  )
  .action(async () =>
    onLayout(async (layout, output) => {
      const certificate = await certifyDevice(layout, await text(process.stdin));
      output.result({ certificate }, [certificate.trimEnd()]);
    }),
  );

program
  .command('backup')
  .description('both volumes at one moment, as an archive on standard output; docker/operations/backup.sh')
  .action(async () =>
    onLayout(async (layout, output) => {
      using host = new Host(process.stdin, process.stdout);
      try {
        const haltedMs = await stageBackup(layout, host, output.progress);
        await host.say(`sealed ${(haltedMs / 1000).toFixed(1)}`);
        await writeArchive(layout.backupStaging, process.stdout);
      } finally {
        await rm(layout.backupStaging, { recursive: true, force: true });
      }
    }),
  );

program
  .command('restore')
  .description('fill empty volumes with the archive on standard input')
  .action(async () =>
    onLayout(async (layout, output) => {
      await restore(layout, (folder) => readArchive(process.stdin, folder), output.progress);
      output.result({ restored: true }, ['the volumes are as they were']);
    }),
  );

addOperations(program, {
  onRunner: (action) =>
    onLayout((layout, output) =>
      action(new ComposeRunner(new ComposeNetwork(layout, output.progress)), output),
    ),
  // Whoever calls docker/operations has confirmed it there.
  confirmsRemoval: false,
});

await program.parseAsync();
