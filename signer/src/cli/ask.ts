import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { printable } from '../core/index.js';
import { CliError } from './cli-error.js';

/** Where the command reads and writes. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WritableStream;
}

/** A line of JSON, as others may show it. */
export function printLine({ stdout }: Terminal, line: object): void {
  stdout.write(`${printable(JSON.stringify(line))}\n`);
}

/** A line from a file, without its end: a passphrase or a token. */
export async function secretOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new CliError('FILE_NOT_FOUND', `${file} cannot be read`, { cause });
  }
}

/** Asks without showing what is typed. @throws CliError `NOBODY_TO_ASK` */
export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  return asked(terminal, question, new Writable({ write: (_chunk, _encoding, done) => done() }));
}

/** @throws CliError `NOT_CONFIRMED`, `NOBODY_TO_ASK` */
export async function confirm(terminal: Terminal): Promise<void> {
  const answer = await asked(terminal, 'Sign this? [y/N] ', terminal.stderr);
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw new CliError('NOT_CONFIRMED', 'Nothing was signed, and nothing was sent');
}

async function asked(
  { stdin, stderr }: Terminal,
  question: string,
  output: NodeJS.WritableStream,
): Promise<string> {
  if (stdin.isTTY !== true)
    throw new CliError(
      'NOBODY_TO_ASK',
      'Nobody is at the terminal: give --passphrase-file, and --yes to sign without being asked',
    );
  const lines = createInterface({ input: stdin, output, terminal: true });
  stderr.write(question);
  try {
    const line = new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      // Ctrl-C or the end of the input: whoever asked puts away what it holds.
      lines.once('close', () =>
        reject(new CliError('NOT_CONFIRMED', 'Nothing was answered, and nothing was signed')),
      );
    });
    return await line;
  } finally {
    lines.close();
    if (output !== stderr) stderr.write('\n');
  }
}
