import { toBase64url } from '@careledger/crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import type { AuthorityBehaviour } from '../../testing/stand-in-authority.js';

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

/** An emergency with a notice to the hospital on its way. */
async function notice(): Promise<{ noticeNo: number; versionNo: number }> {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital);
  const { version, noticeNos } = await fixture.emergency(device);
  const [noticeNo = 0] = noticeNos;
  fixture.sender.add(noticeNo);
  return { noticeNo, versionNo: version.versionNo };
}

test('a notice is delivered when the authority has signed for it; the receipt is kept, and what was sent is what is stored', async () => {
  const { noticeNo, versionNo } = await notice();
  await fixture.until(() => fixture.notices.get(noticeNo)?.status === 'sent');
  expect(fixture.notices.get(noticeNo)?.receipt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const [received] = fixture.hospital.received;
  expect(received?.ciphertext).toBe(toBase64url(fixture.versions.ciphertext(versionNo)));
});

describe('whoever answers 202 without the authority’s word has not delivered an emergency', () => {
  const liars: readonly (readonly [string, AuthorityBehaviour])[] = [
    ['an answer that nobody signed', 'signs-nothing'],
    ['a receipt that another key signed', 'signs-with-another-key'],
    ['a receipt of another notice', 'receipts-another'],
  ];
  for (const [what, behaviour] of liars)
    test(`${what}: it is sent again until there is a receipt`, async () => {
      fixture.hospital.behaviour = behaviour;
      const { noticeNo } = await notice();
      await fixture.until(() => fixture.hospital.received.length >= 2);
      expect(fixture.notices.get(noticeNo)).toMatchObject({ status: 'open', receipt: null });
      fixture.hospital.behaviour = 'receipts';
      await fixture.until(() => fixture.notices.get(noticeNo)?.status === 'sent');
      const statements = new Set(fixture.hospital.received.map(({ statement }) => statement));
      expect(statements.size).toBe(1);
    });
});

test('an authority that is away delays no other, and has its notice after a restart', async () => {
  fixture.hospital.behaviour = 'refuses';
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital);
  fixture.grant(patient, fixture.insurer);
  const { noticeNos } = await fixture.emergency(device);
  for (const no of noticeNos) fixture.sender.add(no);
  await fixture.until(() => fixture.insurer.received.length === 1 && fixture.hospital.received.length > 0);
  await fixture.restart();
  fixture.hospital.behaviour = 'receipts';
  fixture.sender.start();
  await fixture.until(() => fixture.notices.open().length === 0);
  expect(fixture.notices.givenUpCount()).toBe(0);
});
