import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { start, type REPLServer } from 'node:repl';
import { accessControl, records } from '@careledger/contracts';
import type { Ledger } from '@careledger/ledger';
import { functionTable } from './functions.js';

export interface ConsoleOptions {
  readonly ledger: Ledger;
  /** Organisation of the identity. */
  readonly mspId: string;
  /** Names of the network's channels. */
  readonly channels: readonly string[];
  /** Lines of earlier sessions; kept for a terminal only. */
  readonly historyFile: string;
}

/** A prompt for JavaScript with the ledger in scope. Resolves when the input ends or `.exit` is given. */
export async function openConsole({ channels, historyFile, ledger, mspId }: ConsoleOptions): Promise<void> {
  const server = start({ prompt: `${mspId}> ` });
  const scope = {
    ledger,
    ...Object.fromEntries(channels.map((name) => [name, ledger.channel(name)])),
    accessControl,
    records,
  };
  const fill = () => Object.assign(server.context, scope);
  fill();
  // `.clear` makes a scope of its own.
  server.on('reset', fill);
  addCommands(server, help(mspId, channels));
  const ended = once(server, 'exit');
  if (process.stdin.isTTY) keepHistory(server, historyFile);
  await ended;
}

function addCommands(server: REPLServer, text: string): void {
  const command = (name: string, what: string, print: (argument: string) => string) =>
    server.defineCommand(name, {
      help: what,
      action(argument) {
        this.output.write(`${print(argument.trim())}\n`);
        this.displayPrompt();
      },
    });
  command('help', 'What is in scope, and what to try', () => text);
  command('functions', 'Functions of both chaincodes, or those with a word in their name', (part) =>
    [accessControl, records]
      .flatMap((contract) => [contract.name, ...functionTable(contract, part).map((line) => `  ${line}`)])
      .join('\n'),
  );
}

function keepHistory(server: REPLServer, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  server.setupHistory(file, (error) => {
    if (error) server.output.write(`no history: ${error.message}\n`);
  });
}

const help = (mspId: string, channels: readonly string[]): string => `In scope:
  ledger                    the connection, as ${mspId}
  ${channels.join(', ').padEnd(25)} its channels
  accessControl, records    the functions of the two chaincodes: what a call names first

Try:
  await authorities.height()
  await authorities.evaluate(accessControl, 'ListAuthorities', {})
  await cloud.evaluate(accessControl, 'ListProviders', {})
  await authorities.evaluate(accessControl, 'GetPatient', { patientId: 'pat_…' })
  await cloud.evaluate(records, 'ListRecords', { patientId: 'pat_…' })
  await cloud.evaluate(accessControl, 'ListProviders', {}, { peerMspId: 'CloudAMSP' })    as this peer has it

Commands:
  .functions [word]         functions with kind, channels and arguments; evaluate reads, submit writes
  .editor                   several lines at once
  .clear                    forget what was defined here
  .exit                     end (also Ctrl-D)`;
