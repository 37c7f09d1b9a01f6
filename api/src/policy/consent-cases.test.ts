import { randomBytes } from 'node:crypto';
import {
  LedgerForm,
  consentCases,
  recordIn,
  ruleIdOf,
  type CaseMoment,
  type CaseRequest,
  type ConsentCase,
} from '@careledger/consent/testing';
import { describe, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { Judge, type ReadingQuestion } from './judge.js';
import { Policy } from './policy.js';

/** An authority whose ledgers and mirror have a case, at the time of its requests. */
async function authorityWith(told: ConsentCase, at: string, authorityId: string) {
  const hospital = new TestHospital();
  hospital.nowMs = Date.parse(at);
  const { store, mirror, clock, channels, ledgers, ownKey } = hospital;
  const patient = testPatient();
  const form = new LedgerForm(randomBytes(32));
  for (const [index, rule] of told.rules.entries()) {
    const body = await form.rule(rule, index + 1, ownKey.publicKey);
    const revoked = rule.isRevoked === true ? { revokedAt: rule.from } : {};
    const grant = patient.grant({ ...body, ...revoked, grantId: ruleIdOf(index) });
    for (const ledger of Object.values(ledgers)) ledger.grant(grant);
  }
  for (const { patients } of Object.values(ledgers)) patients.set(patient.patientId, patient.state);
  const policy = new Policy({ authorityId, authorities: channels.authorities, mirror, store, clock });
  const consent = await policy.fetch(patient.patientId);
  await store.commit(() => policy.put(patient.patientId, consent));
  const judge = new Judge({ authorityId, channels, mirror, clock });
  const questionOf = (asked: CaseRequest): ReadingQuestion => {
    const record = recordIn(told, asked);
    const { granteeTags, purpose, author } = form.question(asked, record, patient.patientId);
    return {
      ...{ patientId: patient.patientId, granteeTags, purpose, ...form.record(record) },
      author: author ?? patient.patientId,
    };
  };
  return { hospital, judge, questionOf };
}

const readingsOf = ({ requests }: CaseMoment): CaseRequest[] =>
  requests.filter(({ permission }) => permission === 'read');

describe.each(consentCases())('$name', (told) => {
  const readings = told.moments.flatMap((moment) =>
    readingsOf(moment).map((asked) => ({ at: moment.at, asked })),
  );

  test.each(readings)(
    'at $at, judged by the peer and without it: $asked.requester reads $asked.record for $asked.purpose: $asked.code',
    async ({ at, asked }) => {
      const { hospital, judge, questionOf } = await authorityWith(told, at, asked.requester);
      await using stack = new AsyncDisposableStack();
      stack.use(hospital);
      const question = questionOf(asked);
      const expected = { decision: asked.decision, reason: asked.code };
      expect(await judge.objections([question])).toEqual([
        asked.decision === 'permit' ? undefined : asked.code,
      ]);
      expect(await judge.notice(question, hospital.nowMs)).toMatchObject(expected);
      for (const ledger of Object.values(hospital.ledgers)) ledger.state = 'away';
      const alone = await judge.notice(question, hospital.nowMs);
      expect(alone).toMatchObject(expected);
      if (asked.decision === 'permit') expect(alone).toMatchObject({ decidedBy: 'mirror' });
    },
  );
});
