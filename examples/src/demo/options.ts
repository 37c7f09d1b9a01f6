import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addRecordingOptions } from '../recording/options.js';
import type { RecordingOptions } from '../recording/recording.js';

/** The sample that the project ships; see `examples/data/README.md` for its source. */
export const SAMPLE_FILE = fileURLToPath(new URL('../../data/cgm-sample.csv', import.meta.url));
const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS };

export interface DemoOptions extends RecordingOptions {
  /** Recording to replay. */
  readonly data: string;
  /** Period of the periodic records, in measured time. */
  readonly intervalMs: number;
  /** The embedded network, or Fabric's own binaries. */
  readonly network: 'embedded' | 'native';
  /** Print one JSON object as the last line. */
  readonly json: boolean;
  /** Leave everything running until Ctrl-C. */
  readonly keep: boolean;
}

/** `90s`, `15m`, `1h`, `1d` as milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+)(s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError('Give a duration such as 15m, 1h or 1d.');
  return ms;
}

const parseFile = (path: string): string => {
  if (!existsSync(path)) throw new InvalidArgumentError(`There is no file ${path}.`);
  return path;
};

/** @throws CommanderError through process.exit for `--help` and mistakes */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const program = new Command('demo')
    .description(
      'Walks a recording through all three layers on the embedded network, and verifies what it made',
    )
    .option(
      '--data <file>',
      'CSV with time, subject and columns such as glucose_mg_dl, or an export of LibreView or Clarity',
      parseFile,
      SAMPLE_FILE,
    )
    .option(
      '--interval <duration>',
      'period of the periodic records, in measured time',
      parseDuration,
      HOUR_MS,
    )
    .addOption(
      new Option('--network <kind>', 'embedded, or native: Fabric’s binaries from PATH or FABRIC_BIN')
        .choices(['embedded', 'native'])
        .default('embedded'),
    )
    .option('--json', 'print the summary as one JSON object on the last line', false)
    .option('--keep', 'leave everything running, and print what to try; Ctrl-C stops it', false);
  addRecordingOptions(program).parse(argv, { from: 'user' });
  const { interval, ...options } = program.opts<Omit<DemoOptions, 'intervalMs'> & { interval: number }>();
  return { ...options, intervalMs: interval };
}
