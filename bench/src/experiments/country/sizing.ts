import type { Assumptions } from './assumptions.js';
import type { Constants } from './constants.js';
import type { SimulatedDay } from './simulate.js';

const SECONDS_OF_MINUTE = 60;
const SECONDS_OF_HOUR = 3_600;
const MINUTES_OF_HOUR = 60;
const US_PER_S = 1e6;
const MS_PER_S = 1_000;
const BYTES_PER_TERABYTE = 1e12;
const DAYS_OF_MONTH = 365 / 12;
const HOURS_OF_MONTH = DAYS_OF_MONTH * 24;
/** `authorities` and `cloud`: every record is on both. */
const CHANNELS_OF_PAIR = 2;

/** What a country needs. */
export interface Sizing {
  readonly readingsPerDay: number;
  readonly peakReadingsPerS: number;
  readonly recordsPerDay: number;
  /** On average over the hour after the busiest one: its windows all close at its end. */
  readonly peakRecordsPerS: number;
  /** After the busiest hour, until the ledgers have taken its last record. */
  readonly settledAfterMinutes: number;
  readonly gateways: number;
  /** Processors, at the busiest time; a gateway has one at least. */
  readonly gatewayCores: number;
  /** Seconds for which the records of the busiest hour keep one processor of their gateway busy. */
  readonly gatewayHourS: number;
  readonly providerCores: number;
  /** Of apis, each of which hears of its whole channel. */
  readonly authorityCores: number;
  /** Of peers, their chaincode, and orderers. */
  readonly networkCores: number;
  /** Pairs of channels: patients are shared out among them. */
  readonly channelPairs: number;
  /** Terabytes, of everything that is kept. */
  readonly rawTb: number;
  readonly blobsTb: number;
  /** Blocks at all peers and orderers together. */
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
  const { patients, utilisation, peersPerChannel } = assumed;
  const peakReadingsPerS = (day.peakReadingsPerMinute * patients) / SECONDS_OF_MINUTE;
  const peakRecordsPerS = (day.peakRecordsPerHour * patients) / SECONDS_OF_HOUR;
  const gateways = Math.ceil(patients / assumed.patientsPerGateway);
  const coresOf = (cpuMs: number): number => (peakRecordsPerS * cpuMs) / MS_PER_S / utilisation;
  const frameCores = (peakReadingsPerS * costs.frameCpuUs) / US_PER_S / utilisation;
  const gatewayCores = Math.max(gateways, frameCores + coresOf(costs.gatewayCpuMs));
  const providerCores = coresOf(costs.providerCpuMs);
  // One organisation of the channel is the patients': it has gateways and no api.
  const authorityCores = coresOf(costs.authorityCpuMs) * (peersPerChannel - 1);
  const { organizationCpuMs, orderersCpuMs, recordsPerS } = costs.channel;
  const networkCores = CHANNELS_OF_PAIR * coresOf(organizationCpuMs * peersPerChannel + orderersCpuMs);
  const stored = storageOf(day, costs, assumed);
  const euroPerMonth =
    (gatewayCores + providerCores + authorityCores + networkCores) *
      HOURS_OF_MONTH *
      assumed.euroPerCoreHour +
    (stored.rawTb + stored.ledgersTb) * assumed.euroPerDiskTerabyteMonth +
    stored.blobsTb * assumed.euroPerBlobTerabyteMonth;
  return {
    readingsPerDay: day.readings * patients,
    recordsPerDay: day.records * patients,
    settledAfterMinutes: MINUTES_OF_HOUR * utilisation,
    gatewayHourS: (day.peakRecordsPerHour * assumed.patientsPerGateway * costs.gatewayCpuMs) / MS_PER_S,
    channelPairs: Math.ceil(peakRecordsPerS / (recordsPerS * utilisation)),
    ...{ peakReadingsPerS, peakRecordsPerS, gateways, gatewayCores, providerCores, authorityCores },
    ...{ networkCores, ...stored, euroPerMonth, euroPerPatientYear: (euroPerMonth * 12) / patients },
  };
}

/** Terabytes, when everything of `keptDays` is there. */
function storageOf(
  day: SimulatedDay,
  { readingBytes, blobBytes, ledgerBytes }: Constants,
  {
    patients,
    keptDays,
    peersPerChannel,
    orderersPerChannel,
  }: Omit<Assumptions, 'profiles' | 'emergenciesPerDay'>,
): Pick<Sizing, 'rawTb' | 'blobsTb' | 'ledgersTb'> {
  const terabytes = (perPatientDay: number): number =>
    (perPatientDay * patients * keptDays) / BYTES_PER_TERABYTE;
  return {
    rawTb: terabytes(day.readings * readingBytes),
    blobsTb: terabytes(day.records * blobBytes),
    ledgersTb: terabytes(day.records * ledgerBytes) * (peersPerChannel + orderersPerChannel),
  };
}
