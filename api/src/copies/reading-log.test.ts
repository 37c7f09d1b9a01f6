import { createHash } from 'node:crypto';
import { canonicalJson } from '@careledger/crypto';
import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { AccessLog } from '../access/access-log.js';
import { ReadingAnchors } from './reading-anchors.js';
import { checkedDays } from './reading-days.js';
import { ReadingLog } from './reading-log.js';

const logger = createLogger('readings', { level: 'silent' });
let hospital: TestHospital;
beforeEach(() => {
  hospital = new TestHospital();
});
afterEach(() => hospital[Symbol.asyncDispose]());

const DAY_MS = 24 * 60 * 60_000;
const [FIRST, SECOND, TODAY] = ['2026-05-03', '2026-05-04', '2026-05-05'];
const parts = () => {
  const { box, issuer, ledgers, store, clock, authorityId } = hospital;
  const authorities = ledgers.authorities.channel();
  const readingLog = new ReadingLog(store, box);
  const outbox = { wake: () => undefined };
  const anchors = new ReadingAnchors({ issuer, authorities, readingLog, store, outbox, logger, clock });
  return { anchors, readingLog, options: { authorityId, authorities, readingLog, clock } };
};
/** A person has read something of a copy. */
const read = async (day: string, n: number, basis: 'copy' | 'visit' = 'copy'): Promise<void> => {
  const { store } = hospital;
  const requestSid = `${day}-${n}`;
  await store.commit(() => {
    new AccessLog(store).shown({
      ...{ basis, requestSid, patientId: `pat_${'p'.repeat(32)}`, recordId: null, version: n, visitId: null },
      ...{ purpose: 'TREAT', practitionerId: 'prc_a', unit: 'ward-4', caller: null },
      ...{ reason: 'GRANT', decidedBy: 'mirror' },
    });
    const at = `${day}T08:00:00.${String(n % 1000).padStart(3, '0')}Z`;
    store.run('UPDATE accesses SET asked_at = ? WHERE request_sid = ?', at, requestSid);
  });
};
/** As the service does by itself. */
async function anchored(): Promise<void> {
  const { anchors } = parts();
  while (await anchors.round());
  const tasks = hospital.store.all<{ ref: string }>(`SELECT ref FROM outbox WHERE kind = 'reading-day'`);
  for (const { ref } of tasks) await anchors.advance(ref);
}
const verdicts = async (after = '', limit = 10) =>
  (await checkedDays(parts().options, after, limit)).map(({ day, lines, verdict }) => [day, lines, verdict]);

