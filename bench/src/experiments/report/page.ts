import { shown } from '../../report/number.js';
import { machineSection, oneLine, pageOf, type RunFacts } from '../../report/page.js';
import { markdownTable } from '../../report/table.js';
import type { Experiment, Figure } from '../experiment.js';

/** An experiment with what came out, or why it could not be run on this machine. */
export type Finding =
  | { readonly experiment: Experiment; readonly figures: readonly Figure[] }
  | { readonly experiment: Experiment; readonly skipped: string };

/** Everything that docs/experiments.md states. */
export interface ExperimentsReport extends RunFacts {
  readonly findings: readonly Finding[];
  /** Lines of the page's last part. */
  readonly country: readonly string[];
}

/** Folder of charts and data beside the page. */
export const FIGURES_FOLDER = 'experiments';

/** docs/experiments.md, whole. */
export function experimentsPage({ findings, country, ...facts }: ExperimentsReport): string {
  return pageOf([
    '# Experiments',
    '',
    `Written by \`make experiments\` on ${facts.date}; do not edit. The paper measures its private chain; these are its questions, and`,
    'those that this architecture adds, with what each answer means for it. Figures are medians and depend on the machine: compare',
    'their shape.',
    '',
    ...machineSection(facts),
    ...findings.flatMap(section),
    ...country,
  ]);
}

function section(finding: Finding): string[] {
  const { experiment } = finding;
  const head = [`## ${experiment.title}`, '', oneLine(experiment.what), ''];
  if ('skipped' in finding) return [...head, `SKIPPED: ${oneLine(finding.skipped)}`, ''];
  const { figures } = finding;
  return [
    ...head,
    ...figures.flatMap((figure) => [
      `![${figure.title}](${FIGURES_FOLDER}/${figure.name}.svg)`,
      '',
      ...markdownTable(tableOf(figure)),
      '',
      `Data: [${figure.name}.csv](${FIGURES_FOLDER}/${figure.name}.csv)`,
      '',
    ]),
    `**What it means.** ${oneLine(experiment.meaning(figures))}`,
    '',
  ];
}

/** A row for each place on the x axis, a column for each curve. */
export function tableOf({ x, y, series }: Figure): string[][] {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
  const unit = /\(([^)]*)\)$/.exec(y.label)?.[1];
  const heads = series.map(({ name }) => (unit === undefined ? name : `${name} (${unit})`));
  const cell = (points: Figure['series'][number]['points'], place: number | string): string => {
    const found = points.find((point) => point.x === place);
    return found === undefined ? '–' : shown(found.y);
  };
  return [
    [x.label, ...heads],
    ...places.map((place) => [
      typeof place === 'number' ? shown(place) : place,
      ...series.map(({ points }) => cell(points, place)),
    ]),
  ];
}
