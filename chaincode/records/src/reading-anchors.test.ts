import { client, type TestOrganisation } from '@careledger/chaincode-runtime/testing';
import type { ReadingAnchorState } from '@careledger/contracts';
import { beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture, newHash } from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
beforeEach(async () => {
  ({ fixture, hospital } = await RecordsFixture.make());
});

const onAuthorities = (mspId = 'HospitalMSP') => ({
  ...{ chaincode: 'records', channel: 'authorities' as const },
  caller: client(mspId),
});
const anchor = async (day: string, hash: string, call = onAuthorities()): Promise<unknown> => {
  const statement = hospital.sign('anchorReadings', { day, hash }, hospital.signer);
  return fixture.run('AnchorReadings', { statement }, call).then(
    ({ event }) => event?.payload,
    (error: unknown) => (error as { code?: unknown }).code,
  );
};
const anchors = async (range: object = {}) =>
  (
    await fixture.ask<{ rows: ReadingAnchorState[] }>(
      'ListReadingAnchors',
      { authorityId: hospital.id, ...range },
      onAuthorities(),
    )
  ).rows.map(({ day, hash }) => [day, hash]);

test('a day of a log is anchored once, by its authority alone', async () => {
  const [first, second] = [newHash(), newHash()];
  expect(await anchor('2026-02-05', first)).toEqual({
    authorityId: hospital.id,
    day: '2026-02-05',
    hash: first,
  });
  expect(await anchor('2026-02-05', first)).toBeUndefined();
  expect(await anchor('2026-02-05', second)).toBe('READINGS_ANCHORED');
  expect(await anchor('2026-02-04', second)).toMatchObject({ day: '2026-02-04' });
  expect(await anchor('2026-02-06', second, onAuthorities('CloudAMSP'))).toBe('CALLER_REFUSED');
  expect(await anchors()).toEqual([
    ['2026-02-04', second],
    ['2026-02-05', first],
  ]);
  expect(await anchors({ from: '2026-02-05', to: '2026-02-06' })).toEqual([['2026-02-05', first]]);
});

test('a day that is not over at the transaction’s time is not anchored, nor one that no calendar has', async () => {
  const today = new Date(fixture.nowMs).toISOString().slice(0, 10);
  const midnight = Date.parse(`${today}T00:00:00Z`) + 24 * 60 * 60_000;
  const at = (atMs: number) => ({ ...onAuthorities(), atMs });
  for (const day of [today, '9999-12-31', '2026-02-30', '2026-13-01', '2026-00-10', '0000-00-00'])
    expect([day, await anchor(day, newHash())]).toEqual([day, 'READINGS_NOT_OVER']);
  expect(await anchor(today, newHash(), at(midnight - 1))).toBe('READINGS_NOT_OVER');
  expect(await anchor(today, newHash(), at(midnight))).toMatchObject({ day: today });
});
