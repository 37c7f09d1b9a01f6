import { StatedSettings } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import type { Command } from 'commander';
import { Value } from 'typebox/value';
import type { Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { Session, type CommonOptions } from './session.js';
import { read } from './vault-file.js';

const MS_PER_MIN = 60_000;

/** What the patient says to the own gateway, or shows at an authority. */
export function addOwnGatewayCommands(program: Command, terminal: Terminal): void {
  const common = (): CommonOptions => program.opts();

  program
    .command('settings')
    .description('state how your readings are judged, in place of what you stated before')
    .argument('<file>', 'JSON by spec/statements.md, "settings"')
    .option('--print', 'print the statement; send nothing')
    .action(async (path: string, options: { print?: true }) => {
      const settings = settingsOf(await read(path));
      await using session = await Session.open(terminal, common());
      const { version, hash } = await session.client.settings(session.patientId);
      const body = { patientId: session.patientId, version: version + 1, previous: hash, settings };
      await session.decide(session.signer.plain({ name: 'settings', body }), options);
    });

  program
    .command('ack')
    .description('say that you have seen an alarm')
    .argument('<alarmId>')
    .action(async (alarmId: string) => {
      await using session = await Session.open(terminal, common());
      await session.decide(session.signer.plain({ name: 'acknowledgeAlarm', body: { alarmId } }), {});
    });

  program
    .command('mute')
    .description('let alarms make no sound for some minutes, except those of high priority')
    .argument('<minutes>', 'at most 120')
    .action(async (minutes: string) => {
      const count = Number(minutes);
      if (!Number.isFinite(count) || count < 0)
        throw new CliError('USAGE', `${minutes} is no number of minutes`);
      await using session = await Session.open(terminal, common());
      const until = timestampOf(session.signer.clock() + count * MS_PER_MIN);
      await session.decide(session.signer.plain({ name: 'muteAlarms', body: { until } }), {});
    });

  program
    .command('check-in')
    .description('print a code that says that you are at an authority now; it counts for two minutes')
    .argument('<authorityId>')
    .action(async (authorityId: string) => {
      await using session = await Session.open(terminal, common());
      const at = timestampOf(session.signer.clock());
      const prepared = session.signer.plain({ name: 'checkIn', body: { authorityId, at } });
      await session.decide(prepared, { print: true });
    });
}

/** @throws CliError `FILE_MALFORMED` */
function settingsOf(text: string): StatedSettings {
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (cause) {
    throw new CliError('FILE_MALFORMED', 'The file is no JSON', { cause });
  }
  if (Value.Check(StatedSettings, settings)) return settings;
  const [first] = Value.Errors(StatedSettings, settings);
  throw new CliError(
    'FILE_MALFORMED',
    `These are no settings: ${first?.instancePath ?? ''} ${first?.message ?? ''}`,
  );
}
