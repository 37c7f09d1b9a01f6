import { GRAPHS_FOLDER } from '../report/graphs.js';
import { percent } from '../report/number.js';
import { machineSection, oneLine, pageOf, type RunFacts } from '../report/page.js';
import { markdownTable } from '../report/table.js';
import type { Measure } from '../run/measure.js';
import { functionsOf, partsOf, type Share } from './self-time.js';
import type { Stack } from './stacks.js';

/** A measure with what its path did, or why that is not known. */
export type Flame =
  | { readonly measure: Measure; readonly stacks: Stack }
  | { readonly measure: Measure; readonly error: Error };

/** Everything that docs/flamegraphs.md states. */
export interface FlameReport extends RunFacts {
  readonly flames: readonly Flame[];
}

/** Programs with a smaller share of the samples get no row. */
const LEAST_SHARE = 0.03;
const PARTS_SHOWN = 8;
const FUNCTIONS_SHOWN = 6;

/** docs/flamegraphs.md, whole. */
export function flamePage({ flames, ...facts }: FlameReport): string {
  return pageOf([
    '# Flame graphs',
    '',
    `Written by \`make flamegraphs\` on ${facts.date}; do not edit. Where the time of each path of [performance.md](performance.md)`,
    'goes: all processes that the measure starts ran under Node’s CPU profiler, and what is shown are the samples of the counted',
    'rounds of its first side (`a` there), without waiting. The lowest bar is all of them, above it stand the programs, then who',
    'called whom; a bar is as wide as its share, and coloured by the part that its own time counts to. SQLite and JSON are bars of',
    'their own; other native code counts to the function that calls it, and what other threads of a process do that run no',
    'JavaScript (e.g. a sync of the disk) is not in it. The profiler slows what it looks at: shares mean something, times do not.',
    'Open a graph by itself to read whole names by pointing at them.',
    '',
    ...machineSection(facts),
    ...flames.flatMap(section),
  ]);
}

function section(flame: Flame): string[] {
  const { name, a } = flame.measure;
  const head = [`## ${name}`, '', `${oneLine(a)}.`, ''];
  if ('error' in flame) return [...head, `No graph: ${oneLine(flame.error.message)}`, ''];
  return [
    ...head,
    ...markdownTable(flameRows(flame.stacks)),
    '',
    `Functions with the most self time: ${sharesText(functionsOf(flame.stacks), FUNCTIONS_SHOWN)}.`,
    '',
    `![Flame graph of ${name}](${GRAPHS_FOLDER}/${name}.svg)`,
    '',
  ];
}

/** Head and a row per program: its share, and the parts of its self time. */
export function flameRows(stacks: Stack): string[][] {
  const programs = [...stacks.calls.values()]
    .filter(({ total }) => total / stacks.total >= LEAST_SHARE)
    .sort((a, b) => b.total - a.total);
  return [
    ['program', 'share', 'its self time by part'],
    ...programs.map((program) => [
      program.name,
      percent(program.total / stacks.total),
      sharesText(partsOf(program), PARTS_SHOWN),
    ]),
  ];
}

const sharesText = (shares: readonly Share[], count: number): string =>
  shares
    .slice(0, count)
    .map(({ name, share }) => `${name} ${percent(share)}`)
    .join(', ');
