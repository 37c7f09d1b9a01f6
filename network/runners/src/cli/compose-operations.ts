import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import {
  EXPIRY_WARNING_DAYS,
  reportExpiry,
  reportFindings,
  setUpNetwork,
  type Output,
} from '@careledger/network-admin';
import { servicesOf } from '@careledger/network-definition';
import { readArchive, writeArchive } from '../compose/archive.js';
import { stageBackup } from '../compose/backup.js';
import { ComposeNetwork } from '../compose/compose-network.js';
import { parseContainers } from '../compose/container-state.js';
import { containersOf, OTHER_HOSTS } from '../compose/containers.js';
import { DEVICES_MSP } from '../compose/devices.js';
import { diagnose } from '../compose/doctor.js';
import { Host } from '../compose/host.js';
import type { ComposeLayout } from '../compose/layout.js';
import { MONITORING_MSP } from '../compose/monitoring.js';
import { restore } from '../compose/restore.js';
import { addOrganization, removeOrganization } from '../operations/membership.js';
import { renewCertificates } from '../operations/rotate.js';
import { upgradeChaincode } from '../operations/upgrade-chaincode.js';

/** Runs an action on the volumes; results go to standard output, progress to standard error. */
export type OnLayout = (action: (layout: ComposeLayout, output: Output) => Promise<void>) => Promise<void>;

/**
 * The operations of a running deployment. What has to be done to containers is the host's part: standard output tells
 * docker/operations/*.sh what that is, one verb with its containers in a line.
 */
export function addOperations(program: Command, onLayout: OnLayout): void {
  const onNetwork = (action: (network: ComposeNetwork, output: Output) => Promise<void>): Promise<void> =>
    onLayout((layout, output) => action(new ComposeNetwork(layout, output.progress), output));

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
    .description('what is wrong, and the command that mends it; the host’s containers on standard input')
    .action(async () =>
      onNetwork(async (network, output) => {
        reportFindings(output, await diagnose(network, parseContainers(await text(process.stdin))));
      }),
    );

  program
    .command('rotate <nodeOrMspId>')
    .description('new certificates for a container, or for an organisation’s clients')
    .action(async (nodeOrMspId: string) =>
      onNetwork(async (network, output) => {
        const services = servicesOf(network.plan(await network.state()));
        const otherMspIds = [MONITORING_MSP, DEVICES_MSP];
        const outdated = await renewCertificates(network, nodeOrMspId, {
          services,
          others: OTHER_HOSTS,
          otherMspIds,
        });
        await network.up();
        output.result({ outdated }, [['restart', ...outdated].join(' '), 'set-up']);
      }),
    );

  program
    .command('upgrade-chaincode <name> <version>')
    .description('install, approve and commit another version of a chaincode')
    .action(async (name: string, version: string) =>
      onNetwork(async (network, output) => {
        await upgradeChaincode(network, name, version);
        const plan = network.plan(await network.state());
        await setUpNetwork(plan, network.layout, output.progress);
        const hosts = plan.chaincodeHosts.map(({ id }) => id);
        output.result({ hosts }, [['restart', ...hosts].join(' '), 'set-up']);
      }),
    );

  program
    .command('add-org <mspId>')
    .description('let an organisation of the definition into the channels')
    .action(async (mspId: string) =>
      onNetwork(async (network, output) => {
        await addOrganization(network, mspId);
        const { variable, nodes, services, neighbours } = await containersOf(network, mspId);
        output.result({ variable, nodes, services, neighbours }, [
          `set ${variable} 1`,
          ['start', ...nodes].join(' '),
          'set-up',
          ['start', ...services].join(' '),
          ['roll', ...neighbours].join(' '),
        ]);
      }),
    );

  program
    .command('remove-org <mspId>')
    .description('shut an organisation out of all channels')
    .action(async (mspId: string) =>
      onNetwork(async (network, output) => {
        await removeOrganization(network, mspId);
        const { variable, nodes, services, neighbours } = await containersOf(network, mspId);
        output.result({ variable, nodes, services, neighbours }, [
          `set ${variable} 0`,
          ['remove', ...services, ...nodes].join(' '),
          ['roll', ...neighbours].join(' '),
        ]);
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
}
