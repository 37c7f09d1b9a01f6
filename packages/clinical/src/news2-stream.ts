import { LOINC } from './codes.js';
import { IDLE_MACHINE, stepEpisode, type EpisodeMachine } from './episode.js';
import type { StreamItem, StreamKind } from './stream.js';
import { NEWS2_HORIZON_MS } from './limits.js';
import {
  NEWS2_PARAMETERS,
  scoreNews2,
  scoreParameter,
  type News2Parameter,
  type News2Values,
  type Spo2Scale,
} from './news2.js';
import type { ClinicalReading } from './reading.js';

/** Everything NEWS2 needs that was measured at one time: by LOINC code, the value and the row it lies in. */
export interface VitalsItem extends StreamItem {
  readonly values: Readonly<Record<string, readonly [value: number, rowId: number]>>;
}

/**
 * The codes of each parameter, the preferred first: an arterial line before a cuff, the electrocardiogram's rate before
 * the oximeter's.
 */
const SOURCES: Readonly<Record<News2Parameter, readonly string[]>> = {
  respirationRate: [LOINC.respiratoryRate],
  spo2: [LOINC.spo2],
  oxygen: [LOINC.oxygenFlow],
  systolic: [LOINC.arterialSystolic, LOINC.cuffSystolic],
  pulse: [LOINC.heartRate, LOINC.pulseOximeterRate],
  consciousness: [LOINC.consciousness],
  temperature: [LOINC.temperature],
};

const PARAMETER_OF = new Map(
  NEWS2_PARAMETERS.flatMap((parameter) => SOURCES[parameter].map((code) => [code, parameter] as const)),
);

/** The NEWS2 parameter that a code measures, or undefined. */
export const news2Parameter = (code: string): News2Parameter | undefined => PARAMETER_OF.get(code);

function sourceOf(item: VitalsItem, parameter: News2Parameter): string | undefined {
  for (const code of SOURCES[parameter]) if (item.values[code] !== undefined) return code;
  return undefined;
}

/** The parameters measured at one time, from the preferred source of each. */
function news2Values(item: VitalsItem): News2Values {
  const values: News2Values = {};
  for (const parameter of NEWS2_PARAMETERS) {
    const code = sourceOf(item, parameter);
    const reading = code === undefined ? undefined : item.values[code];
    if (reading !== undefined) values[parameter] = reading[0];
  }
  return values;
}

/**
 * `item` with one more reading. Where two devices measured the same code at the same time the worse value counts,
 * whichever came first (SpO2 is compared as on air); the same value again changes nothing: the same object is returned.
 */
export function withVital(
  item: VitalsItem,
  { code, value, rowId }: Pick<ClinicalReading, 'code' | 'value' | 'rowId'>,
  scale: Spo2Scale,
): VitalsItem {
  const present = item.values[code];
  const parameter = PARAMETER_OF.get(code);
  if (present !== undefined && parameter !== undefined) {
    const was = scoreParameter(parameter, present[0], scale, false);
    const is = scoreParameter(parameter, value, scale, false);
    if (is < was || (is === was && value >= present[0])) return item;
  }
  return { t: item.t, values: { ...item.values, [code]: [value, rowId] } };
}

/** NEWS2 over the times at which anything it scores was measured. */
export const NEWS2_STREAM: StreamKind<VitalsItem, EpisodeMachine> = {
  initial: IDLE_MACHINE,
  horizonMs: NEWS2_HORIZON_MS,
  growingItems: true,
  compare: (a, b) => a.t - b.t,
  judge: (_context, item) => item,
  advance(machine, item, { news2 }, out) {
    const score = scoreNews2(news2Values(item), news2.spo2Scale);
    const met =
      score.total >= news2.total ||
      (news2.singleParameter !== null && score.highest >= news2.singleParameter);
    const grade = met ? 'emergency' : 'recovered';
    return stepEpisode(machine, { rule: 'news2', onsetMs: 0, t: item.t, grade, out });
  },
  open: ({ open }) => (open === null ? [] : [{ rule: 'news2', ...open }]),
  evidence(items, _start, raisedAt, { news2 }) {
    const item = items.find(({ t }) => t === raisedAt);
    if (item === undefined) return { evidence: [], news2: null };
    const evidence = NEWS2_PARAMETERS.flatMap((parameter) => {
      const code = sourceOf(item, parameter);
      const reading = code === undefined ? undefined : item.values[code];
      if (code === undefined || reading === undefined) return [];
      return [{ rowId: reading[1], t: item.t, code, value: reading[0] }];
    });
    return { evidence, news2: scoreNews2(news2Values(item), news2.spo2Scale) };
  },
};
