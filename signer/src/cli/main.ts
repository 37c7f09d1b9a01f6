import { CommanderError } from 'commander';
import { SignerError, printable } from '../core/index.js';
import type { Terminal } from './ask.js';
import { CliError } from './cli-error.js';
import { program } from './program.js';

const DONE = 0;
/** The gateway, the file or what they say was refused. */
const REFUSED = 1;
/** Arguments or files that the caller can put right. */
const USAGE = 2;
/** The patient did not say yes. */
const NOT_CONFIRMED = 3;
/** What the caller can put right without anybody else. */
const CALLERS: ReadonlySet<string> = new Set(['ADDRESS_INSECURE', 'GATEWAY_UNKNOWN', 'NAME_MALFORMED']);

/** The patient's command. Returns the exit code; writes nothing but to the given streams and the patient's file. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync([...args], { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USAGE;
    if (!(error instanceof SignerError) && !(error instanceof CliError)) throw error;
    terminal.stderr.write(`careledger-consent: ${error.code}: ${printable(error.message)}\n`);
    if (error instanceof SignerError) return CALLERS.has(error.code) ? USAGE : REFUSED;
    if (error.code === 'NOT_CONFIRMED') return NOT_CONFIRMED;
    return error.code === 'PAGE_DIFFERS' ? REFUSED : USAGE;
  }
}
