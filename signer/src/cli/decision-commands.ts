import type { GranteeTerm, GrantTerms } from '@careledger/consent';
import { NoticeRank } from '@careledger/contracts';
import { ANY, PURPOSES, Permission, PurposeOfUse, Timestamp, type ScopeTerm } from '@careledger/domain';
import { Option, type Command } from 'commander';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { SCOPE_FORMS, approvalTerms, scopeTermOf, statementOf, type ScopeForm } from '../core/index.js';
import { printLine, type Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { Session, type CommonOptions } from './session.js';

interface TermOptions extends Partial<Readonly<Record<ScopeForm, string[]>>> {
  readonly permissions?: string;
  readonly purposes?: string;
  readonly scope?: string[];
  readonly unit?: string[];
  readonly role?: string[];
  readonly practitioner?: string[];
  readonly from?: string;
  readonly until?: string;
  readonly dataFrom?: string;
  readonly dataUntil?: string;
  readonly delegable?: true;
  readonly rank?: string;
  readonly note?: string;
  readonly detail?: boolean;
  readonly print?: true;
}

/** Grants, revocations, and answers to those who ask. */
export function addDecisionCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();
  const printed = () => new Option('--print', 'print the statement; send nothing');
  const offline = () =>
    new Option(
      '--offline',
      'ask the gateway nothing and print the statement: any provider or authority relays it',
    );

  withTerms(program.command('grant').argument('<authorityId>'), { purposes: 'TREAT', permissions: 'read' })
    .description('allow an authority to read, add to or change records')
    .option('--detail', 'with the single measured values; without it records of single values stay closed')
    .addOption(printed())
    .action(async (authorityId: string, options: TermOptions) => {
      const terms: GrantTerms = {
        ...{ authorityId, ...permittedBy(options), ...termsOf(options) },
        ...(options.detail === true && { detail: true }),
      };
      await using session = await Session.open(terminal, common());
      const authority = await session.client.authority(authorityId);
      await session.decide(await session.signer.grant(terms, await session.view(), authority), options);
    });

  withTerms(program.command('deny').argument('[authorityId]', 'whom; anybody without it', ANY), {
    purposes: PURPOSES.join(','),
    permissions: 'read,write,modify',
  })
    .description('forbid, whatever you grant, until you revoke it')
    .addOption(printed())
    .action(async (authorityId: string, options: TermOptions) => {
      const terms: GrantTerms = {
        ...{ effect: 'deny', authorityId },
        ...permittedBy(options),
        ...termsOf(options),
      };
      await using session = await Session.open(terminal, common());
      const authority = authorityId === ANY ? undefined : await session.client.authority(authorityId);
      await session.decide(await session.signer.grant(terms, await session.view(), authority), options);
    });

  program
    .command('revoke')
    .description('end a grant or a denial')
    .argument('<grantId>')
    .addOption(printed())
    .addOption(offline())
    .action(async (grantId: string, options: { print?: true; offline?: true }) => {
      await using session = await Session.open(terminal, common());
      const view = options.offline ? undefined : await session.view();
      await session.decide(session.signer.revoke(grantId, view), { print: options.print ?? options.offline });
    });

  program
    .command('revoke-all')
    .description('end everything that was granted so far')
    .addOption(printed())
    .addOption(offline())
    .action(async (options: { print?: true; offline?: true }) => {
      await using session = await Session.open(terminal, common());
      const view = options.offline ? undefined : await session.view();
      await session.decide(session.signer.revokeAll(view), { print: options.print ?? options.offline });
    });

  program
    .command('requests')
    .description('who has asked you for a grant')
    .action(async () => {
      await using session = await Session.open(terminal, common());
      for (const asked of await session.client.subscriptions(session.patientId)) printLine(terminal, asked);
    });

  withTerms(program.command('approve').argument('<subscriptionId>'), {})
    .description('grant what was asked for, wholly or in part: what you say narrows it')
    .option('--no-copy', 'it may keep no copy, whatever it asked for')
    .option('--no-detail', 'without the single measured values, whatever it asked for')
    .addOption(printed())
    .action(async (subscriptionId: string, options: TermOptions & { readonly copy: boolean }) => {
      await using session = await Session.open(terminal, common());
      const { client, patientId, signer } = session;
      const request = await client.subscription(patientId, subscriptionId);
      const said = {
        ...permittedBy(options),
        ...termsOf(options),
        ...(options.copy ? {} : { copy: undefined }),
        ...(options.detail === false && { detail: undefined }),
      };
      const terms = approvalTerms(request, said);
      const authority = await client.authority(request.authorityId);
      await session.decide(await signer.grant(terms, await session.view(), authority), options);
    });

  program
    .command('reject')
    .description('say no to a request')
    .argument('<subscriptionId>')
    .addOption(printed())
    .action(async (subscriptionId: string, options: { print?: true }) => {
      await using session = await Session.open(terminal, common());
      const prepared = session.signer.plain({ name: 'rejectSubscription', body: { subscriptionId } });
      await session.decide(prepared, options);
    });

  program
    .command('send')
    .description('send again what was signed and what the gateway has not said that it has')
    .action(async () => {
      await using session = await Session.open(terminal, common());
      await session.sendAgain();
    });

  program
    .command('statement')
    .description('print again what was signed, for whoever relays it in the place of the gateway')
    .argument('<id>', 'statement ID, as `show` lists it')
    .action(async (sid: string) => {
      await using session = await Session.open(terminal, common());
      const statement = statementOf(session.signer.content.journal, sid);
      if (statement === undefined) throw new CliError('USAGE', `You have signed no statement ${sid} here`);
      terminal.stdout.write(`${statement}\n`);
    });
}

