import type { Ruling } from '@careledger/contracts';
import type { Period, PurposeOfUse } from '@careledger/domain';
import { coversReading, termsOnRecord, type TaggedVersion } from './coverage.js';
import { decide, type StandingGrant } from './decide.js';
import { isAbout, isDenial } from './rule.js';

/** A version of a record as it was then, and the policy on which reading it would have been decided. */
export interface ReadableRecord extends TaggedVersion<Period> {
  /** Of the patient's policy. */
  readonly policyVersion: number;
}

/** What would have been decided about somebody who asks by one grant. */
export interface PossibleRead {
  /** Who within the authority: a grantee tag of the grant; null where it is for anybody there. */
  readonly granteeTag: string | null;
  readonly purpose: PurposeOfUse;
  readonly decision: Ruling;
}

/** A grant by which a record could have been read, and for what. */
export interface ReadersGrant<Rule> {
  readonly grant: Rule;
  readonly reads: readonly PossibleRead[];
}

/**
 * Who could have read a record, grant by grant: what `decide` says to everybody whom a grant is for and to each of its
 * purposes, denials included. A grant that lets nobody read is left out; nothing is said of owner and author, who need none.
 * @param rules grants and denials of the patient that were in force at that time
 */
export function readersGrants<Rule extends StandingGrant>(
  rules: readonly Rule[],
  record: ReadableRecord,
  atMs: number,
): ReadersGrant<Rule>[] {
  const terms = termsOnRecord(record);
  return rules
    .filter((rule) => coversReading(rule, terms, atMs))
    .map((grant) => ({ grant, reads: readsBy(grant, rules, record, atMs) }))
    .filter(({ reads }) => reads.some(({ decision }) => decision.decision === 'permit'));
}

function readsBy(
  grant: StandingGrant,
  rules: readonly StandingGrant[],
  record: ReadableRecord,
  atMs: number,
): PossibleRead[] {
  const { authorityId, granteeTags, purposes } = grant;
  const denials = rules.filter((rule) => isDenial(rule) && isAbout(rule, authorityId));
  const { policyVersion: version, patientId } = record;
  const terms = termsOnRecord(record);
  const tags = granteeTags.length === 0 ? [null] : granteeTags;
  return tags.flatMap((granteeTag) =>
    purposes.map((purpose) => ({
      ...{ granteeTag, purpose },
      decision: decide(
        {
          ...{ ...terms, patientId, purpose },
          ...{ requester: authorityId, permission: 'read' },
          granteeTags: granteeTag === null ? [] : [granteeTag],
        },
        // What a revoke-all has voided is not among the rules in force.
        { version, revokedThroughSeq: 0 },
        [grant, ...denials],
        atMs,
      ),
    })),
  );
}
