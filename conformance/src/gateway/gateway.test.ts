import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeviceSession } from '@careledger/examples/device';
import { GatewayRig, glucose, type RigPatient } from './gateway-rig.js';

const HOUR_MS = 3_600_000;
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;

describe('a gateway with providers, a hospital and both ledgers', () => {
  let rig: GatewayRig;
  let patient: RigPatient;
  let device: DeviceSession;

  beforeAll(async () => {
    rig = await GatewayRig.start();
    patient = await rig.patient();
    device = await rig.device(patient);
  }, 60_000);

  afterAll(async () => {
    await device.close();
    await rig[Symbol.asyncDispose]();
  }, 30_000);

  test('readings become a periodic record that is stored, announced and anchored', async () => {
    for (let minute = 0; minute < 120; minute += 5)
      expect(await device.send([glucose(START_MS + minute * 60_000, 100 + minute / 5)])).toMatchObject({
        status: 'stored',
      });
    const flushed = await rig.own(patient, 'POST', '/flush');
    expect(flushed).toMatchObject({ isDrained: true, due: 0, open: 0, consent: 0 });
    const { records } = (await rig.own(patient, 'GET', '/records')) as { records: Record<string, unknown>[] };
    expect(records.map(({ kind, version, stage }) => ({ kind, version, stage }))).toEqual([
      { kind: 'periodic', version: 1, stage: 'announced' },
      { kind: 'periodic', version: 1, stage: 'announced' },
    ]);
    const opened = await rig.own(patient, 'GET', `/records/${String(records[0]?.['recordId'])}`);
    expect(opened).toMatchObject({ content: { resourceType: 'Bundle' } });
    const verified = await rig.own(patient, 'GET', '/chain/verify');
    expect(verified).toMatchObject({ anchorsOnLedger: 1, report: { ok: true, frames: 24, anchors: 1 } });
  }, 30_000);
});
