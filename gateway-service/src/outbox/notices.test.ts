import { toBase64url } from '@careledger/crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsBench } from '../../testing/records-fixture.js';
import type { AuthorityMood } from '../../testing/stand-in-authority.js';

let bench: RecordsBench;
beforeEach(async () => {
  bench = await RecordsBench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

/** An emergency with a notice to the hospital on its way. */
async function notice(): Promise<{ noticeNo: number; versionNo: number }> {
  const { patient, device } = await bench.patient();
  bench.grant(patient, bench.hospital);
  const { version, noticeNos } = await bench.emergency(device);
  const [noticeNo = 0] = noticeNos;
  bench.sender.add(noticeNo);
  return { noticeNo, versionNo: version.versionNo };
}

test('a notice is delivered when the authority has signed for it; the receipt is kept, and what was sent is what is stored', async () => {
  const { noticeNo, versionNo } = await notice();
  await bench.until(() => bench.notices.get(noticeNo)?.status === 'sent');
  expect(bench.notices.get(noticeNo)?.receipt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const [received] = bench.hospital.received;
  expect(received?.ciphertext).toBe(toBase64url(bench.versions.ciphertext(versionNo)));
});

describe('whoever answers 202 without the authority’s word has not delivered an emergency', () => {
  const liars: readonly (readonly [string, AuthorityMood])[] = [
    ['an answer that nobody signed', 'signs-nothing'],
    ['a receipt that another key signed', 'signs-with-another-key'],
    ['a receipt of another notice', 'receipts-another'],
  ];
  for (const [what, mood] of liars)
    test(`${what}: it is sent again until there is a receipt`, async () => {
      bench.hospital.mood = mood;
      const { noticeNo } = await notice();
      await bench.until(() => bench.hospital.received.length >= 2);
      expect(bench.notices.get(noticeNo)).toMatchObject({ status: 'open', receipt: null });
      bench.hospital.mood = 'receipts';
      await bench.until(() => bench.notices.get(noticeNo)?.status === 'sent');
      const statements = new Set(bench.hospital.received.map(({ statement }) => statement));
      expect(statements.size).toBe(1);
    });
});

test('an authority that is away delays no other, and has its notice after a restart', async () => {
  bench.hospital.mood = 'refuses';
  const { patient, device } = await bench.patient();
  bench.grant(patient, bench.hospital);
  bench.grant(patient, bench.insurer);
  const { noticeNos } = await bench.emergency(device);
  for (const no of noticeNos) bench.sender.add(no);
  await bench.until(() => bench.insurer.received.length === 1 && bench.hospital.received.length > 0);
  await bench.restart();
  bench.hospital.mood = 'receipts';
  bench.sender.start();
  await bench.until(() => bench.notices.open().length === 0);
  expect(bench.notices.givenUpCount()).toBe(0);
});