describe('the log of who read copies', () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3]) await read(FIRST, n);
    await read(SECOND, 1);
    await read(SECOND, 2, 'visit');
    await read(TODAY, 1);
  });

  test('is anchored by days once they are over, each once', async () => {
    expect(await verdicts()).toEqual([
      [FIRST, 3, 'unanchored'],
      [SECOND, 1, 'unanchored'],
      [TODAY, 1, 'open'],
    ]);
    await anchored();
    await anchored();
    expect(hospital.ledgers.authorities.readingAnchors.map(({ day }) => day)).toEqual([FIRST, SECOND]);
    expect(await verdicts()).toEqual([
      [FIRST, 3, 'matches'],
      [SECOND, 1, 'matches'],
      [TODAY, 1, 'open'],
    ]);
    expect(await verdicts(FIRST, 1)).toEqual([[SECOND, 1, 'matches']]);
  });

  test.each([
    ['changed', `UPDATE accesses SET practitioner_id = 'prc_b' WHERE request_sid = '${FIRST}-2'`, 3],
    ['removed', `DELETE FROM accesses WHERE request_sid = '${FIRST}-2'`, 2],
    [
      'moved to another day',
      `UPDATE accesses SET asked_at = '${TODAY}T08:00:00.000Z' WHERE request_sid = '${FIRST}-2'`,
      2,
    ],
    ['put in another’s place', `UPDATE accesses SET id = 1000 WHERE request_sid = '${FIRST}-1'`, 3],
  ])('a line that was %s after its day was anchored is found', async (_what, sql, lines) => {
    await anchored();
    await hospital.store.commit(() => hospital.store.run(sql));
    expect((await verdicts())[0]).toEqual([FIRST, lines, 'differs']);
  });

  test('a day that was removed whole is found, and a line that was added', async () => {
    await anchored();
    await hospital.store.commit(() =>
      hospital.store.run(`DELETE FROM accesses WHERE asked_at < '${SECOND}'`),
    );
    await read(SECOND, 9);
    expect((await verdicts()).slice(0, 2)).toEqual([
      [FIRST, 0, 'differs'],
      [SECOND, 2, 'differs'],
    ]);
  });

  test('is not anchored anew where it differs: also by a store that has lost what it anchored', async () => {
    await anchored();
    await hospital.store.commit(() => {
      hospital.store.run('DELETE FROM reading_days');
      hospital.store.run(`DELETE FROM accesses WHERE request_sid = '${FIRST}-3'`);
    });
    await anchored();
    expect(hospital.store.all('SELECT day, refusal FROM reading_days ORDER BY day')).toEqual([
      { day: FIRST, refusal: 'READINGS_ANCHORED' },
      { day: SECOND, refusal: null },
    ]);
    expect(hospital.store.all('SELECT ref FROM outbox')).toEqual([]);
    expect((await verdicts()).map(([, , verdict]) => verdict)).toEqual(['differs', 'matches', 'open']);
  });

  test('is anchored day by day also after a clock that was wrong for a while', async () => {
    const { nowMs } = hospital;
    const WRONG = '2031-01-01';
    hospital.nowMs = Date.parse(WRONG);
    await read(WRONG, 1);
    hospital.nowMs += 2 * 24 * 60 * 60_000;
    await anchored();
    hospital.nowMs = nowMs + 24 * 60 * 60_000;
    const NEXT = '2026-05-06';
    await read(NEXT, 1);
    hospital.nowMs += 24 * 60 * 60_000;
    await anchored();
    expect(await verdicts(TODAY)).toEqual([
      [NEXT, 1, 'matches'],
      [WRONG, 1, 'matches'],
    ]);
    // When that day has come, what is signed is signed once.
    hospital.nowMs = Date.parse(WRONG) + 2 * 24 * 60 * 60_000;
    await anchored();
    expect((await verdicts(TODAY)).map(([, , verdict]) => verdict)).toEqual(['matches', 'matches']);
  });

  test('of a day that is not over for the ledger is signed again, with all its lines, once it is over', async () => {
    const { nowMs } = hospital;
    hospital.nowMs += 2 * DAY_MS;
    const ahead = parts().anchors;
    while (await ahead.round());
    // What was signed by a clock that ran ahead goes to the ledger after it was set right.
    hospital.nowMs = nowMs;
    const carried = async () => {
      const answers = await Promise.allSettled(
        hospital.store
          .all<{ ref: string }>(`SELECT ref FROM outbox WHERE kind = 'reading-day'`)
          .map(({ ref }) => parts().anchors.advance(ref)),
      );
      return answers.filter(({ status }) => status === 'rejected').length;
    };
    expect([await carried(), await carried()]).toEqual([1, 1]);
    expect((await verdicts()).map(([day, , verdict]) => [day, verdict])).toEqual([
      [FIRST, 'matches'],
      [SECOND, 'matches'],
      [TODAY, 'open'],
    ]);
    await read(TODAY, 2);
    hospital.nowMs += DAY_MS;
    expect(await carried()).toBe(0);
    expect((await verdicts()).at(-1)).toEqual([TODAY, 2, 'matches']);
  });

  test('is computed by anybody who has lines and salt, and by nobody without the salt', async () => {
    const { readingLog } = parts();
    const { salt, hash } = await readingLog.of(SECOND);
    const line = new AccessLog(hospital.store).find(`${SECOND}-1`);
    const shown = Object.fromEntries(Object.entries(line ?? {}).filter(([name]) => name !== 'id'));
    const sha256 = (...bytes: (string | Uint8Array)[]): Buffer =>
      bytes
        .reduce<ReturnType<typeof createHash>>((so, each) => so.update(each), createHash('sha256'))
        .digest();
    const over = (saltBytes: Uint8Array) =>
      sha256(sha256(`careledger/reading-log/v1\0${SECOND}\0`, saltBytes), sha256(canonicalJson(shown)));
    expect(over(Buffer.from(salt, 'base64url')).toString('base64url')).toBe(hash);
    expect(over(Buffer.alloc(32)).toString('base64url')).not.toBe(hash);
    expect((await readingLog.of(FIRST)).salt).not.toBe(salt);
  });

  test('of very many lines a day is one hash over all of them', async () => {
    for (let n = 4; n <= 620; n += 1) await read(FIRST, n);
    await anchored();
    expect((await verdicts())[0]).toEqual([FIRST, 620, 'matches']);
    await hospital.store.commit(() =>
      hospital.store.run(`DELETE FROM accesses WHERE request_sid = '${FIRST}-620'`),
    );
    expect((await verdicts())[0]).toEqual([FIRST, 619, 'differs']);
  });
});
