import type { CodeSummary, WindowSummary } from '@careledger/clinical';
import {
  BLOOD_PRESSURE_PANEL,
  pressureComponents,
  pressureSite,
  type PressureSite,
} from './blood-pressure.js';
import { reportObservations, type ReportContent } from './cgm-report.js';
import { collection, quantity } from './elements.js';
import { TIMES_IN_RANGES, meanGlucose, timesInRanges } from './glucose.js';
import type { Bundle, Observation } from './schema.js';
import { deviceResources, provenanceOf, type Source } from './source.js';
import { AVERAGE_METHOD, periodComponent, statisticComponents } from './statistics.js';
import { SYSTEM } from './systems.js';
import { tableCode } from './table-code.js';
import { headOf, timeOf, windowOf, type Window, type WindowSpan } from './window.js';

export interface PeriodicContent extends Source, WindowSpan {
  readonly summary: WindowSummary;
  /** Of the 14 days that the window's day completes, where a continuous monitor measured for most of them. */
  readonly report?: ReportContent | undefined;
}

/**
 * The FHIR Bundle of a window's aggregates: one Observation per LOINC code whose components are statistics, one per site of
 * blood pressure, one for a continuous monitor's times in ranges, its report where there is one, the Devices, and a Provenance over them. Throws RangeError
 * for a window without plausible readings: it has no record.
 */
export function periodicBundle(content: PeriodicContent): Bundle {
  const { summary } = content;
  if (summary.codes.length === 0) throw new RangeError('a window without plausible readings has no record');
  const window = windowOf(content);
  const { name, period } = window;
  const observations = summary.codes.flatMap((code, index) => {
    const site = pressureSite(code.code);
    if (site === undefined) return aggregates(window, code);
    const ofSite = summary.codes.filter((other) => site.codes.includes(other.code));
    return summary.codes.indexOf(ofSite[0] ?? code) === index ? [pressures(window, site, ofSite)] : [];
  });
  if (content.report !== undefined) observations.push(...reportObservations(window, content.report));
  const targets = observations.map(({ id }) => id);
  return collection({ system: SYSTEM.window, value: name }, content.recordedAtMs, [
    ...observations,
    ...deviceResources(content.devices),
    provenanceOf(name, content, targets, period),
  ]);
}

/** A code's statistics, and a continuous monitor's times in ranges. */
function aggregates(window: Window, summary: CodeSummary): Observation[] {
  const { code, category, isVitalSign } = tableCode(summary.code);
  const components = statisticComponents(summary);
  const observation: Observation = {
    ...headOf(window, summary.code, summary.deviceIds),
    category,
    code,
    ...meanGlucose(summary),
    ...timeOf(window.period, isVitalSign),
    component: isVitalSign ? [periodComponent(window.period), ...components] : components,
  };
  if (summary.timeInRange === null) return [observation];
  const ranges: Observation = {
    ...headOf(window, 'times-in-ranges', summary.deviceIds),
    category,
    code: TIMES_IN_RANGES,
    ...timeOf(window.period, false),
    component: timesInRanges(summary.timeInRange),
  };
  return [observation, ranges];
}

/** A site's statistics. The components that R4's profile `bp` requires hold the averages, which `method` says. */
function pressures(window: Window, site: PressureSite, summaries: readonly CodeSummary[]): Observation {
  const averages = new Map(
    summaries.map(({ code, mean, unit, comparators }) => [code, quantity(mean, unit, comparators?.mean)]),
  );
  const deviceIds = [...new Set(summaries.flatMap((summary) => summary.deviceIds))];
  return {
    ...headOf(window, `${site.name}-blood-pressure`, deviceIds),
    category: tableCode(site.codes[0] ?? '').category,
    code: BLOOD_PRESSURE_PANEL,
    ...timeOf(window.period, true),
    method: AVERAGE_METHOD,
    component: [
      ...pressureComponents(site, averages),
      periodComponent(window.period),
      ...summaries.flatMap((summary) => statisticComponents(summary, true)),
    ],
  };
}
