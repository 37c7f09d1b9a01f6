import { randomBytes } from 'node:crypto';
import { LedgerForm, consentCases, recordIn, ruleIdOf, type ConsentCase } from '@careledger/consent/testing';
import { generateX25519 } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { decide, readingGrants, termsOnRecord, type StandingGrant } from './index.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const { publicKey } = generateX25519();
const policy = { version: 1, revokedThroughSeq: 0 };

/** A case's rules as a ledger has them, under a key of their own. */
async function onLedger({ rules }: ConsentCase) {
  const form = new LedgerForm(randomBytes(32));
  const grants: StandingGrant[] = [];
  for (const [index, rule] of rules.entries())
    grants.push({
      ...{ patientId: PATIENT, grantId: ruleIdOf(index) },
      ...(await form.rule(rule, index + 1, publicKey)),
      ...(rule.isRevoked === true && { revokedAt: rule.from }),
    });
  const named = new Map(rules.map(({ name }, index) => [grants[index]?.grantId, name]));
  return { form, grants, named };
}

describe.each(consentCases())('$name', (told) => {
  test.each(told.moments.flatMap(({ at, requests }) => requests.map((asked) => ({ at, asked }))))(
    'at $at: $asked.requester, $asked.permission $asked.record for $asked.purpose: $asked.code',
    async ({ at, asked }) => {
      const { form, grants, named } = await onLedger(told);
      const question = form.question(asked, recordIn(told, asked), PATIENT);
      const decided = decide(question, policy, grants, Date.parse(at));
      const { decision, reason: code, grantId } = decided;
      expect({ decision, code, rule: named.get(grantId) }).toEqual({
        ...{ decision: asked.decision, code: asked.code, rule: asked.rule },
      });
      expect(decide(question, policy, grants.toReversed(), Date.parse(at))).toEqual(decided);
    },
  );

  test.each(told.moments)(
    'at $at: keys are wrapped for whoever may read',
    async ({ at, readers, requests }) => {
      const { form, grants } = await onLedger(told);
      const standing = grants.filter(({ revokedAt }) => revokedAt === undefined);
      const found = told.records.map((record) => {
        const author = record.author ?? PATIENT;
        const terms = termsOnRecord({ ...form.record(record), patientId: PATIENT, author });
        const whom = readingGrants(standing, terms, Date.parse(at)).map(({ authorityId }) => authorityId);
        return [record.name, [...new Set(whom)].sort()];
      });
      expect(Object.fromEntries(found)).toEqual(readers);
      const permits = requests.filter(
        ({ decision, permission }) => decision === 'permit' && permission === 'read',
      );
      for (const { record, requester } of permits) expect(readers[record]).toContain(requester);
    },
  );
});
