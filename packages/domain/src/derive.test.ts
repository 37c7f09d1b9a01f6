import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { DeviceId, PatientId, RecordId, deviceIdOf, patientIdOf, recordIdOf } from './index.js';

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

describe('record ids', () => {
  const patientId = patientIdOf(new Uint8Array(32).fill(7), sha256);
  const seed = Buffer.alloc(32, 9).toString('base64url');
  const id = recordIdOf({ author: 'aut_lab', patientId, seed }, sha256);

  test('are bound to author, patient and seed', () => {
    expect(Value.Check(RecordId, id)).toBe(true);
    const otherSeed = Buffer.alloc(32, 8).toString('base64url');
    const otherPatient = patientIdOf(new Uint8Array(32).fill(6), sha256);
    for (const other of [
      { author: 'aut_hospital', patientId, seed },
      { author: 'aut_lab', patientId: otherPatient, seed },
      { author: 'aut_lab', patientId, seed: otherSeed },
    ])
      expect(recordIdOf(other, sha256)).not.toBe(id);
  });

  test('take no shorter seed, which would let parts slide into one another', () => {
    const short = Buffer.alloc(31, 9).toString('base64url');
    expect(() => recordIdOf({ author: 'aut_lab', patientId, seed: short }, sha256)).toThrow(RangeError);
  });
});
