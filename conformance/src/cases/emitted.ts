import type { Bundle, Observation } from '@careledger/fhir';

type ObservationComponent = NonNullable<Observation['component']>[number];
type Quantity = NonNullable<Observation['valueQuantity']>;

/** An alarm as its record's bundle says it. */
export interface EmittedAlarm {
  readonly rule: string;
  readonly status: string;
  readonly type: string | undefined;
  readonly priority: string | undefined;
  readonly confirmation: string | undefined;
  readonly timeliness: string | undefined;
  readonly marks: readonly string[];
  /** Why it ended; undefined while it lasts. */
  readonly end: string | undefined;
  /** What it rests on, e.g. `<40`, in the bundle's order; of a panel each component. */
  readonly evidence: readonly string[];
  readonly notes: readonly string[];
  /** NEWS2's total, where that is the rule. */
  readonly total: number | undefined;
}

const ALARM_RULE = 'urn:careledger:rule';
const ALARM_FACT = 'urn:careledger:alarm';
const NEWS2_TOTAL = '1104051000000101';

const observationsOf = (bundle: Bundle): Observation[] =>
  bundle.entry.flatMap(({ resource }) => (resource.resourceType === 'Observation' ? [resource] : []));

const codeOf = ({ code }: Observation | ObservationComponent, system?: string): string | undefined =>
  code.coding.find((coding) => system === undefined || coding.system === system)?.code;

const written = ({ comparator, value }: Quantity): string => `${comparator ?? ''}${value}`;

function valuesOf({ component = [], valueQuantity }: Observation): string[] {
  if (valueQuantity !== undefined) return [written(valueQuantity)];
  return component.flatMap((part) => ('valueQuantity' in part ? [written(part.valueQuantity)] : []));
}

/** The alarms of an emergency's bundle. */
export function alarmsOf(bundle: Bundle): EmittedAlarm[] {
  const observations = observationsOf(bundle);
  const alarms = observations.filter((each) => codeOf(each, ALARM_RULE) !== undefined);
  if (alarms.length === 0) throw new RangeError('The bundle has no alarm.');
  return alarms.map((alarm) => alarmOf(alarm, observations));
}

function alarmOf(alarm: Observation, observations: readonly Observation[]): EmittedAlarm {
  const rule = codeOf(alarm, ALARM_RULE) ?? '';
  const facts = (name: string): string[] =>
    (alarm.component ?? []).flatMap((part) =>
      codeOf(part, ALARM_FACT) === name && 'valueCodeableConcept' in part
        ? [part.valueCodeableConcept.coding[0]?.code ?? '']
        : [],
    );
  const readings = new Set((alarm.derivedFrom ?? []).map((to) => ('reference' in to ? to.reference : '')));
  const evidence = observations.filter(({ id }) => readings.has(`urn:uuid:${id}`));
  const notes = [alarm, ...evidence].flatMap(({ note = [] }) => note.map(({ text }) => text));
  return {
    rule,
    status: alarm.status,
    type: facts('type')[0],
    priority: facts('priority')[0],
    confirmation: facts('confirmation')[0],
    timeliness: facts('timeliness')[0],
    marks: facts('mark'),
    end: facts('end')[0],
    evidence: evidence.flatMap(valuesOf),
    notes,
    total:
      rule === 'news2'
        ? observations.find((each) => codeOf(each) === NEWS2_TOTAL)?.valueQuantity?.value
        : undefined,
  };
}

/** What a window's bundle says of it, without what names it and its patient. */
export const aggregatesOf = (bundle: Bundle) =>
  observationsOf(bundle).map(({ code, component, effectiveDateTime, effectivePeriod, valueQuantity }) => ({
    ...{ code: code.coding[0]?.code, effectiveDateTime, effectivePeriod, valueQuantity, component },
  }));

/** How many readings the aggregates of a window's bundle rest on. */
export const countOf = (bundle: Bundle): number =>
  observationsOf(bundle)
    .flatMap(({ component = [] }) => component)
    .reduce(
      (sum, part) => sum + (codeOf(part) === 'count' && 'valueInteger' in part ? part.valueInteger : 0),
      0,
    );
