import {
  BLOOD_PRESSURE_PANEL,
  pressureComponents,
  pressureSite,
  type PressureSite,
} from './blood-pressure.js';
import { instantOf, quantity, subjectOf, within } from './elements.js';
import type { Observation, Quantity } from './schema.js';
import { deviceUuid } from './source.js';
import { tableCode } from './table-code.js';
import { uuidOf } from './uuid.js';

/** A reading as its device sent it. */
export interface DeviceReading {
  readonly deviceId: string;
  /** Measured time as the device said it, milliseconds. */
  readonly t: number;
  /** Measured time by the gateway's clock, where it is known to be another. */
  readonly at?: number | undefined;
  /** LOINC code of the code table. */
  readonly code: string;
  readonly value: number;
  /** UCUM unit in which it was sent; the code table's unless given. */
  readonly unit?: string | undefined;
  readonly comparator?: Quantity['comparator'];
}

/** What one Observation says: a single measurement, or the pressures that a device took at one site and time. */
interface Measurement<R extends DeviceReading = DeviceReading> {
  readonly first: R;
  /** All that it says, in their order. */
  readonly readings: R[];
  readonly site: PressureSite | undefined;
  readonly values: Map<string, Quantity>;
}

/** An Observation, and the readings of which it is made. */
export interface ObservedReadings<R extends DeviceReading> {
  readonly observation: Observation;
  readonly readings: readonly R[];
}

/**
 * One Observation for each reading, in their order, that conforms to R4's profile of its vital sign if it is one. The
 * pressures of one device, site and time are one panel. Ids follow from patient, device, code and time.
 */
export function observed<R extends DeviceReading>(
  patientId: string,
  readings: readonly R[],
): ObservedReadings<R>[] {
  const measurements: { readonly name: string; readonly measurement: Measurement<R> }[] = [];
  for (const reading of readings) {
    const { deviceId, t, code, value, comparator } = reading;
    const valueQuantity = quantity(value, reading.unit ?? tableCode(code).unit, comparator);
    const site = pressureSite(code);
    const what = site === undefined ? code : `${site.name}-blood-pressure`;
    const name = `Observation|${patientId}|${deviceId}|${what}|${t}`;
    const known = measurements.filter((other) => other.name === name);
    // A device may send two values of one instant: both are kept.
    const open = known.find(({ measurement }) => !measurement.values.has(code));
    if (open !== undefined) {
      open.measurement.values.set(code, valueQuantity);
      open.measurement.readings.push(reading);
    } else
      measurements.push({
        name,
        measurement: { first: reading, readings: [reading], site, values: new Map([[code, valueQuantity]]) },
      });
  }
  const used = new Map<string, number>();
  return measurements.map(({ name, measurement }) => {
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    const id = uuidOf(before === 0 ? name : `${name}|${before}`);
    return { observation: observationOf(patientId, id, measurement), readings: measurement.readings };
  });
}

function observationOf(patientId: string, id: string, { first, site, values }: Measurement): Observation {
  const { code, category } = tableCode(first.code);
  const valueQuantity = values.get(first.code);
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category,
    code: site === undefined ? code : BLOOD_PRESSURE_PANEL,
    subject: subjectOf(patientId),
    effectiveDateTime: instantOf(first.at ?? first.t),
    ...(site === undefined && valueQuantity !== undefined ? { valueQuantity } : {}),
    ...clockNote(first),
    device: within(deviceUuid(first.deviceId)),
    ...(site === undefined ? {} : { component: pressureComponents(site, values) }),
  };
}

/** What the device's clock said, where the reading counts as of another time. */
const clockNote = ({ t, at = t }: DeviceReading): Pick<Observation, 'note'> =>
  t === at ? {} : { note: [{ text: `The device's clock said ${instantOf(t)}` }] };
