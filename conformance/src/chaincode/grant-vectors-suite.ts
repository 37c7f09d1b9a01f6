import { omit } from '@careledger/chaincode-runtime';
import { TestDelegate, TestPatient, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import type { Decision, StatementBody } from '@careledger/contracts';
import { CHANNELS, timestampOf, type ChannelName } from '@careledger/domain';
import { loadVectors, type VectorBody } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import { datedAt } from '../consent/play/dated.js';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import { functionNamed } from '../fixtures/chaincode/functions.js';
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
  /** Opened by the consent key that made it. */
  readonly epoch?: number;
}

/**
 * How long after rules are made decisions are asked for, by the clock of whoever asks: a rule that ends then has not ended
 * before it arrives. Less than a peer lets clocks differ.
 */
const LEAD_MS = 90_000;
/** Numbers within one of a vector, which may use it twice. */
const SEQS_EACH = 10;
/** Other patients of a vector. */
const STRANGER = `pat_${'b'.repeat(32)}`;

const outcomeOf = ({ decision, reason, grantId }: Decision) => ({ decision, reason, grantId });

/** What the patients of a vector sign, in the order in which it is taken. */
interface Made {
  /** Appointments of delegates. */
  readonly delegations: readonly string[];
  /** By a former consent key, and the key after it: what opened an epoch. */
  readonly before: { readonly revoking: string; readonly rotation: string } | undefined;
  readonly rules: readonly string[];
  readonly ends: readonly string[];
}

/** Every rule of spec/grants.md with what it permits and what it refuses: made by statements, decided by the chaincode. */
export function describeGrantVectors({ network, newPatient, codes }: Actors): void {
  const played = [
    ...loadVectors<GrantVector>('valid', 'grants'),
    ...loadVectors<GrantVector>('invalid', 'grants'),
  ];

  /** A vector's rules, as its patients make them: grants and denials, then what ends them. @param decidedMs its `at` */
  function statementsOf(vector: GrantVector, own: TestPatient, other: TestPatient, decidedMs: number): Made {
    const { at, policy, grants, request } = vector;
    const shiftMs = decidedMs - Date.parse(at);
    const later = (time: string) => timestampOf(Date.parse(time) + shiftMs);
    const delegates = new Map<string, TestDelegate>();
    const delegations: string[] = [];
    const delegateOf = ([id = '']: readonly string[]): TestDelegate => {
      const known = delegates.get(id);
      if (known !== undefined) return known;
      const delegate = new TestDelegate(own);
      delegates.set(id, delegate);
      delegations.push(delegate.appointment(Date.now()));
      return delegate;
    };
    const isLaterEpoch = grants.some(({ epoch = 0 }) => epoch > 0);
    const [now, before] = isLaterEpoch ? nextEpoch(own, policy.revokedThroughSeq) : [own, undefined];
    const rules = grants.map((grant, index) => {
      const { patientId, grantId, from, until, policySeq, effect, granteeTags, path } = grant;
      const body = {
        ...omit(grant, 'patientId', 'grantId', 'revokedAt', 'epoch', 'path', 'policySeq'),
        ...{ from: later(from), ...(until !== undefined && { until: later(until) }) },
        // Whom it names within an authority, a denial says to that one alone.
        ...(effect === 'deny' && granteeTags.length > 0 && { sealed: 'a.b.c' }),
      };
      if (path !== undefined)
        return delegateOf(path).grant(grant.authorityId, Date.now(), body, { sid: grantId });
      const by = patientId === request.patientId ? now : other;
      const numbered = { ...body, policySeq: policySeq * SEQS_EACH + index };
      return by.grant(grant.authorityId, numbered, { sid: grantId });
    });
    if (before !== undefined) return { delegations, before, rules, ends: [] };
    own.policySeq = policy.revokedThroughSeq * SEQS_EACH + SEQS_EACH - 2;
    const ends = policy.revokedThroughSeq > 0 ? [own.revokeAll()] : [];
    own.policySeq =
      Math.max(0, ...grants.map((each) => each.policySeq), policy.revokedThroughSeq) * SEQS_EACH + SEQS_EACH;
    for (const { grantId, revokedAt } of grants) if (revokedAt !== undefined) ends.push(own.revoke(grantId));
    return { delegations, before, rules, ends };
  }

  describe('rules', () => {
    test('permit and refuse on both channels as the vectors of spec/grants.md say', async () => {
      const other = await newPatient();
      const people = await Promise.all(played.map(newPatient));
      const decidedMs = Date.now() + LEAD_MS;
      const made = played.map((vector, index) =>
        statementsOf(vector, people[index] ?? other, other, decidedMs),
      );
      const submitted = async (channel: ChannelName, name: 'Grant' | 'Revoke', items: readonly string[]) =>
        expect(await codes('patients client', channel, name, items)).toEqual(items.map(() => 'OK'));
      for (const channel of CHANNELS) {
        for (const statement of made.flatMap(({ delegations }) => delegations))
          await network().submit('patients client', channel, 'Delegate', { statement });
        for (const { revoking, rotation } of made.flatMap(({ before }) => before ?? [])) {
          await submitted(channel, 'Revoke', [revoking]);
          await network().submit('patients client', channel, 'RotatePatientKey', { statement: rotation });
        }
        // One statement of a patient in a batch.
        for (let turn = 0; ; turn += 1) {
          const items = made.flatMap(({ rules }) => rules[turn] ?? []);
          if (items.length === 0) break;
          await submitted(channel, 'Grant', items);
        }
        await submitted(
          channel,
          'Revoke',
          made.flatMap(({ ends }) => ends),
        );
      }
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
        const decisions = await decidedAt(network(), channel, { requests }, decidedMs);
        expect(decisions.map((each, index) => ({ name: played[index]?.name, ...outcomeOf(each) }))).toEqual(
          expected,
        );
      }
    });
  });
}

/** A former key revokes all up to a number and appoints the next: rules are by that one. */
function nextEpoch(own: TestPatient, policySeq: number): [TestPatient, NonNullable<Made['before']>] {
  const next = newSigner();
  const newKey = { newKey: publicKeyOf(next), newKeyProof: own.proofOf(next) };
  const revoking = own.sign('revokeAll', { policySeq }, own.consent);
  const rotation = own.sign('rotatePatientKey', { use: 'consent', ...newKey }, own.consent);
  const after = Object.assign(new TestPatient(own.aud, own.iat, next, own.gateway), { id: own.id });
  return [after, { revoking, rotation }];
}

/** What a channel decides at one instant, to the millisecond. */
async function decidedAt(
  network: ChaincodeNetwork,
  channel: ChannelName,
  args: { readonly requests: readonly unknown[] },
  instantMs: number,
): Promise<Decision[]> {
  const gateway = await network.gatewayOf('patients client', channel);
  const { contract } = functionNamed('DecideAll');
  const called = gateway.getNetwork(channel).getContract(contract.name);
  const proposal = datedAt(instantMs, () =>
    called.newProposal('DecideAll', { arguments: [JSON.stringify(args)] }),
  );
  const answer = JSON.parse(Buffer.from(await proposal.evaluate()).toString()) as { decisions: Decision[] };
  return answer.decisions;
}
