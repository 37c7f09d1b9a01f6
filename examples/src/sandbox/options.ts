import { join } from 'node:path';
import { Command } from 'commander';
import { parseDuration } from '../demo/options.js';

const SANDBOX_FOLDER = join('.careledger', 'sandbox');

export interface SandboxOptions {
  /** Ledgers, stores, configurations and logs; `env.sh` and `trust-roots.json`. */
  readonly dir: string;
  /** Time between two readings of a device. */
  readonly every: number;
  /** Period of the periodic records, in measured time. */
  readonly interval: number;
  /** Notices as JSON lines on standard output, everything else on standard error. */
  readonly json: boolean;
}

/** @throws CommanderError through process.exit for `--help` and mistakes */
export function parseSandboxOptions(argv: readonly string[]): SandboxOptions {
  return new Command('sandbox')
    .description(
      'Starts the embedded network and all services with demo data, and prints addresses, tokens, ids, and calls to\n' +
        'try. Then shows each notice as it reaches an authority, until Ctrl-C. docs/integrators.md is a tour of it.',
    )
    .option('--dir <folder>', 'ledgers, stores and logs; emptied at the start', SANDBOX_FOLDER)
    .option('--every <duration>', 'time between readings of a device', parseDuration, parseDuration('5s'))
    .option('--interval <duration>', 'period of the periodic records', parseDuration, parseDuration('10m'))
    .option('--json', 'notices as JSON lines on standard output, everything else on standard error', false)
    .parse(argv, { from: 'user' })
    .opts<SandboxOptions>();
}
