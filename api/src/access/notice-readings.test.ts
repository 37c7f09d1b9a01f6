import { records, type StoredRecordState } from '@careledger/contracts';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHouse, readerWith } from '../../testing/test-house.js';
import { testPatient } from '../../testing/test-patient.js';
import { RECORD_AWAITED_MS } from './notice-readings.js';

const NOT_YET = expect.objectContaining({ name: 'NotYetError' });
const DAY_MS = 24 * 3_600_000;

let house: TestHouse;
let patient: ReturnType<typeof testPatient>;
let recordId: string;
beforeEach(async () => {
  house = new TestHouse();
  patient = testPatient();
  await house.granted(patient.state, patient.grant());
  const iat = Math.floor(house.nowMs / 1_000);
  const notice = await patient.notice({ to: house.ownKey.publicKey, iat });
  ({ recordId } = notice);
  await house.service.accept(notice);
  await house.read(readerWith());
});
afterEach(() => house[Symbol.asyncDispose]());

const reading = () =>
  house.store.get<{ sid: string; statement: string; tx_id: string | null }>('SELECT * FROM notice_readings');
const advance = (): Promise<void> => house.readings.advance(reading()?.sid ?? '');
const pending = () => house.store.all('SELECT kind FROM outbox').length;
const isStored = () => {
  house.ledgers.cloud.records = [{ recordId, version: 1 } as StoredRecordState];
};

test('a reading is told to the ledger through a provider, and kept with its transaction', async () => {
  isStored();
  await advance();
  const { sid, statement } = reading() ?? {};
  expect(house.sent).toEqual([{ path: PROVIDER_ROUTES.readings, body: { statements: [statement] } }]);
  expect([reading()?.tx_id, pending()]).toEqual(['a'.repeat(64), 0]);
  expect(house.accessLog.find(sid ?? '')).toMatchObject({ basis: 'notice', txId: 'a'.repeat(64) });
  expect(records.transactions.ReportReadings.callers).toContain('member');
});

test('while its record is on its way, it waits: by a record that nobody knows it could not be judged', async () => {
  await expect(advance()).rejects.toEqual(NOT_YET);
  house.nowMs += RECORD_AWAITED_MS - 1;
  await expect(advance()).rejects.toEqual(NOT_YET);
  expect(house.sent).toEqual([]);
  house.nowMs += 1;
  await advance();
  expect([house.sent.length, pending()]).toEqual([1, 0]);
});

test('however long the ledger is away, it does not expire', async () => {
  house.ledgers.cloud.state = 'away';
  for (let days = 0; days < 30; days += 10) {
    house.nowMs += 10 * DAY_MS;
    await expect(advance()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  house.ledgers.cloud.state = 'there';
  isStored();
  await advance();
  expect(pending()).toBe(0);
});

test('what the ledger refuses is told again, until it is taken', async () => {
  isStored();
  house.answerItem = () => ({ code: 'PATIENT_UNKNOWN' });
  await expect(advance()).rejects.toEqual(NOT_YET);
  expect(pending()).toBe(1);
  house.answerItem = () => ({ code: 'OK' });
  await advance();
  expect(pending()).toBe(0);
});

test('after a rotation of the authority’s key it is signed anew, with the same id', async () => {
  isStored();
  const { sid, statement: first } = reading() ?? {};
  // Restarted with another key, in the same store.
  const later = new TestHouse({ store: house.store, ownKey: house.ownKey });
  later.ledgers.cloud.records = house.ledgers.cloud.records;
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
