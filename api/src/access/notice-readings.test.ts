import { records, type StoredRecordState } from '@careledger/contracts';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { RECORD_AWAITED_MS } from './notice-readings.js';

const NOT_YET = expect.objectContaining({ name: 'NotYetError' });
const DAY_MS = 24 * 3_600_000;

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
let recordId: string;
beforeEach(async () => {
  hospital = new TestHospital();
  patient = testPatient();
  await hospital.granted(patient.state, patient.grant());
  const iat = Math.floor(hospital.nowMs / 1_000);
  const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat });
  ({ recordId } = notice);
  await hospital.service.accept(notice);
  await hospital.read(readerWith());
});
afterEach(() => hospital[Symbol.asyncDispose]());

const reading = () =>
  hospital.store.get<{ sid: string; statement: string; tx_id: string | null }>(
    'SELECT * FROM notice_readings',
  );
const advance = (): Promise<void> => hospital.readings.advance(reading()?.sid ?? '');
const pending = () => hospital.store.all('SELECT kind FROM outbox').length;
const isStored = () => {
  hospital.ledgers.cloud.records = [{ recordId, version: 1 } as StoredRecordState];
};

test('a reading is told to the ledger through a provider, and kept with its transaction', async () => {
  isStored();
  await advance();
  const { sid, statement } = reading() ?? {};
  expect(hospital.sent).toEqual([{ path: PROVIDER_ROUTES.readings, body: { statements: [statement] } }]);
  expect([reading()?.tx_id, pending()]).toEqual(['a'.repeat(64), 0]);
  expect(hospital.accessLog.find(sid ?? '')).toMatchObject({ basis: 'notice', txId: 'a'.repeat(64) });
  expect(records.transactions.ReportReadings.callers).toContain('member');
});

test('while its record is on its way, it waits: by a record that nobody knows it could not be judged', async () => {
  await expect(advance()).rejects.toEqual(NOT_YET);
  hospital.nowMs += RECORD_AWAITED_MS - 1;
  await expect(advance()).rejects.toEqual(NOT_YET);
  expect(hospital.sent).toEqual([]);
  hospital.nowMs += 1;
  await advance();
  expect([hospital.sent.length, pending()]).toEqual([1, 0]);
});

test('however long the ledger is away, it does not expire', async () => {
  hospital.ledgers.cloud.state = 'away';
  for (let days = 0; days < 30; days += 10) {
    hospital.nowMs += 10 * DAY_MS;
    await expect(advance()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  hospital.ledgers.cloud.state = 'there';
  isStored();
  await advance();
  expect(pending()).toBe(0);
});

test('what the ledger refuses is told again, until it is taken', async () => {
  isStored();
  hospital.answerItem = () => ({ code: 'PATIENT_UNKNOWN' });
  await expect(advance()).rejects.toEqual(NOT_YET);
  expect(pending()).toBe(1);
  hospital.answerItem = () => ({ code: 'OK' });
  await advance();
  expect(pending()).toBe(0);
});

test('after a rotation of the authority’s key it is signed again, with the same id', async () => {
  isStored();
  const { sid, statement: first } = reading() ?? {};
  // Restarted with another key, in the same store.
  const later = new TestHospital({ store: hospital.store, ownKey: hospital.ownKey });
  later.ledgers.cloud.records = hospital.ledgers.cloud.records;
  const current = later.issuer.signer.kid;
  later.answerItem = (statement) => ({
    code: readStatement(statement).header.kid === current ? 'OK' : 'STATEMENT_KEY_UNKNOWN',
  });
  await later.readings.advance(sid ?? '');
  expect(pending()).toBe(1);
  await later.readings.advance(sid ?? '');
  const statement = reading()?.statement ?? '';
  expect([readStatement(statement).payload.sid, pending()]).toEqual([sid, 0]);
  expect(readStatement(statement).payload.body).toEqual(readStatement(first ?? '').payload.body);
});
