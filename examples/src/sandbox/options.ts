import { join } from 'node:path';
import { feedCommand, type FeedOptions } from '../demo/feed-options.js';

const SANDBOX_FOLDER = join('.careledger', 'sandbox');

/** The folder has `env.sh` and `trust-roots.json` too. */
export interface SandboxOptions extends FeedOptions {
  /** Notices as JSON lines on standard output, everything else on standard error. */
  readonly json: boolean;
}

/** @throws CommanderError through process.exit for `--help` and mistakes */
export function parseSandboxOptions(argv: readonly string[]): SandboxOptions {
  return feedCommand('sandbox', { dir: SANDBOX_FOLDER, interval: '10m' })
    .description(
      'Starts the embedded network and all services with demo data, and prints addresses, tokens, ids, and calls to\n' +
        'try. Then shows each notice as it reaches an authority, until Ctrl-C. docs/integrators.md is a tour of it.',
    )
    .option('--json', 'notices as JSON lines on standard output, everything else on standard error', false)
    .parse(argv, { from: 'user' })
    .opts<SandboxOptions>();
}
