import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import {
  chainInfo,
  messageOf,
  NetworkConnections,
  planOf,
  requireState,
  runCommand,
  table,
  type Output,
} from '@careledger/network-admin';
import type { ProfileName } from '@careledger/network-definition';
import { certifyDevice } from '../compose/device-certificate.js';
import { ComposeLayout, DATA_ROOT, NETWORK_ROOT } from '../compose/layout.js';
import { prepare } from '../compose/prepare.js';
import { setUp } from '../compose/set-up.js';
import { addOperations } from './compose-operations.js';
import { credentialLines, serviceCredentials, trustedRoots } from '../services/credentials.js';

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
  .command('status')
  .description('height and head of every channel at every peer')
  .action(async () =>
    onLayout(async (layout, output) => {
      const plan = planOf(await requireState(layout.root));
      using connections = await NetworkConnections.open(plan, layout);
      const ledgers = await Promise.all(
        plan.peers.flatMap(({ id, channels }) =>
          channels.map(async (channel) => ({
            peer: id,
            channel,
            ...(await chainInfo(connections.peer(id), channel).catch((error: unknown) => ({
              error: messageOf(error),
            }))),
          })),
        ),
      );
      output.result(
        ledgers,
        table(
          ledgers.map((ledger) => [
            ledger.peer,
            ledger.channel,
            ...('error' in ledger ? [ledger.error] : [`height ${ledger.height}`, ledger.head.slice(0, 16)]),
          ]),
        ),
      );
      if (ledgers.some((ledger) => 'error' in ledger)) process.exitCode = 1;
    }),
  );

program
  .command('credentials [service]')
  .description('bearer tokens that services take; they are secrets')
  .action(async (service: string | undefined) =>
    onLayout(async (layout, output) => {
      const plan = planOf(await requireState(layout.root));
      const tokens = await serviceCredentials(plan, layout, service);
      output.result(tokens, credentialLines(tokens));
    }),
  );

program
  .command('trust')
  .description('the TLS authorities of all organisations, as PEM: what clients outside need to trust')
  .action(async () =>
    onLayout(async (layout, output) => {
      const pem = await trustedRoots(layout);
      output.result({ pem }, [pem.trimEnd()]);
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

addOperations(program, onLayout);

await program.parseAsync();
