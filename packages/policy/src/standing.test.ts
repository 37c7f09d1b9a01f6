import { randomBytes } from 'node:crypto';
import { STANDING_POLICIES, standingRules, type StandingPolicyName } from '@careledger/consent';
import { LedgerForm, ruleIdOf } from '@careledger/consent/testing';
import { generateX25519, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { PURPOSES, type Permission, type PurposeOfUse } from '@careledger/domain';
import { describe, expect, test } from '@jest/globals';
import { decide, type StandingGrant } from './index.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const [HOSPITAL, STRANGER] = ['aut_hospital', 'aut_insurer'];
const FROM = '2026-01-01T00:00:00.000Z';
const RIGHTS: readonly Permission[] = ['read', 'write', 'modify'];
const { publicKey } = generateX25519();

/** What the policy lets somebody do with any record: each right with its purposes. */
async function permittedBy(name: StandingPolicyName, requester: string) {
  const form = new LedgerForm(randomBytes(32));
  const { denials, grants } = standingRules(
    name,
    STANDING_POLICIES[name].grants.length > 0 ? [HOSPITAL] : [],
  );
  const rules: StandingGrant[] = [];
  for (const [index, terms] of [...denials, ...grants].entries())
    rules.push({
      ...{ patientId: PATIENT, grantId: ruleIdOf(index) },
      ...(await form.rule({ ...terms, name, from: FROM }, index + 1, publicKey)),
    });
  const asks = (permission: Permission, purpose: PurposeOfUse) =>
    decide(
      { patientId: PATIENT, requester, granteeTags: [], permission, purpose, tagGroups: [] },
      { version: 1, revokedThroughSeq: 0 },
      rules,
      Date.parse(FROM),
    ).decision === 'permit';
  return Object.fromEntries(
    RIGHTS.map((permission) => [permission, PURPOSES.filter((purpose) => asks(permission, purpose))]),
  );
}

const NOTHING = { read: [], write: [], modify: [] };

describe('a standing policy', () => {
  test.each([
    {
      name: 'care-team',
      named: { ...NOTHING, read: ['TREAT', 'ETREAT', 'BTG'], write: ['TREAT', 'ETREAT', 'BTG'] },
    },
    { name: 'emergencies-only', named: { ...NOTHING, read: ['ETREAT', 'BTG'] } },
    { name: 'nothing', named: NOTHING },
  ] as const)(
    '$name permits those who are named what it says, and others nothing',
    async ({ name, named }) => {
      expect(await permittedBy(name, HOSPITAL ?? '')).toEqual(named);
      expect(await permittedBy(name, STRANGER ?? '')).toEqual(NOTHING);
    },
  );

  test('keeps its rules while it keeps its version', () => {
    const hashes = Object.entries(STANDING_POLICIES).map(([name, { version, denies, grants }]) => [
      `${name}/${version}`,
      toBase64url(sha256(utf8(JSON.stringify({ denies, grants })))).slice(0, 8),
    ]);
    // Other rules need another version: what patients have signed is named by it.
    expect(Object.fromEntries(hashes)).toEqual({
      'care-team/1': '63JYt2CT',
      'emergencies-only/1': 'mg9Y8I4y',
      'nothing/1': '0wfy6IAT',
    });
  });
});
