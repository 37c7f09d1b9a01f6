import { budgetText, missedBy } from '../run/budget.js';
import { isWithinBudget, type Result } from '../run/verdict.js';
import { GRAPHS_FOLDER } from './graphs.js';
import { percent, shown } from './number.js';
import { machineSection, oneLine, pageOf, type RunFacts } from './page.js';
import { measureRows } from './rows.js';
import { markdownTable } from './table.js';

/** Everything that docs/performance.md states. */
export interface Report extends RunFacts {
  readonly results: readonly Result[];
  /** Whether a measure of this name has a flame graph. */
  readonly isDrawn: (name: string) => boolean;
}

/** docs/performance.md, whole. */
export function performanceDoc(report: Report): string {
  const { results, ...facts } = report;
  return pageOf([
    '# Performance',
    '',
    `Written by \`make bench\` on ${facts.date}; do not edit. \`make bench ARGS="--help"\` says how to run parts of it.`,
    '',
    ...markdownTable(measureRows(results)),
    '',
    'CPU figures are user and system time of the measured process, all its threads. Sides of a comparison run in turn,',
    'A B A B, in processes of their own; figures are medians of the rounds, the ratio is that of the medians, and its range',
    'comes from neighbouring rounds. Wall-clock figures (ms, tx/s) depend on what else the machine does. What is only reported has',
    'no budget; what needs a program that is not here is skipped, and said to be. [Flame graphs](flamegraphs.md) show where the time',
    'of each path goes.',
    '',
    ...misses(report),
    ...machineSection(facts),
    '## What each measure is',
    '',
    ...results.flatMap(describe),
  ]);
}

/** What every document that shows a missed figure has to say with it. */
function misses({ results, isDrawn }: Report): string[] {
  const lines = results.flatMap((result) => missed(result, isDrawn));
  return lines.length === 0 ? [] : ['## What misses its budget', '', ...lines, ''];
}

function missed(result: Result, isDrawn: Report['isDrawn']): string[] {
  const { name, budget, whyMissed } = result.measure;
  if (!('outcome' in result) || isWithinBudget(result)) return [];
  const { ratio } = result.outcome.measured;
  const by = percent(missedBy(budget, ratio));
  const why = whyMissed === undefined ? '' : ` ${oneLine(whyMissed)}`;
  const graph = isDrawn(name) ? ` Where its time goes: [flame graph](${GRAPHS_FOLDER}/${name}.svg).` : '';
  return [
    `- **${name}** is ${shown(ratio)} where ${budgetText(budget)} is asked: it misses by ${by}.${why}${graph}`,
  ];
}

function describe(result: Result): string[] {
  const { name, budget, what, a, b, controlWhat } = result.measure;
  const sides = b === null ? `a: ${a}.` : `a: ${a}; b: ${b}.`;
  const control = controlWhat === null ? '' : ` Control: ${oneLine(controlWhat)}.`;
  const text = `**${name}** (${budgetText(budget)}). ${oneLine(what)} ${sides}${control}`;
  if ('error' in result) return [text, '', `Not measured: ${oneLine(result.error.message)}`, ''];
  if ('skipped' in result) return [text, '', `SKIPPED: ${oneLine(result.skipped)}`, ''];
  return [text, ''];
}
