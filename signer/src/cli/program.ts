import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Terminal } from './ask.js';
import { addDecisionCommands } from './decision-commands.js';
import { addDelegateCommands } from './delegate-commands.js';
import { addFileCommands } from './file-commands.js';
import { IdCommand } from './id-command.js';
import { addKeyCommands } from './key-commands.js';
import { addOwnGatewayCommands } from './own-gateway-commands.js';
import { addPageCommands } from './page-commands.js';
import { addPolicyCommands } from './policy-commands.js';
import { addRecoveryCommands } from './recovery-commands.js';

const HELP = `
The key and everything that was signed lie in one encrypted file. The passphrase stays here: no gateway gets it.
Each command shows the sentence that it signs and asks; --yes does not ask.

Exit code: 0 done, 1 refused (the code says by what), 2 arguments or files, 3 you did not say yes.
`;

/** The command and its subcommands. */
export function program(terminal: Terminal): Command {
  const command = new IdCommand('careledger-consent')
    .description('Keeps a patient’s consent key away from the gateway, and signs what the patient decides.')
    .option('--file <file>', 'the patient’s file', join(homedir(), '.careledger', 'consent.json'))
    .option('--passphrase-file <file>', 'file with the passphrase; asked for without it')
    .option('--yes', 'sign without asking')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    });
  addFileCommands(command, terminal);
  addDecisionCommands(command, terminal);
  addDelegateCommands(command, terminal);
  addKeyCommands(command, terminal);
  addRecoveryCommands(command, terminal);
  addPolicyCommands(command, terminal);
  addOwnGatewayCommands(command, terminal);
  addPageCommands(command, terminal);
  for (const sub of command.commands) sub.copyInheritedSettings(command);
  return command;
}
