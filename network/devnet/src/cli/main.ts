import { DevnetError, messageOf } from '../errors.js';
import { HELP } from './help.js';

type Command = (args: readonly string[]) => Promise<void>;

/** Commands load what they need when they are called: an identity needs no gRPC. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).start,
  identity: async () => (await import('./identity.js')).identity,
  health: async () => (await import('./health.js')).health,
};

/** Exit code for a command line that cannot be understood (as in sysexits.h). */
const EXIT_USAGE = 64;

/** Runs one command line; sets the exit code and never throws. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = '', ...rest] = args;
  if (name === '' || name === 'help' || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    if (name === '') process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    const load = COMMANDS[name];
    if (!load) throw new DevnetError('BAD_FLAG', `there is no command "${name}"`);
    const command = await load();
    await command(rest);
  } catch (error) {
    const code = error instanceof DevnetError ? error.code : 'UNEXPECTED';
    process.stderr.write(`careledger-devnet: ${code}: ${messageOf(error)}\n`);
    if (code === 'UNEXPECTED' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    const usage = code === 'BAD_FLAG' || code === 'BAD_CONFIG' || code === 'BAD_POLICY';
    process.exitCode = usage ? EXIT_USAGE : 1;
  }
}
