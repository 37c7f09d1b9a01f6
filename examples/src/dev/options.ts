import { DEV_FOLDER } from '@careledger/network-definition';
import { feedCommand, type FeedOptions } from '../demo/feed-options.js';

export interface DevOptions extends FeedOptions {
  /** Compile what is edited. */
  readonly compile: boolean;
}

/** @throws CommanderError through process.exit for `--help` and mistakes */
export function parseDevOptions(argv: readonly string[]): DevOptions {
  return feedCommand('dev', { dir: DEV_FOLDER, interval: '1m' })
    .description(
      'Starts the embedded network and all services, with a patient whose device sends readings. Compiles what is\n' +
        'edited, and restarts the processes that run it. Ledgers and stores stay until the next start. Ctrl-C ends it.',
    )
    .option('--no-compile', 'only restart: something else compiles, such as an editor')
    .parse(argv, { from: 'user' })
    .opts<DevOptions>();
}
