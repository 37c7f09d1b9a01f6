import { expect, test } from '@jest/globals';
import { glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { MINUTE_MS, START_MS, listed } from './subscribed-patient.js';

/** From readings to records on the ledger. */
export function describeRecords(fixture: () => GatewayFixture): void {
  test('readings become periodic records: sealed, stored, announced, anchored, and the chain verifies', async () => {
    const patient = await fixture().patient();
    await using device = await fixture().device(patient);
    for (let minute = 0; minute < 120; minute += 5) {
      const result = await device.send([glucose(START_MS + minute * MINUTE_MS, 100 + minute / 5)]);
      expect(result).toMatchObject({ status: 'stored' });
    }
    expect(await fixture().own(patient, 'POST', '/flush')).toMatchObject({
      isDrained: true,
      due: 0,
      open: 0,
      consent: 0,
    });
    const records = await listed(fixture(), patient);
    expect(records.map(({ kind, version, stage }) => ({ kind, version, stage }))).toEqual([
      { kind: 'periodic', version: 1, stage: 'announced' },
      { kind: 'periodic', version: 1, stage: 'announced' },
    ]);
    const opened = await fixture().own(patient, 'GET', `/records/${records[0]?.recordId}`);
    expect(opened['content']).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(await fixture().own(patient, 'GET', '/chain/verify')).toMatchObject({
      anchorsOnLedger: 1,
      report: { ok: true, frames: 24, anchors: 1, faultCount: 0 },
    });
    const readings = await fixture().own(
      patient,
      'GET',
      `/readings?from=${new Date(START_MS).toISOString()}`,
    );
    expect(readings['readings']).toHaveLength(24);
  });

  test('a late reading makes the next version of its window’s record, and nothing else', async () => {
    const patient = await fixture().patient();
    await using device = await fixture().device(patient);
    for (const minute of [0, 5, 10, 70, 75]) await device.send([glucose(START_MS + minute * MINUTE_MS, 110)]);
    await fixture().own(patient, 'POST', '/flush');
    await device.send([glucose(START_MS + 20 * MINUTE_MS, 180)]);
    await fixture().own(patient, 'POST', '/flush');
    const records = await listed(fixture(), patient);
    expect(records.map(({ version, stage }) => [version, stage])).toEqual([
      [2, 'announced'],
      [1, 'announced'],
      [1, 'announced'],
    ]);
    expect(records[0]?.recordId).toBe(records[2]?.recordId);
  });
}
