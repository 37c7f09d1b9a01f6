import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GATEWAY_ID, GatewayFixture } from '../fixtures/services/gateway-fixture.js';

/** Which Python runs the device: one that has its two packages. */
const PYTHON = process.env['DEVICE_PYTHON'] ?? 'python3';
const DEVICE = fileURLToPath(new URL('../../device/device.py', import.meta.url));
const VECTORS = fileURLToPath(new URL('../../../spec/vectors/valid/device', import.meta.url));

const hasPackages = spawnSync(PYTHON, ['-c', 'import cryptography, paho.mqtt.client']).status === 0;
if (!hasPackages)
  process.stderr.write(
    `SKIPPED: the second device needs the packages cryptography and paho-mqtt in ${PYTHON}; DEVICE_PYTHON names another\n`,
  );

interface Step {
  readonly step: string;
  readonly answer: unknown;
}

/** What the device was answered, step by step. */
async function runDevice(
  gatewayUrl: string,
  pairingCode: string,
): Promise<Readonly<Record<string, unknown>>> {
  const gateway = ['--gateway', gatewayUrl, '--gateway-id', GATEWAY_ID, '--pairing-code', pairingCode];
  const { stdout } = await promisify(execFile)(PYTHON, [DEVICE, '--vectors', VECTORS, ...gateway]);
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const { step, answer } = JSON.parse(line) as Step;
      return [step, answer];
    }),
  );
}

(hasPackages ? describe : describe.skip)('a device written from spec/device.md alone', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await GatewayFixture.start();
  }, 120_000);
  afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

  test('pairs, connects, leaves a gap and fills it, repeats, errs, and knows its place', async () => {
    const patient = await fixture.patient();
    const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
    const answers = await runDevice(fixture.gateway.url, String(pairingCode));
    expect(answers).toMatchObject({
      vectors: 1,
      paired: { gatewayId: GATEWAY_ID },
      first: { seq: 0, status: 'stored' },
      ahead: { seq: 2, status: 'stored' },
      'head within a gap': { nextSeq: 3 },
      filler: { seq: 1, status: 'stored' },
      again: { seq: 0, status: 'duplicate' },
      'wrong unit': { seq: 3, status: 'rejected', code: 'WRONG_UNIT' },
      corrected: { seq: 3, status: 'stored' },
      'over HTTP': { seq: 4, status: 'stored' },
      'no frame': { seq: null, status: 'rejected', code: 'FRAME_MALFORMED' },
      head: answers['place'],
      'used code': { status: 403, code: 'PAIRING_CODE_INVALID' },
    });
    const { devices } = await fixture.own(patient, 'GET', '/devices');
    expect(devices).toEqual([expect.objectContaining({ nextSeq: 5, missing: 0, status: 'active' })]);
    await fixture.own(patient, 'POST', '/flush');
    expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({
      report: { ok: true, frames: 5, readings: 5, gaps: 0 },
    });
  }, 120_000);
});