function withTerms(
  command: Command,
  byDefault: { readonly permissions?: string; readonly purposes?: string },
): Command {
  return command
    .addOption(
      new Option('--permissions <list>', 'of read, write, modify, with commas').default(
        byDefault.permissions,
      ),
    )
    .addOption(
      new Option('--purposes <list>', `of ${PURPOSES.join(', ')}, with commas`).default(byDefault.purposes),
    )
    .option(
      '--scope <terms...>',
      'which records: CATEGORY or CATEGORY/ResourceType; all without it and the next five',
    )
    .option('--label <codes...>', 'which records: with these security labels of HL7, e.g. N, R, PSY')
    .option('--code <codes...>', 'with these clinical codes: of LOINC, or SYSTEM|CODE')
    .option('--author <ids...>', 'written by: AUTHORITY, or AUTHORITY/PRACTITIONER')
    .option('--visit <ids...>', 'of these visits')
    .option('--record <ids...>', 'these records')
    .option('--unit <names...>', 'for these units alone')
    .option('--role <names...>', 'for these roles alone')
    .option('--practitioner <ids...>', 'for these practitioners alone')
    .option('--from <time>', 'from when on; now without it')
    .option('--until <time>', 'until when; until you revoke it without it')
    .option('--data-from <time>', 'records that tell of the time from then; with --data-until')
    .option('--data-until <time>', 'to before then')
    .option('--delegable', 'it may let others read')
    .option('--rank <1-9>', 'who is told of an emergency first')
    .option('--note <text>', 'your own words to the authority');
}

function permittedBy({ permissions, purposes }: TermOptions): Pick<GrantTerms, 'permissions' | 'purposes'> {
  return {
    ...(permissions !== undefined && { permissions: listOf(Permission, permissions) }),
    ...(purposes !== undefined && { purposes: listOf(PurposeOfUse, purposes) }),
  } as Pick<GrantTerms, 'permissions' | 'purposes'>;
}

function termsOf(options: TermOptions): Partial<GrantTerms> {
  const { unit = [], role = [], practitioner = [], from, until, delegable, rank, note } = options;
  const scope = scopeOf(options);
  const grantee: GranteeTerm[] = [
    ...unit.map((name) => ({ unit: name })),
    ...role.map((name) => ({ role: name })),
    ...practitioner.map((practitionerId) => ({ practitionerId })),
  ];
  return {
    ...(scope.length > 0 && { scope }),
    ...(grantee.length > 0 && { grantee }),
    ...(from !== undefined && { from: checked(Timestamp, from) }),
    ...(until !== undefined && { until: checked(Timestamp, until) }),
    ...periodOf(options),
    ...(delegable !== undefined && { delegable }),
    ...(rank !== undefined && { noticeRank: checked(NoticeRank, Number(rank)) }),
    ...(note !== undefined && { note }),
  };
}

/** @throws CliError `USAGE` */
function periodOf({ dataFrom, dataUntil }: TermOptions): Pick<GrantTerms, 'period'> {
  if (dataFrom === undefined && dataUntil === undefined) return {};
  return { period: { start: checked(Timestamp, dataFrom), end: checked(Timestamp, dataUntil) } };
}

/** Of every option that says which records; a rule is about what is of any of them. @throws CliError `USAGE` */
function scopeOf(options: TermOptions): ScopeTerm[] {
  const formed = SCOPE_FORMS.flatMap((form) => (options[form] ?? []).map((value) => `${form}:${value}`));
  return [...(options.scope ?? []), ...formed].map(scopeTerm);
}

/** @throws CliError `USAGE` */
export function scopeTerm(text: string): ScopeTerm {
  const term = scopeTermOf(text);
  if (term !== undefined) return term;
  throw new CliError('USAGE', `${text} is not what this option takes; --help says more`);
}

export const listOf = <S extends TSchema>(schema: S, text: string): Static<S>[] =>
  [...new Set(text.split(','))].map((word) => checked(schema, word));

/** @throws CliError `USAGE` */
export function checked<S extends TSchema>(schema: S, value: unknown): Static<S> {
  if (Value.Check(schema, value)) return value;
  throw new CliError('USAGE', `${JSON.stringify(value)} is not what this option takes; --help says more`);
}
