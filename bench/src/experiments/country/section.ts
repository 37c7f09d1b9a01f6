import { shown } from '../../report/number.js';
import { markdownTable } from '../../report/table.js';
import { ASSUMPTIONS } from './assumptions.js';
import type { Constants } from './constants.js';
import { simulateDay } from './simulate.js';
import { sizeCountry } from './sizing.js';

/** Patients that are simulated; the country is as many times larger. */
const SAMPLE = 20_000;
const percent = (share: number): string => `${shown(share * 100)} %`;

/** The last part of docs/experiments.md: a country, sized with the constants of the same run. */
export function countrySection(costs: Constants): string[] {
  const { profiles, patients } = ASSUMPTIONS;
  const day = simulateDay(ASSUMPTIONS, SAMPLE);
  const size = sizeCountry(day, costs, ASSUMPTIONS);
  const rows = (pairs: readonly (readonly [string, string])[]): string[] =>
    markdownTable([['what', 'figure'], ...pairs]);
  return [
    `## A country of ${shown(patients)} patients`,
    '',
    `A simulation, not a measurement: ${shown(SAMPLE)} patients live through a day, minute by minute, and what they send is`,
    `multiplied with what this run has measured of a frame, a record and a transaction. The assumptions are in`,
    '`bench/src/experiments/country/assumptions.ts`; change them and run `make experiments` again.',
    '',
    '**Assumed**',
    '',
    ...markdownTable([
      ['patients with', 'share', 'readings a day'],
      ...profiles.map(({ name, share, readingsPerDay }) => [name, percent(share), shown(readingsPerDay)]),
    ]),
    '',
    ...rows([
      ['emergency records of a patient a day', shown(ASSUMPTIONS.emergenciesPerDay)],
      ['everything is kept for, days', shown(ASSUMPTIONS.keptDays)],
      ['processors and channels are used at the busiest time to', percent(ASSUMPTIONS.utilisation)],
      ['patients of a gateway', shown(ASSUMPTIONS.patientsPerGateway)],
      ['peers of a channel', shown(ASSUMPTIONS.peersPerChannel)],
      ['euros for a processor and hour', shown(ASSUMPTIONS.euroPerCoreHour)],
      ['euros for a terabyte and month', shown(ASSUMPTIONS.euroPerTerabyteMonth)],
    ]),
    '',
    '**Measured in this run**',
    '',
    ...rows([
      ['CPU of a frame at the gateway, µs', shown(costs.frameCpuUs)],
      ['store of a reading, bytes', shown(costs.readingBytes)],
      ['CPU of a record at the gateway, ms', shown(costs.gatewayCpuMs)],
      ['CPU of a record at the providers, ms', shown(costs.providerCpuMs)],
      ['CPU of a record at all peers, ms', shown(costs.networkCpuMs)],
      ['a record on both channels, bytes', shown(costs.ledgerBytes)],
      ['a record at its provider, bytes', shown(costs.blobBytes)],
      ['transactions for each record, on the busier channel', shown(costs.transactions)],
      ['transactions a second of a channel', shown(costs.channelRate)],
    ]),
    '',
    '**The country**',
    '',
    ...rows([
      ['readings a day', shown(size.readingsPerDay)],
      ['readings a second in the busiest minute', shown(size.peakReadingsPerS)],
      ['records a day', shown(size.recordsPerDay)],
      ['records a second in the busiest hour', shown(size.peakRecordsPerS)],
      ['gateways', shown(size.gateways)],
      ['processors of all gateways', shown(size.gatewayCores)],
      ['processors of all providers', shown(size.providerCores)],
      ['processors of all peers', shown(size.peerCores)],
      ['pairs of channels', shown(size.channels)],
      ['raw data, terabytes', shown(size.rawTb)],
      ['records at providers, terabytes', shown(size.blobsTb)],
      ['ledgers at all peers, terabytes', shown(size.ledgersTb)],
      ['euros a month', shown(size.euroPerMonth)],
      ['euros for a patient and year', shown(size.euroPerPatientYear)],
    ]),
    '',
    `**What it means.** Raw readings never leave their gateway, so that the ledgers take ${shown(size.peakRecordsPerS)} records a`,
    `second where devices send ${shown(size.peakReadingsPerS)} readings. One pair of channels does not hold a country:`,
    `${shown(size.channels)} do, each with its share of the patients, whose gateways and authorities are members of theirs. Two`,
    'patients never meet in a transaction’s keys, so nothing is lost by parting them; an authority that serves patients of',
    'several listens to each. The rate is that of small transactions, and those of many records weigh more: take the number of channels',
    'for the least, and the processors of the peers for the better bound. The embedded network stands in for Fabric here: measure a Fabric network of your own for its',
    'rates, and put them in the place of these.',
  ];
}
