import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { NetworkPlan, ProfileName, RunnerName } from '@careledger/network-definition';
import { changeBatch, updateTrust } from '../channel/changes.js';
import { ConfigUpdate, type ConfigEdit } from '../channel/config-update.js';
import { NetworkAdminError } from '../errors.js';
import { Identity } from '../fabric/identity.js';
import { channelConfig, chainInfo, listChannels } from '../fabric/peer-channels.js';
import { enrolmentsOf, writePair } from '../identities/ensure.js';
import { enrol } from '../identities/fabric-ca.js';
import { writePublic } from '../identities/files.js';
import { NetworkLayout } from '../layout.js';
import { collectionNames } from '../lifecycle/collections.js';
import { queryApproved, queryCommitted } from '../lifecycle/lifecycle.js';
import { packageChaincode } from '../lifecycle/package.js';
import { NetworkConnections } from '../setup/connections.js';
import { diagnoseCertificates, diagnoseNodes, EXPIRY_WARNING_DAYS } from '../setup/diagnose.js';
import { waitUntilReady } from '../setup/readiness.js';
import { prepareNetwork, setUpNetwork } from '../setup/set-up.js';
import { newState, planOf, readState, writeState } from '../setup/state.js';
import { loadTrust } from '../setup/trust.js';
import { runCommand, table, type Output } from './output.js';
import { reportExpiry, reportFindings } from './report.js';

interface GlobalOptions {
  readonly dir: string;
  readonly definition?: string;
  readonly profile?: ProfileName;
  readonly runner?: RunnerName;
  readonly json?: boolean;
}

const program = new Command('careledger-network')
  .description('Sets up and changes the Fabric network of a folder, over Fabric’s own protocols.')
  .option('--dir <folder>', 'folder of the network', join('.careledger', 'native'))
  .option('--definition <file>', 'network definition (default: the project’s)')
  .addOption(new Option('--profile <name>', 'for a new network').choices(['small', 'full']))
  .addOption(
    new Option('--runner <name>', 'for a new network: whose addresses it gets').choices([
      'native',
      'compose',
    ]),
  )
  .option('--json', 'results as JSON on standard output');

interface Context {
  readonly plan: NetworkPlan;
  readonly layout: NetworkLayout;
  readonly output: Output;
}

/** Runs an action on the network of the folder, which is begun where there is none. */
async function onNetwork(action: (context: Context) => Promise<void>): Promise<void> {
  const options = program.opts<GlobalOptions>();
  await runCommand(options.json ?? false, async (output) => {
    let state = await readState(options.dir);
    if (!state) {
      state = newState(options.profile ?? 'small', options.runner ?? 'native');
      await writeState(options.dir, state);
    }
    await action({ plan: planOf(state, options.definition), layout: new NetworkLayout(options.dir), output });
  });
}

async function onConnections(
  action: (context: Context, connections: NetworkConnections) => Promise<void>,
): Promise<void> {
  await onNetwork(async (context) => {
    using connections = await NetworkConnections.open(context.plan, context.layout);
    await action(context, connections);
  });
}

program
  .command('prepare')
  .description(
    'make what is missing of identities, genesis blocks and connection.json; needs no running node',
  )
  .action(async () =>
    onNetwork(async ({ plan, layout, output }) => {
      await prepareNetwork(plan, layout, output.progress);
      output.result({ connection: layout.connection }, [`clients connect by ${layout.connection}`]);
    }),
  );

program
  .command('set-up')
  .description(
    'join running nodes to their channels, install, approve and commit chaincode; does only what is missing',
  )
  .action(async () =>
    onNetwork(async ({ plan, layout, output }) => {
      await setUpNetwork(plan, layout, output.progress);
      output.result({ done: true }, ['channels are joined, chaincode is committed']);
    }),
  );

program
  .command('ready')
  .description('wait until every peer’s gateway gets every chaincode endorsed')
  .option('--timeout <seconds>', 'give up after', Number, 60)
  .action(async ({ timeout }: { timeout: number }) =>
    onConnections(async ({ plan, output }, connections) => {
      await waitUntilReady(plan, connections, timeout * 1000);
      output.result({ ready: true }, ['gateways endorse on every channel']);
    }),
  );

