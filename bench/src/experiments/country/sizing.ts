import type { Assumptions } from './assumptions.js';
import type { Constants } from './constants.js';
import type { SimulatedDay } from './simulate.js';

const SECONDS_OF_MINUTE = 60;
const SECONDS_OF_HOUR = 3_600;
const US_PER_S = 1e6;
const MS_PER_S = 1_000;
const BYTES_PER_TERABYTE = 1e12;
const DAYS_OF_MONTH = 365 / 12;
const HOURS_OF_MONTH = DAYS_OF_MONTH * 24;

/** What a country needs. */
export interface Sizing {
  readonly readingsPerDay: number;
  readonly peakReadingsPerS: number;
  readonly recordsPerDay: number;
  /** If the records of an hour go out evenly within the next one. */
  readonly peakRecordsPerS: number;
  readonly gateways: number;
  /** Processors, at the busiest time. */
  readonly gatewayCores: number;
  readonly providerCores: number;
  readonly peerCores: number;
  /** Pairs of channels: patients are shared out among them. */
  readonly channels: number;
  /** Terabytes, of everything that is kept. */
  readonly rawTb: number;
  readonly blobsTb: number;
  /** At all peers together. */
  readonly ledgersTb: number;
  readonly euroPerMonth: number;
  readonly euroPerPatientYear: number;
}

/** @param day for each patient */
export function sizeCountry(
  day: SimulatedDay,
  costs: Constants,
  assumed: Omit<Assumptions, 'profiles' | 'emergenciesPerDay'>,
): Sizing {
  const { patients, utilisation, keptDays } = assumed;
  const peakReadingsPerS = (day.peakReadingsPerMinute * patients) / SECONDS_OF_MINUTE;
  const peakRecordsPerS = (day.peakRecordsPerHour * patients) / SECONDS_OF_HOUR;
  const coresOf = (cpuMs: number): number => (peakRecordsPerS * cpuMs) / MS_PER_S / utilisation;
  const gatewayCores =
    (peakReadingsPerS * costs.frameCpuUs) / US_PER_S / utilisation + coresOf(costs.gatewayCpuMs);
  const providerCores = coresOf(costs.providerCpuMs);
  const peerCores = coresOf(costs.networkCpuMs);
  const terabytes = (perPatientDay: number): number =>
    (perPatientDay * patients * keptDays) / BYTES_PER_TERABYTE;
  const rawTb = terabytes(day.readings * costs.readingBytes);
  const blobsTb = terabytes(day.records * costs.blobBytes);
  const ledgersTb = terabytes(day.records * costs.ledgerBytes) * assumed.peersPerChannel;
  const euroPerMonth =
    (gatewayCores + providerCores + peerCores) * HOURS_OF_MONTH * assumed.euroPerCoreHour +
    (rawTb + blobsTb + ledgersTb) * assumed.euroPerTerabyteMonth;
  return {
    readingsPerDay: day.readings * patients,
    peakReadingsPerS,
    recordsPerDay: day.records * patients,
    peakRecordsPerS,
    gateways: Math.ceil(patients / assumed.patientsPerGateway),
    gatewayCores,
    providerCores,
    peerCores,
    channels: Math.ceil((peakRecordsPerS * costs.transactions) / (costs.channelRate * utilisation)),
    ...{ rawTb, blobsTb, ledgersTb, euroPerMonth },
    euroPerPatientYear: (euroPerMonth * 12) / patients,
  };
}
