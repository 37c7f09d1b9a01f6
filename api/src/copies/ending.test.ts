import type { AnnouncedRecordState } from '@careledger/contracts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  GLUCOSE,
  LAB_TAG,
  VITAL_TAG,
  copyFor,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
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

describe('what leaves a copy by what is said of it alone', () => {
  const laboratory = { scopeTags: [LAB_TAG] };
  let running: CopyingParts;
  let record: AnnouncedRecordState;
  beforeEach(async () => {
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grants = [];
    copying.grant = { ...copying.grant, ...laboratory };
    await copying.hospital.granted(copying.patient.state, copying.grant);
    running = copying.parts();
    record = await copying.announce(running, { author: 'aut_lab', tagGroups: [[LAB_TAG]] });
    await copying.announce(running, { author: 'aut_lab', tagGroups: [[LAB_TAG]], value: '9.87' });
    await running.intake.round();
    await copying.ending(running).round();
  });
  const told = async (state: AnnouncedRecordState) => {
    await copying.hospital.store.commit(() => {
      running.intake.told(state);
      running.intake.noticed(state);
    });
  };
  const confirmed = (tag: string): AnnouncedRecordState => {
    const confirmation = { seq: 1, tagGroups: [[tag]], at: record.period.start, txId: 'a'.repeat(64) };
    return { ...record, confirmations: [confirmation] };
  };
  const contentOf = ({ recordId }: AnnouncedRecordState): Buffer => {
    const { copyId } = running.copies.record(record.patientId, recordId) ?? {};
    const { store } = copying.hospital;
    const row = store.get<{ content: Uint8Array }>(
      'SELECT content FROM copied_resources WHERE copy_id = ?',
      copyId ?? 0,
    );
    return Buffer.from(row?.content ?? '');
  };

  test('as the patient’s gateway confirms what it holds is destroyed then, and nothing in the store’s files has it', async () => {
    const ending = copying.ending(running);
    await ending.round();
    const content = contentOf(record);
    expect(copying.filesOf().includes(content)).toBe(true);
    await told(confirmed(VITAL_TAG));
    expect((await copying.find(running)).total).toBe(1);
    await ending.round();
    expect(running.copies.record(record.patientId, record.recordId)).toBeUndefined();
    expect(copying.filesOf().includes(content)).toBe(false);
    // What nothing was said of is kept, and a confirmation that leaves it in scope takes nothing away.
    expect((await copying.find(running)).total).toBe(1);
  });

  test('is kept where what is confirmed may be kept all the same, and comes again once that is confirmed', async () => {
    await told(confirmed(LAB_TAG));
    await running.intake.round();
    expect((await copying.find(running)).total).toBe(2);
    await told(confirmed(VITAL_TAG));
    await running.intake.round();
    expect((await copying.find(running)).total).toBe(1);
    await told(confirmed(LAB_TAG));
    await running.intake.round();
    expect((await copying.find(running)).total).toBe(2);
  });

  test('as a version follows of which no copy may be kept is gone from the store’s files likewise', async () => {
    const ending = copying.ending(running);
    await ending.round();
    const content = contentOf(record);
    await told({ ...record, version: 2, tagGroups: [[VITAL_TAG]] });
    await ending.round();
    expect(copying.filesOf().includes(content)).toBe(false);
  });
});
