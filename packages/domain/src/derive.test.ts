import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { DeviceId, PatientId, deviceIdOf, patientIdOf } from './index.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

describe('ids derived from keys', () => {
  const key = new Uint8Array(32).fill(7);

  test('have the form their schema asks for, and differ by domain', () => {
    expect(Value.Check(PatientId, patientIdOf(key, sha256))).toBe(true);
    expect(Value.Check(DeviceId, deviceIdOf(key, sha256))).toBe(true);
    expect(patientIdOf(key, sha256).slice(4)).not.toBe(deviceIdOf(key, sha256).slice(4));
  });

  test('are refused for anything that is no 32-byte key', () => {
    expect(() => patientIdOf(new Uint8Array(31), sha256)).toThrow(RangeError);
  });
});
