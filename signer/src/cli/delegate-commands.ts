import { delegatedSentence } from '@careledger/consent';
import { DelegateKind, DelegatedAct, STATEMENTS } from '@careledger/contracts';
import { Permission, PurposeOfUse, Timestamp } from '@careledger/domain';
import { DelegateName } from '@careledger/protocol/sealed';
import type { Command } from 'commander';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { Appointment, ConsentSigner, DelegateCard, newActingContent, ruleOf } from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { checked, listOf, scopeTerm } from './decision-commands.js';
import { newPassphrase } from './file-commands.js';
import { Session, type CommonOptions } from './session.js';
import { VaultFile, assertFree, read, writeWhole } from './vault-file.js';

interface DelegateOptions {
  readonly name: string;
  readonly kind: string;
  readonly acts: string;
  readonly permissions: string;
  readonly purposes: string;
  readonly scope?: string[];
  readonly until: string;
  readonly detail?: true;
  readonly further: string;
  readonly to: string;
  readonly print?: true;
}

interface EndOptions {
  readonly endGrants?: true;
  readonly print?: true;
  readonly offline?: true;
}

/** Letting somebody decide, and deciding for somebody. */
export function addDelegateCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();

  program
    .command('delegate')
    .description('let a carer, parent or guardian decide for you, within what you say')
    .argument('<card>', 'file with the key that it has made for you: what its `act-for` prints')
    .requiredOption('--name <name>', 'who it is, in your words: sealed for you')
    .requiredOption('--until <time>', 'when its power ends; a guardian’s within 12 months')
    .requiredOption('--to <file>', 'where to write what you give back to it')
    .option('--kind <kind>', 'carer or guardian', 'carer')
    .option('--acts <list>', 'of approve, grant, deny, revoke', 'approve,revoke')
    .option('--permissions <list>', 'what its grants may give', 'read')
    .option('--purposes <list>', 'for which purposes', 'TREAT,ETREAT')
    .option('--scope <terms...>', 'CATEGORY or CATEGORY/ResourceType; all records without it')
    .option('--detail', 'its grants may include the single measured values')
    .option('--further <number>', 'how many others may follow it in a row', '0')
    .option('--print', 'print the statement; send nothing')
    .action(async (card: string, options: DelegateOptions) => {
      const made = await fileOf(DelegateCard, card);
      await assertFree(options.to);
      await using session = await Session.open(terminal, common());
      const { signer } = session;
      const terms = termsOf(options);
      const { prepared, scope } = await signer.delegation(made, terms, await session.view());
      const statement = await session.sign(prepared);
      const appointment = signer.appointment(statement, { scope, until: terms.until });
      await writeWhole(options.to, `${JSON.stringify(appointment)}\n`);
      await session.decide(statement, options);
    });

  program
    .command('end-delegation')
    .description('let somebody decide for you no more, nor anybody whom it has appointed')
    .argument('<delegationId>', 'as `delegates` lists it')
    .option('--end-grants', 'what was granted by it ends as well')
    .option('--print', 'print the statement; send nothing')
    .option('--offline', 'ask the gateway nothing and print the statement: any authority relays it')
    .action(async (delegationId: string, options: EndOptions) => {
      const { endGrants = false, offline, print = offline } = options;
      await using session = await Session.open(terminal, common());
      const view = offline ? undefined : await session.view();
      await session.decide(session.signer.endDelegation(delegationId, endGrants, view), { print });
    });

  program
    .command('delegates')
    .description('who decides for you, and what they have decided')
    .action(async () => {
      await using session = await Session.open(terminal, common());
      const { client, patientId } = session;
      const view = await session.view();
      for (const delegate of await client.delegates(patientId)) printLine(terminal, { delegate });
      for (const decision of await client.delegated(patientId))
        printLine(terminal, { decision, sentence: delegatedSentence(decision, ruleOf(decision, view)) });
    });

  program
    .command('act-for')
    .description('make a key to decide for a patient, in a new file of its own; print what the patient needs')
    .argument('<patientId>')
    .requiredOption('--network <id>', 'network on which it counts')
    .action(async (patientId: string, { network }: { network: string }) => {
      const content = newActingContent(network, patientId);
      await using file = await VaultFile.create(
        common().file,
        content,
        await newPassphrase(terminal, common()),
      );
      printLine(terminal, await (await ConsentSigner.of(file.vault.content)).card());
    });

  program
    .command('appointed')
    .description('take what the patient has given back: from now on this file decides for the patient')
    .argument('<file>')
    .action(async (path: string) => {
      const appointment = await fileOf(Appointment, path);
      await using session = await Session.open(terminal, common());
      session.signer.appointed(appointment);
      await session.keep();
      printLine(terminal, { actsFor: appointment.patientId, path: appointment.path });
    });
}

/** @throws CliError `USAGE` */
function termsOf({ name, kind, acts, permissions, purposes, scope = [], ...options }: DelegateOptions) {
  const { detail, until, further } = options;
  return {
    name: checked(DelegateName.properties.name, name),
    kind: checked(DelegateKind, kind),
    acts: listOf(DelegatedAct, acts),
    permissions: listOf(Permission, permissions),
    purposes: listOf(PurposeOfUse, purposes),
    scope: scope.map(scopeTerm),
    ...(detail !== undefined && { detail }),
    until: checked(Timestamp, until),
    further: checked(STATEMENTS.delegate.body.properties.further, Number(further)),
  };
}

/** @throws CliError `FILE_MALFORMED`, `FILE_NOT_FOUND` */
async function fileOf<S extends TSchema>(schema: S, path: string): Promise<Static<S>> {
  let given: unknown;
  try {
    given = JSON.parse(await read(path));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('FILE_MALFORMED', `${path} is no JSON`, { cause });
  }
  if (Value.Check(schema, given)) return given;
  throw new CliError('FILE_MALFORMED', `${path} is not what the other side has made`);
}
