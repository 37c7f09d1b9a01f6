import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyingHospital, GLUCOSE, copyFor } from '../../testing/copying-hospital.js';
import { testPatient } from '../../testing/test-patient.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

describe('a revocation', () => {
  test('hides the copy at once and destroys its key: nothing in the store’s files opens it', async () => {
    const running = copying.parts();
    await copying.announce(running);
    await running.intake.round();
    const { store } = copying.hospital;
    const rowsOf = (sql: string) =>
      store.all<{ bytes: Uint8Array }>(sql).map(({ bytes }) => Buffer.from(bytes));
    const secrets = [
      ...rowsOf('SELECT sealed AS bytes FROM copy_keys'),
      ...rowsOf('SELECT content AS bytes FROM copied_resources'),
      ...rowsOf('SELECT terms AS bytes FROM copied_records'),
    ];
    expect(secrets).toHaveLength(3);
    const before = copying.filesOf();
    for (const secret of secrets) expect(before.includes(secret)).toBe(true);
    for (const plain of ['5.40', 'mmol/L', GLUCOSE]) expect(before.includes(plain)).toBe(false);

    await copying.revoked();
    await expect(copying.find(running)).rejects.toMatchObject({ members: { reason: 'NO_GRANT' } });
    const { copies } = running;
    const ending = copying.ending(running);
    await ending.round();
    const after = copying.filesOf();
    for (const secret of secrets) expect(after.includes(secret)).toBe(false);
    expect(copies.keys.find(copying.patient.patientId)).toBeUndefined();
    expect(store.all('SELECT 1 FROM copied_resources UNION ALL SELECT 1 FROM copied_terms')).toEqual([]);
    // Another grant begins with nothing, under another key.
    copying.grant = { ...copying.grant, grantId: `${'n'.repeat(21)}A` };
    await copying.hospital.granted(copying.patient.state, copying.grant);
    expect((await copying.find(running)).total).toBe(0);
  });

  test('destroys the copy of the patient who revoked, and no other', async () => {
    const running = copying.parts();
    await copying.announce(running);
    await running.intake.round();
    const other = testPatient();
    await copying.hospital.granted(other.state, other.grant({ copy: copyFor('ward-4', 3).copy }));
    await copying.hospital.store.commit(() => running.copies.keys.findOrMake(other.patientId));
    await copying.revoked({ patientId: other.patientId, grantId: copying.grant.grantId });
    const { copies } = running;
    const ending = copying.ending(running);
    await ending.round();
    expect(copies.keys.patientIds()).toEqual([copying.patient.patientId]);
    expect((await copying.find(running)).total).toBe(1);
  });
});
