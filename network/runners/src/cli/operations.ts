import type { Command } from 'commander';
import {
  EXPIRY_WARNING_DAYS,
  reportExpiry,
  reportFindings,
  type Finding,
  type Output,
} from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import { addOrganization, removeOrganization } from '../operations/membership.js';
import { rotate } from '../operations/rotate.js';
import type { RunnerNetwork } from '../operations/runner-network.js';
import { upgradeChaincode } from '../operations/upgrade-chaincode.js';
import { credentialLines, serviceCredentials, trustedRoots } from '../services/credentials.js';
import { say, type Answer } from './answer.js';

/** What the two command lines do and say differently about the same operations. */
export interface Runner {
  readonly network: RunnerNetwork;
  status(): Promise<Answer>;
  diagnose(): Promise<Finding[]>;
  /** What remains to be done, or what is done, once the network has changed. */
  joined(mspId: string): Promise<Answer>;
  left(mspId: string): Promise<Answer>;
  rotated(nodeOrMspId: string, outdated: readonly string[]): Promise<Answer>;
  upgraded(chaincode: string, version: string): Promise<Answer>;
}

export interface OperationsOptions {
  /** Runs an action; results go to standard output, progress to standard error. */
  readonly onRunner: (action: (runner: Runner, output: Output) => Promise<void>) => Promise<void>;
  /** Whether whoever shuts an organisation out has to confirm it by `--yes`. */
  readonly confirmsRemoval: boolean;
}

/** @throws RunnerError `CONFIRMATION_MISSING` */
export function requireConfirmation(yes: boolean | undefined, what: string): void {
  if (!yes) throw new RunnerError('CONFIRMATION_MISSING', `this ${what}: repeat it with --yes`);
}

/** The operations of a network, natively and in containers. */
export function addOperations(program: Command, { onRunner, confirmsRemoval }: OperationsOptions): void {
  program
    .command('status')
    .description(
      'what runs, height and head of every channel at every peer; status 1 when something does not',
    )
    .action(async () => onRunner(async (runner, output) => say(output, await runner.status())));

  program
    .command('credentials [service]')
    .description('bearer tokens that services take; they are secrets')
    .action(async (service: string | undefined) =>
      onRunner(async ({ network }, output) => {
        const plan = network.plan(await network.state());
        const credentials = await serviceCredentials(plan, network.layout, service);
        output.result(credentials, credentialLines(credentials));
      }),
    );

  program
    .command('trust')
    .description(
      'the TLS authorities of all organisations, as PEM: what clients of the services need to trust',
    )
    .action(async () =>
      onRunner(async ({ network }, output) => {
        const pem = await trustedRoots(network.layout);
        output.result({ pem }, [pem.trimEnd()]);
      }),
    );

  program
    .command('expiry')
    .description('when certificates expire; status 1 when one does soon')
    .option('--days <n>', 'what is soon', Number, EXPIRY_WARNING_DAYS)
    .action(async ({ days }: { days: number }) =>
      onRunner(async ({ network }, output) => {
        await network.state();
        await reportExpiry(output, network.layout, days);
      }),
    );

  program
    .command('doctor')
    .description('what is wrong, and the command that fixes it; status 1 when something is')
    .action(async () => onRunner(async (runner, output) => reportFindings(output, await runner.diagnose())));

  program
    .command('rotate <nodeOrMspId>')
    .description(
      'new certificates for a node or a service, or for an organisation’s clients; the others keep running',
    )
    .action(async (nodeOrMspId: string) =>
      onRunner(async (runner, output) => {
        const outdated = await rotate(runner.network, nodeOrMspId);
        say(output, await runner.rotated(nodeOrMspId, outdated));
      }),
    );

  program
    .command('upgrade-chaincode <name> <version>')
    .description('install, approve and commit another version of a chaincode, then restart its hosts')
    .action(async (name: string, version: string) =>
      onRunner(async (runner, output) => {
        await upgradeChaincode(runner.network, name, version);
        say(output, await runner.upgraded(name, version));
      }),
    );

  program
    .command('add-org <mspId>')
    .description('let an organisation of the definition join the running network, for example PharmacyMSP')
    .action(async (mspId: string) =>
      onRunner(async (runner, output) => {
        await addOrganization(runner.network, mspId);
        say(output, await runner.joined(mspId));
      }),
    );

  const removal = program
    .command('remove-org <mspId>')
    .description('shut an organisation out of all channels');
  if (confirmsRemoval) removal.option('--yes', 'really');
  removal.action(async (mspId: string, { yes }: { yes?: boolean }) =>
    onRunner(async (runner, output) => {
      if (confirmsRemoval) requireConfirmation(yes, `shuts ${mspId} out of all channels`);
      await removeOrganization(runner.network, mspId);
      say(output, await runner.left(mspId));
    }),
  );
}
