import { randomBytes } from 'node:crypto';
import {
  LedgerForm,
  consentCases,
  ruleIdOf,
  type CaseRequest,
  type ConsentCase,
} from '@careledger/consent/testing';
import { generateX25519 } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { decide, readingGrants, termsOnRecord, type Request, type StandingGrant } from './index.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const { publicKey } = generateX25519();

/** A case as a ledger has it, under a key of its own. */
async function onLedger({ rules, records }: ConsentCase) {
  const form = new LedgerForm(randomBytes(32));
  const grants: StandingGrant[] = [];
  for (const [index, rule] of rules.entries())
    grants.push({
      patientId: PATIENT,
      grantId: ruleIdOf(index),
      ...(await form.rule(rule, index + 1, publicKey)),
      ...(rule.isRevoked === true && { revokedAt: rule.from }),
    });
  const named = new Map(rules.map(({ name }, index) => [grants[index]?.grantId, name]));
  const terms = new Map(
    records.map((record) => {
      const author = record.author ?? PATIENT;
      return [
        record.name,
        { author, ...termsOnRecord({ ...form.record(record), patientId: PATIENT, author }) },
      ];
    }),
  );
  const record = (name: string) => {
    const found = terms.get(name);
    if (found === undefined) throw new Error(`The case has no record ${name}`);
    return found;
  };
  const request = (asked: CaseRequest): Request => {
    const { author, ...about } = record(asked.record);
    const { tagGroups: revisedTagGroups, period: revisedPeriod } = about;
    const common = { ...form.request(asked), patientId: PATIENT };
    if (asked.permission === 'write') return { ...common, ...about, isUnconfirmed: false };
    return {
      ...{ ...common, ...about, author },
      ...(asked.permission === 'modify' && { revisedTagGroups, revisedPeriod }),
    };
  };
  return { grants, named, record, request };
}

const policy = { version: 1, revokedThroughSeq: 0 };

describe.each(consentCases())('$name', (told) => {
  test.each(told.moments.flatMap(({ at, requests }) => requests.map((asked) => ({ at, asked }))))(
    'at $at: $asked.requester, $asked.permission $asked.record for $asked.purpose: $asked.code',
    async ({ at, asked }) => {
      const { grants, named, request } = await onLedger(told);
      const decided = decide(request(asked), policy, grants, Date.parse(at));
      const { decision, reason: code, grantId } = decided;
      expect({ decision, code, rule: named.get(grantId) }).toEqual({
        ...{ decision: asked.decision, code: asked.code, rule: asked.rule },
      });
      expect(decide(request(asked), policy, grants.toReversed(), Date.parse(at))).toEqual(decided);
    },
  );

  test.each(told.moments)(
    'at $at: keys are wrapped for whoever may read',
    async ({ at, readers, requests }) => {
      const { grants, record } = await onLedger(told);
      const atMs = Date.parse(at);
      expect(Object.keys(readers).sort()).toEqual(told.records.map(({ name }) => name).sort());
      const now = grants.filter(({ revokedAt }) => revokedAt === undefined);
      const keysOf = (name: string) =>
        new Set(readingGrants(now, record(name), atMs).map(({ authorityId }) => authorityId));
      const found = Object.keys(readers).map((name) => [name, [...keysOf(name)].sort()]);
      expect(Object.fromEntries(found)).toEqual(readers);
      const permits = requests.filter((asked) => asked.decision === 'permit' && asked.permission === 'read');
      for (const asked of permits) expect(readers[asked.record]).toContain(asked.requester);
    },
  );
});
