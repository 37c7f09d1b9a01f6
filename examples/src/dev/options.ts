import { DEV_FOLDER } from '@careledger/network-definition';
import { Command } from 'commander';
import { parseDuration } from '../demo/options.js';

export interface DevOptions {
  /** Ledgers, stores, configurations and logs. */
  readonly dir: string;
  /** Compile what is edited. */
  readonly compile: boolean;
  /** Time between two readings of the device. */
  readonly every: number;
  /** Period of the periodic records. */
  readonly interval: number;
}

/** @throws CommanderError through process.exit for `--help` and mistakes */
export function parseDevOptions(argv: readonly string[]): DevOptions {
  return new Command('dev')
    .description(
      'Starts the embedded network and all services, with a patient whose device sends readings. Compiles what is\n' +
        'edited, and restarts the processes that run it. Ledgers and stores stay until the next start. Ctrl-C ends it.',
    )
    .option('--dir <folder>', 'ledgers, stores and logs; emptied at the start', DEV_FOLDER)
    .option('--every <duration>', 'time between readings', parseDuration, parseDuration('5s'))
    .option('--interval <duration>', 'period of the periodic records', parseDuration, parseDuration('1m'))
    .option('--no-compile', 'only restart: something else compiles, such as an editor')
    .parse(argv, { from: 'user' })
    .opts<DevOptions>();
}
