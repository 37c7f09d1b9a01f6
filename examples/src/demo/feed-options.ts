import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { parseDuration } from './options.js';

/** What a command takes that runs everything in a folder, with devices that send. */
export interface FeedOptions {
  /** Ledgers, stores, configurations and logs. Absolute: processes in other folders are told of it. */
  readonly dir: string;
  /** Time between two readings of a device. */
  readonly every: number;
  /** Period of the periodic records, in measured time. */
  readonly interval: number;
}

/** The command with these options; `interval` is a duration such as `10m`. */
export const feedCommand = (
  name: string,
  defaults: { readonly dir: string; readonly interval: string },
): Command =>
  new Command(name)
    .addOption(
      new Option('--dir <folder>', 'ledgers, stores and logs; emptied at the start')
        .argParser((folder) => resolve(folder))
        .default(resolve(defaults.dir), defaults.dir),
    )
    .option('--every <duration>', 'time between readings of a device', parseDuration, parseDuration('5s'))
    .option(
      '--interval <duration>',
      'period of the periodic records',
      parseDuration,
      parseDuration(defaults.interval),
    );