program
  .command('channels')
  .description('which node has joined what, and how far it is')
  .action(async () =>
    onConnections(async ({ plan, output }, connections) => {
      const orderers = await Promise.all(
        plan.orderers.map(async ({ id }) => {
          const { admin } = connections.orderer(id);
          const names = await admin.list();
          return Promise.all(names.map(async (name) => ({ node: id, ...(await admin.info(name)) })));
        }),
      );
      const peers = await Promise.all(
        plan.peers.map(async ({ id }) => {
          const names = await listChannels(connections.peer(id));
          return Promise.all(
            names.map(async (name) => ({ node: id, name, ...(await chainInfo(connections.peer(id), name)) })),
          );
        }),
      );
      const rows = [...orderers.flat(), ...peers.flat()];
      output.result(rows, table(rows.map(({ node, name, height }) => [node, name, `height ${height}`])));
    }),
  );

program
  .command('orderer-remove <orderer> <channel>')
  .description('make an orderer leave a channel and delete its copy of the ledger')
  .option('--yes', 'really')
  .action(async (orderer: string, channel: string, { yes }: { yes?: boolean }) =>
    onConnections(async ({ output }, connections) => {
      if (!yes)
        throw new NetworkAdminError('CONFIRMATION_MISSING', 'this deletes a ledger: repeat it with --yes');
      await connections.orderer(orderer).admin.remove(channel);
      output.result({ removed: channel }, [`${orderer} has left ${channel}`]);
    }),
  );

program
  .command('package <chaincode> <file>')
  .description('write the package of a chaincode and print its package ID')
  .action(async (name: string, file: string) =>
    onNetwork(async ({ plan, output }) => {
      const chaincode = plan.chaincodes.find((candidate) => candidate.name === name);
      if (!chaincode) throw new NetworkAdminError('UNKNOWN_NAME', `the definition has no chaincode ${name}`);
      const { version, address } = chaincode;
      const pkg = await packageChaincode({ name, version, addressField: address });
      await writePublic(file, pkg.bytes);
      output.result({ packageId: pkg.packageId }, [pkg.packageId]);
    }),
  );

