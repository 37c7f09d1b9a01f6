import { beforeAll, describe, expect, test } from '@jest/globals';
import { trySchedule } from './altered/schedule.js';
import { patientHistories, type PatientHistory } from './linear/patient-history.js';
import { judgeByPorcupine, whyNoPorcupine } from './linear/porcupine.js';
import { reportOf } from './report.js';
import { tryConsent, type Outcome } from './trial.js';
import { World } from './world/world.js';

const TIMEOUT_MS = 900_000;
/** As many as there are then, on a machine that is slow. */
const LIMIT_MS = 60_000;
const SIZE = { operations: 2_000, people: 36, clients: 6, limitMs: LIMIT_MS };
const SEED = Math.floor(Math.random() * 2 ** 31);

const missing = whyNoPorcupine();
if (missing !== undefined) process.stderr.write(`SKIPPED: porcupine judges no history: ${missing}\n`);

describe(`what patients decide on an embedded network that is killed and stopped, seed ${SEED}`, () => {
  let outcome: Outcome;
  let scheduled: Outcome;
  let histories: readonly PatientHistory[];
  beforeAll(async () => {
    await using world = await World.start();
    outcome = await tryConsent(world, { ...SIZE, seed: SEED });
    scheduled = await trySchedule(world);
    histories = patientHistories(outcome.history, outcome.people);
    process.stderr.write(`seed ${SEED}: ${reportOf(outcome)}\n`);
  }, TIMEOUT_MS);

  test(`up to ${SIZE.operations} operations of ${SIZE.clients} clients leave nothing to object to`, () => {
    expect(outcome.findings.list).toEqual([]);
  });

  test('nor does the schedule in which mistakes show', () => {
    expect(scheduled.findings.list).toEqual([]);
  });

  test('clients got on, in spite of it: permits, denials, releases, wraps, and transactions that were overtaken', () => {
    const { history, replays } = outcome;
    const outcomes = new Set(history.operations.map((each) => each.outcome));
    expect(['OK', 'permit', 'deny'].filter((each) => !outcomes.has(each))).toEqual([]);
    expect(history.releases.length).toBeGreaterThan(0);
    expect(history.wrappings.length).toBeGreaterThan(0);
    expect(replays.cloud.conflicts.count).toBeGreaterThan(0);
  });

  (missing === undefined ? describe : describe.skip)('by porcupine', () => {
    test(
      'every patient’s history is linearizable',
      async () => {
        const verdicts = await judgeByPorcupine(histories);
        expect(verdicts.size).toBe(histories.length);
        expect([...verdicts].filter(([, verdict]) => verdict !== 'Ok')).toEqual([]);
      },
      TIMEOUT_MS,
    );

    test(
      'a history is not, in which somebody reads after everything was revoked',
      async () => {
        const read = outcome.history.operations.find(
          ({ requester, outcome: told }) => told === 'permit' && requester === 'aut_hospital',
        );
        const history = histories.find(({ patientId }) => patientId === read?.patientId);
        if (read === undefined || history === undefined) throw new Error('Nobody was permitted anything.');
        const last = Math.max(...history.operations.map(({ returnedMs = 0 }) => returnedMs));
        const about = { client: 0, rule: -1, requester: '', purpose: '', recordId: '', atMs: 0, seq: 0 };
        const revoked = {
          ...about,
          kind: 'revoke-all',
          seq: 1_000_000,
          calledMs: last + 1,
          returnedMs: last + 2,
          outcome: 'OK',
        };
        const permitted = {
          ...{
            ...about,
            kind: 'read',
            requester: read.requester ?? '',
            recordId: read.recordId ?? '',
            purpose: 'TREAT',
          },
          ...{ atMs: Date.now(), calledMs: last + 3, returnedMs: last + 4, outcome: 'permit' },
        };
        const forged = { ...history, operations: [...history.operations, revoked, permitted] };
        expect([...(await judgeByPorcupine([forged])).values()]).toEqual(['Illegal']);
      },
      TIMEOUT_MS,
    );
  });
});
