import { budgetText } from '../run/budget.js';
import type { Result } from '../run/verdict.js';
import { machineSection, oneLine, pageOf, type RunFacts } from './page.js';
import { measureRows } from './rows.js';
import { markdownTable } from './table.js';

/** Everything that docs/performance.md states. */
export interface Report extends RunFacts {
  readonly results: readonly Result[];
}

/** docs/performance.md, whole. */
export function performanceDoc({ results, ...facts }: Report): string {
  return pageOf([
    '# Performance',
    '',
    `Written by \`make bench\` on ${facts.date}; do not edit. \`make bench ARGS="--help"\` says how to run parts of it.`,
    '',
    ...markdownTable(measureRows(results)),
    '',
    'CPU figures are user and system time of the measured process, all its threads. Sides of a comparison run in turn,',
    'A B A B, in processes of their own; figures are medians of the rounds, the ratio is that of the medians, and its range',
    'comes from neighbouring rounds. Wall-clock figures (ms, tx/s) depend on what else the machine does.',
    '',
    ...machineSection(facts),
    '## What each measure is',
    '',
    ...results.flatMap(describe),
  ]);
}

function describe(result: Result): string[] {
  const { name, budget, what, a, b, controlWhat } = result.measure;
  const sides = b === null ? `a: ${a}.` : `a: ${a}; b: ${b}.`;
  const text = `**${name}** (${budgetText(budget)}). ${oneLine(what)} ${sides}${controlWhat === null ? '' : ` Control: ${controlWhat}.`}`;
  return 'error' in result ? [text, '', `Not measured: ${oneLine(result.error.message)}`, ''] : [text, ''];
}
