import {
  STANDING_POLICIES,
  STANDING_POLICY_NAMES as NAMES,
  namingFault,
  type StandingPolicyName,
} from '@careledger/consent';
import { Argument, type Command } from 'commander';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { Session } from './session.js';

/** Rules that are picked in one step. */
export function addPolicyCommands(program: Command, terminal: Terminal): void {
  const policy = program.command('policy').description('standing policies: rules that you pick in one step');

  policy
    .command('list')
    .description('what there is to pick')
    .action(() => {
      for (const name of NAMES) {
        const { version, says } = STANDING_POLICIES[name];
        printLine(terminal, { name, version, says });
      }
    });

  policy
    .command('show')
    .description('which one you set here last, and its rules')
    .option('--gateway', 'which one your gateway has, and what it says of it, instead')
    .action(async ({ gateway }: { gateway?: true }) => {
      await using session = await Session.open(terminal, program.opts());
      const { client, patientId, signer } = session;
      const policy = gateway === true ? await client.standingPolicy(patientId) : signer.content.standing;
      printLine(terminal, policy ?? { name: null });
    });

  policy
    .command('set')
    .description('put one in the place of the one before; what you grant singly stays as it is')
    .addArgument(new Argument('<name>', 'which').choices(NAMES))
    .argument('[authorityIds...]', 'for whom')
    .action(async (name: StandingPolicyName, named: string[]) => {
      const fault = namingFault(name, named);
      if (fault !== undefined) throw new CliError('USAGE', fault);
      await using session = await Session.open(terminal, program.opts());
      await session.setPolicy(name, named);
    });
}
