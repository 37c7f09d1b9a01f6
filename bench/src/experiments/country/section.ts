import { percent, shown } from '../../report/number.js';
import { oneLine } from '../../report/page.js';
import { markdownTable } from '../../report/table.js';
import { ASSUMPTIONS } from './assumptions.js';
import type { Constants } from './constants.js';
import { meaningOf } from './meaning.js';
import { simulateDay } from './simulate.js';
import { sizeCountry } from './sizing.js';

/** Patients that are simulated; the country is as many times larger. */
const SAMPLE = 20_000;

/** The last part of docs/experiments.md: a country, sized with the constants of the same run. */
export function countrySection(costs: Constants): string[] {
  const { profiles, patients } = ASSUMPTIONS;
  const day = simulateDay(ASSUMPTIONS, SAMPLE);
  const size = sizeCountry(day, costs, ASSUMPTIONS);
  const { channel, isOfFabric } = costs;
  const network = isOfFabric ? 'Fabric' : 'embedded network';
  const rows = (pairs: readonly (readonly [string, string])[]): string[] =>
    markdownTable([['what', 'figure'], ...pairs]);
  return [
    `## A country of ${shown(patients)} patients`,
    '',
    `A simulation, not a measurement: ${shown(SAMPLE)} patients live through a day, minute by minute, and what they send is`,
    `multiplied with what this run has measured of a frame and a record. The assumptions are in`,
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
      ['orderers of a channel', shown(ASSUMPTIONS.orderersPerChannel)],
      ['euros for a processor and hour', shown(ASSUMPTIONS.euroPerCoreHour)],
      ['euros for a terabyte of disk and month', shown(ASSUMPTIONS.euroPerDiskTerabyteMonth)],
      ['euros for a terabyte of object storage and month', shown(ASSUMPTIONS.euroPerBlobTerabyteMonth)],
    ]),
    '',
    '**Measured in this run**',
    '',
    ...rows([
      ['CPU of a frame at the gateway, µs', shown(costs.frameCpuUs)],
      ['store of a reading, bytes', shown(costs.readingBytes)],
      ['CPU of a record at the gateway, ms', shown(costs.gatewayCpuMs)],
      ['CPU of a record at the providers, ms', shown(costs.providerCpuMs)],
      ['CPU of a record at an authority that hears of it, ms', shown(costs.authorityCpuMs)],
      [
        `CPU of a record on a channel, at an organisation that endorses, ms (${network})`,
        shown(channel.organizationCpuMs),
      ],
      [
        `CPU of a record on a channel, at all orderers, ms (${network})`,
        channel.orderersCpuMs === 0 ? 'in the line above' : shown(channel.orderersCpuMs),
      ],
      [`records a second that a channel takes (${network})`, shown(channel.recordsPerS)],
      ['blocks of a record, both channels together, bytes', shown(costs.ledgerBytes)],
      ['a record at its provider, bytes', shown(costs.blobBytes)],
    ]),
    '',
    '**The country**',
    '',
    ...rows([
      ['readings a day', shown(size.readingsPerDay)],
      ['readings a second in the busiest minute', shown(size.peakReadingsPerS)],
      ['records a day', shown(size.recordsPerDay)],
      ['records a second in the hour after the busiest', shown(size.peakRecordsPerS)],
      ['minutes until the ledgers have taken them', shown(size.settledAfterMinutes)],
      ['gateways', shown(size.gateways)],
      ['processors of all gateways, one each at least', shown(size.gatewayCores)],
      ['seconds of a processor that a gateway needs after its busiest hour', shown(size.gatewayHourS)],
      ['processors of all providers', shown(size.providerCores)],
      ['processors of all authorities', shown(size.authorityCores)],
      ['processors of all peers, their chaincode and orderers', shown(size.networkCores)],
      ['pairs of channels', shown(size.channelPairs)],
      ['raw data, terabytes', shown(size.rawTb)],
      ['records at providers, terabytes', shown(size.blobsTb)],
      ['blocks at all peers and orderers, terabytes', shown(size.ledgersTb)],
      ['euros a month', shown(size.euroPerMonth)],
      ['euros for a patient and year', shown(size.euroPerPatientYear)],
    ]),
    '',
    `**What it means.** ${oneLine(meaningOf(size, costs))}`,
  ];
}
