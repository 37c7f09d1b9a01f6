import type { UrgencyTest } from '../../engine/rule.js';
import { LOINC } from '../../model/codes.js';
import { flagsOfValue } from '../../model/flags.js';
import type { News2Parameter } from '../../model/news2-score.js';
import { isNews2For } from '../../model/person.js';
import { chartedValue, scoreParameter } from './chart.js';
import { news2Parameter } from './newest.js';

/** A zero that may be a heart or a breath that stands still. */
const MAY_STAND_STILL: ReadonlySet<string> = new Set([LOINC.heartRate, LOINC.respiratoryRate]);

/**
 * A parameter whose score suffices, or several that do together; each with its worst value. Where the frame does not say
 * whether oxygen is given it may be: that matters on scale 2 alone.
 */
export const news2Urgency: UrgencyTest = (values, { config }) => {
  const { total, singleParameter, spo2Scale } = config.news2;
  const worst: Partial<Record<News2Parameter, number>> = {};
  let sum = 0;
  for (const reading of values) {
    const parameter = news2Parameter(reading.code);
    if (parameter === undefined) continue;
    const flags = flagsOfValue(reading);
    if (flags.includes('SENSOR_OFF') && MAY_STAND_STILL.has(reading.code)) return true;
    if (flags.length > 0 || !isNews2For(config.person, reading.at)) continue;
    const charted = chartedValue(parameter, reading);
    const score = Math.max(
      scoreParameter(parameter, charted, spo2Scale, false),
      spo2Scale === 2 && mayHaveOxygen(values) ? scoreParameter(parameter, charted, spo2Scale, true) : 0,
    );
    if (singleParameter !== null && score >= singleParameter) return true;
    const known = worst[parameter] ?? 0;
    if (score <= known) continue;
    worst[parameter] = score;
    sum += score - known;
    if (sum >= total) return true;
  }
  return false;
};

/** Unless the frame says that there is none. */
function mayHaveOxygen(values: Parameters<UrgencyTest>[0]): boolean {
  const flows = values.filter(({ code }) => code === LOINC.oxygenFlow);
  return flows.length === 0 || flows.some((flow) => chartedValue('oxygen', flow) > 0);
}