program
  .command('chaincode')
  .description('what is committed on each channel, and who approved it')
  .action(async () =>
    onConnections(async ({ plan, output }, connections) => {
      const rows: {
        channel: string;
        name: string;
        version: string;
        sequence: number;
        collections: string[];
        approvedBy: string[];
      }[] = [];
      for (const channel of plan.channels) {
        const [connection] = connections.onChannel(plan, channel.name);
        if (!connection) continue;
        for (const name of channel.chaincodes) {
          const committed = await queryCommitted(connection, channel.name, name);
          if (!committed) continue;
          const approvedBy: string[] = [];
          for (const peer of connections.onChannel(plan, channel.name)) {
            if (await queryApproved(peer, channel.name, committed)) approvedBy.push(peer.identity.mspId);
          }
          const { version, sequence } = committed;
          const collections = collectionNames(committed.collections);
          rows.push({ channel: channel.name, name, version, sequence, collections, approvedBy });
        }
      }
      output.result(
        rows,
        table(
          rows.map(({ channel, name, version, sequence }) => [
            channel,
            name,
            version,
            `sequence ${sequence}`,
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
    onNetwork(async ({ layout, output }) => {
      await reportExpiry(output, layout, days);
    }),
  );

program
  .command('doctor')
  .description('what is wrong, and the command that repairs it; status 1 when something is')
  .action(async () =>
    onConnections(async ({ plan, layout, output }, connections) => {
      const remedies = {
        up: 'start the nodes, then: careledger-network set-up',
        rotate: (id: string) => `renew the certificates of ${id}`,
      };
      const findings = [
        ...(await diagnoseCertificates(plan, layout, remedies)),
        ...(await diagnoseNodes(plan, connections, remedies)),
      ];
      reportFindings(output, findings);
    }),
  );

program
  .command('enrolments <mspId>')
  .description('what has to be registered with the Fabric CA of an organisation, by the commands that do it')
  .action(async (mspId: string) =>
    onNetwork(async ({ plan, output }) => {
      const organization = plan.organizations.find((one) => one.mspId === mspId);
      if (!organization)
        throw new NetworkAdminError('UNKNOWN_NAME', `${mspId} takes no part in this network`);
      const enrolments = enrolmentsOf(plan, organization);
      output.result(
        enrolments,
        enrolments.map(({ id, role, attributes }) => {
          const carried = Object.entries(attributes).map(([name, value]) => `${name}=${value}:ecert`);
          const attrs = carried.length > 0 ? ` --id.attrs ${carried.join(',')}` : '';
          return `fabric-ca-client register --id.name ${id} --id.type ${role}${attrs}`;
        }),
      );
    }),
  );

program
  .command('enrol <mspId> <folder>')
  .description(
    'have a Fabric CA server issue a certificate; the key is made here and stored beside it in the folder',
  )
  .requiredOption('--url <url>', 'base URL of the server')
  .requiredOption('--id <enrolmentId>', 'enrolment ID, as registered with the server')
  .requiredOption('--secret-file <file>', 'file with the enrolment secret')
  .option('--tls-root <file>', 'authority of the server’s TLS certificate')
  .option('--ca-name <name>', 'which of the server’s authorities')
  .option('--tls', 'a TLS certificate, for --host')
  .option('--host <host...>', 'names and addresses of the node')
  .option('--attribute <name...>', 'attributes that the certificate shall carry')
  .action(async (mspId: string, folder: string, options: EnrolOptions) =>
    onNetwork(async ({ output }) => {
      const issued = await enrol(
        {
          url: options.url,
          ...(options.tlsRoot ? { tlsRootFile: options.tlsRoot } : {}),
          ...(options.caName ? { caName: options.caName } : {}),
        },
        {
          enrolmentId: options.id,
          secret: (await readFile(options.secretFile, 'utf8')).trim(),
          ...(options.tls ? { profile: 'tls' as const } : {}),
          ...(options.host ? { hosts: options.host } : {}),
          ...(options.attribute ? { attributes: options.attribute } : {}),
        },
      );
      const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
      await writePair(paths, issued);
      output.result({ mspId, ...paths }, [`${paths.cert} and its key are there`]);
    }),
  );

interface EnrolOptions {
  readonly url: string;
  readonly id: string;
  readonly secretFile: string;
  readonly tlsRoot?: string;
  readonly caName?: string;
  readonly tls?: boolean;
  readonly host?: string[];
  readonly attribute?: string[];
}

const config = program
  .command('config')
  .description(
    'change a channel with signatures collected in a file that goes from administrator to administrator',
  );

async function propose(
  channel: string,
  file: string,
  makeEdit: (context: Context) => Promise<ConfigEdit>,
): Promise<void> {
  await onConnections(async (context, connections) => {
    const [connection] = connections.onChannel(context.plan, channel);
    if (!connection) throw new NetworkAdminError('UNKNOWN_NAME', `no peer is on ${channel}`);
    const edit = await makeEdit(context);
    const update = ConfigUpdate.compute(channel, await channelConfig(connection, channel), edit);
    if (!update) throw new NetworkAdminError('CONFIG_UNCHANGED', `${channel} is as wanted already`);
    await writeFile(file, update.serialize());
    context.output.result({ file }, [`${file} changes ${channel}; have it signed, then submit it`]);
  });
}

config
  .command('propose-batch <channel> <file>')
  .description('batch settings as the definition has them')
  .action(async (channel: string, file: string) =>
    propose(channel, file, async ({ plan }) =>
      changeBatch(plan.ordering.batch, plan.ordering.bft.requestBatchMaxIntervalMs),
    ),
  );

config
  .command('propose-trust <channel> <file> <mspId>')
  .description('authorities and revocation list of an organisation as its folder has them')
  .action(async (channel: string, file: string, mspId: string) =>
    propose(channel, file, async ({ layout }) => updateTrust(await loadTrust(layout, mspId))),
  );

config
  .command('sign <file> <mspId>')
  .description('add the signature of an organisation’s administrator')
  .action(async (file: string, mspId: string) =>
    onNetwork(async ({ layout, output }) => {
      const update = ConfigUpdate.deserialize(await readFile(file));
      update.sign(await Identity.load(mspId, layout.client(mspId, 'admin')));
      await writeFile(file, update.serialize());
      output.result({ signers: update.signers }, [`signed by ${update.signers.join(', ')}`]);
    }),
  );

config
  .command('submit <file>')
  .description('order the change and wait until a peer has it')
  .action(async (file: string) =>
    onConnections(async ({ plan, output }, connections) => {
      const update = ConfigUpdate.deserialize(await readFile(file));
      const [connection] = connections.onChannel(plan, update.channel);
      if (!connection) throw new NetworkAdminError('UNKNOWN_NAME', `no peer is on ${update.channel}`);
      await update.submit(connection);
      output.result({ channel: update.channel }, [`${update.channel} has the change`]);
    }),
  );

await program.parseAsync();
