import { Command, CommanderError } from 'commander';
import { EXIT_OK, EXIT_USAGE } from './command-line.js';
import { MEASURES, NAMES } from './registry.js';
import { textTable } from './report/table.js';
import { budgetWithUnit } from './run/measure.js';

export interface Options {
  readonly json: boolean;
  readonly quick: boolean;
  /** Draw where the time goes instead of measuring. */
  readonly flamegraphs: boolean;
  /** Names of measures; none means all. */
  readonly names: readonly string[];
}

/** How the command line ends before anything runs: with help, or with an error that was printed. */
export interface Ended {
  readonly exitCode: number;
}

/** @param write where help and errors go */
export function parseOptions(
  args: readonly string[],
  write: { readonly out: (text: string) => void; readonly error: (text: string) => void },
): Options | Ended {
  const command = new Command('careledger-bench')
    .description(
      'Measures with budgets, side by side in one run; each has a control that must miss its budget.',
    )
    .argument('[names...]', `measures to run, of: ${NAMES.join(', ')}`)
    .option('--json', 'print one line of JSON per measure, nothing else, on standard output', false)
    .option('--quick', 'fewer rounds; leaves docs/performance.md as it is', false)
    .option(
      '--flamegraphs',
      'draw where the time of each path goes instead; those of names into .careledger/flamegraphs',
      false,
    )
    .addHelpText('after', helpText())
    .configureOutput({ writeOut: write.out, writeErr: write.error })
    .exitOverride();
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? EXIT_OK : EXIT_USAGE };
  }
  return { ...command.opts<Omit<Options, 'names'>>(), names: command.args };
}

function helpText(): string {
  const budgets = textTable(MEASURES.map((measure) => [measure.name, budgetWithUnit(measure)]));
  return [
    '',
    'Budgets:',
    ...budgets.map((line) => `  ${line}`),
    '',
    'A full run (neither --quick nor names) writes docs/performance.md, after each measure: one that is stopped leaves what it',
    'measured, and names what it did not. One of --flamegraphs without names writes docs/flamegraphs.md.',
    'Exit code 0: every budget is kept and every control misses its own; 1: not; 2: wrong use. What needs Fabric is skipped',
    'where it is not: put peer, orderer and ccaas_builder on the PATH, or name their folder in FABRIC_BIN.',
  ].join('\n');
}
