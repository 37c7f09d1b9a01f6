import { omit } from '@careledger/chaincode-runtime';
import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import type { Decision, StatementBody } from '@careledger/contracts';
import { CHANNELS, timestampOf } from '@careledger/domain';
import { loadVectors, type VectorBody } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import type { Actors } from './actors.js';

/** Files of `vectors/{valid,invalid}/grants`; see spec/grants.md. */
type GrantVector = VectorBody & {
  readonly at: string;
  readonly policy: { readonly revokedThroughSeq: number };
  readonly grants: readonly MadeRule[];
  readonly request: Readonly<Record<string, unknown>> & { readonly patientId: string };
  /** Of one that is permitted. */
  readonly decision?: Pick<Decision, 'reason' | 'grantId'>;
  /** Of one that is denied: why, and by which rule. */
  readonly code?: string;
  readonly rule?: string;
};

interface MadeRule extends StatementBody<'grant'> {
  readonly patientId: string;
  readonly grantId: string;
  readonly revokedAt?: string;
}

/**
 * What shows elsewhere: the instant at which a rule begins or ends needs a clock that a test holds (`packages/policy`), delegates
 * and former keys need more than one key of a patient (`src/hostile`, and the consent cases below).
 */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['begins-in-a-millisecond', 'denial-to-come', 'grant-at-its-last-millisecond'],
  ...['denial-of-a-delegate', 'denied-by-a-delegate', 'denied-by-the-patient'],
  'revoke-all-of-an-epoch-before',
]);
/** Numbers within one of a vector, which may use it twice. */
const SEQS_EACH = 10;
/** Other patients of a vector. */
const STRANGER = `pat_${'b'.repeat(32)}`;

const outcomeOf = ({ decision, reason, grantId }: Decision) => ({ decision, reason, grantId });

/** Every rule of spec/grants.md with what it permits and what it refuses: made by statements, decided by the chaincode. */
export function describeGrantVectors({ network, newPatient, codes }: Actors): void {
  const played = [
    ...loadVectors<GrantVector>('valid', 'grants'),
    ...loadVectors<GrantVector>('invalid', 'grants'),
  ].filter(({ name }) => !ELSEWHERE.has(name));

  /** A vector's rules, as its patients make them: grants and denials, then what ends them. */
  function statementsOf({ at, policy, grants, request }: GrantVector, own: TestPatient, other: TestPatient) {
    const shiftMs = Date.now() - Date.parse(at);
    const later = (time: string) => timestampOf(Date.parse(time) + shiftMs);
    const rules = grants.map((grant, index) => {
      const { patientId, grantId, from, until, policySeq, effect, granteeTags } = grant;
      const by = patientId === request.patientId ? own : other;
      const body = {
        ...omit(grant, 'patientId', 'grantId', 'revokedAt'),
        ...{ policySeq: policySeq * SEQS_EACH + index, from: later(from) },
        ...(until !== undefined && { until: later(until) }),
        // Whom it names within an authority, a denial says to that one alone.
        ...(effect === 'deny' && granteeTags.length > 0 && { sealed: 'a.b.c' }),
      };
      return by.grant(grant.authorityId, body, { sid: grantId });
    });
    own.policySeq = policy.revokedThroughSeq * SEQS_EACH + SEQS_EACH - 2;
    const ends = policy.revokedThroughSeq > 0 ? [own.revokeAll()] : [];
    own.policySeq =
      Math.max(0, ...grants.map((each) => each.policySeq), policy.revokedThroughSeq) * SEQS_EACH + SEQS_EACH;
    for (const { grantId, revokedAt } of grants) if (revokedAt !== undefined) ends.push(own.revoke(grantId));
    return { rules, ends };
  }

  describe('rules', () => {
    test('permit and refuse on both channels as the vectors of spec/grants.md say', async () => {
      const other = await newPatient();
      const people = await Promise.all(played.map(newPatient));
      const made = played.map((vector, index) => statementsOf(vector, people[index] ?? other, other));
      // One statement of a patient in a batch.
      for (let turn = 0; ; turn += 1) {
        const items = made.flatMap(({ rules }) => rules[turn] ?? []);
        if (items.length === 0) break;
        for (const channel of CHANNELS) {
          const answers = await codes('patients client', channel, 'Grant', items);
          expect(answers.filter((code) => code !== 'OK')).toEqual([]);
        }
      }
      const ends = made.flatMap((each) => each.ends);
      for (const channel of CHANNELS)
        expect(await codes('patients client', channel, 'Revoke', ends)).toEqual(ends.map(() => 'OK'));
      const requests = played.map(({ request }, index) => {
        const own = people[index]?.id ?? '';
        const text = JSON.stringify(request).replaceAll(request.patientId, own);
        return JSON.parse(text.replaceAll(STRANGER, other.id)) as unknown;
      });
      const expected = played.map(({ name, decision, code, rule }) =>
        decision === undefined
          ? { name, decision: 'deny', reason: code, grantId: rule }
          : { name, decision: 'permit', reason: decision.reason, grantId: decision.grantId },
      );
      for (const channel of CHANNELS) {
        const answer = await network().evaluate('patients client', channel, 'DecideAll', { requests });
        const { decisions } = answer as { decisions: Decision[] };
        expect(decisions.map((each, index) => ({ name: played[index]?.name, ...outcomeOf(each) }))).toEqual(
          expected,
        );
      }
    });
  });
}
