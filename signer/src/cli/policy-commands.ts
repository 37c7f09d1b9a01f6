import { STANDING_POLICIES, type StandingPolicy, type StandingPolicyName } from '@careledger/consent';
import { Argument, type Command } from 'commander';
import { preparePolicy, standingOf } from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { Session } from './session.js';

const NAMES = Object.keys(STANDING_POLICIES) as StandingPolicyName[];

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
    .action(async () => {
      await using session = await Session.open(terminal, program.opts());
      printLine(terminal, session.signer.content.standing ?? { name: null });
    });

  policy
    .command('set')
    .description('put one in the place of the one before; what you grant singly stays as it is')
    .addArgument(new Argument('<name>', 'which').choices(NAMES))
    .argument('[authorityIds...]', 'for whom')
    .action(async (name: StandingPolicyName, named: string[]) => {
      const authorityIds = [...new Set(named)];
      assertNamed(name, authorityIds);
      await using session = await Session.open(terminal, program.opts());
      const { client, signer } = session;
      const authorities = await Promise.all(authorityIds.map((id) => client.authority(id)));
      const prepared = await preparePolicy(signer, name, authorities, await session.view());
      const { version, says } = STANDING_POLICIES[name];
      await session.decideAll(
        `Standing policy ${name}, version ${version}: ${says}`,
        prepared,
        (statements) => signer.stand(standingOf(name, statements)),
      );
    });
}

/** @throws CliError `USAGE` */
function assertNamed(name: StandingPolicyName, authorityIds: readonly string[]): void {
  const { grants }: StandingPolicy = STANDING_POLICIES[name];
  if (grants.length > 0 && authorityIds.length === 0)
    throw new CliError('USAGE', `Say for whom: policy set ${name} AUTHORITY…`);
  if (grants.length === 0 && authorityIds.length > 0)
    throw new CliError('USAGE', `${name} is about everybody: name nobody`);
}
