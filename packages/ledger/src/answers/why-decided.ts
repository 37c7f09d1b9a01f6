import {
  DENIAL_CODES,
  accessControl,
  records,
  type AccessState,
  type GrantState,
} from '@careledger/contracts';
import {
  asOf,
  confirmationsAsOf,
  isDenial,
  missingForReading,
  termsOnRecord,
  type RecordTerms,
} from '@careledger/policy';
import { LedgerError } from '../error.js';
import { allRows } from '../paging.js';
import { nextOf, pageArgs } from '../service/pages.js';
import { onLedger } from '../service/problems.js';
import type { DecisionsPage, DecisionsQuery, ExplainedDecision } from './schemas.js';
import type { Cloud } from './who-could-read.js';

/** A denial that no rule of the patient made: for want of a grant. */
const WANTING: ReadonlySet<string> = new Set(
  DENIAL_CODES.filter((code) => code !== 'DENIED_BY_RULE' && code !== 'SCOPE_UNCONFIRMED'),
);

/**
 * Why attempts to read were permitted or denied: each with the rule that decided it, or with what every grant lacked.
 * @param requester one authority's attempts alone
 * @throws ProblemError LEDGER_UNAVAILABLE, CURSOR_INVALID
 */
export function whyDecided(
  cloud: Cloud,
  { patientId, requester }: { readonly patientId: string; readonly requester?: string | undefined },
  query: DecisionsQuery,
): Promise<DecisionsPage> {
  const { limit, cursor, ...filter } = query;
  return onLedger(async () => {
    const { rows, bookmark } = await cloud.evaluate(records, 'ListAccesses', {
      ...{ patientId, ...(requester !== undefined && { requester }), ...filter },
      ...pageArgs({ limit, cursor }),
    });
    // The patient reads by right.
    const asking = [...new Set(rows.map((row) => row.requester))].filter((by) => by !== patientId);
    const rules = new Map<string, readonly GrantState[]>();
    for (const authorityId of asking) {
      const about = { patientId, authorityId };
      rules.set(
        authorityId,
        await allRows((page) => cloud.evaluate(accessControl, 'ListGrants', { ...about, ...page })),
      );
    }
    const decisions = await Promise.all(
      rows.map((access) => explain(cloud, access, rules.get(access.requester) ?? [])),
    );
    return { decisions, next: nextOf(bookmark) };
  });
}

async function explain(
  cloud: Cloud,
  access: AccessState,
  rules: readonly GrantState[],
): Promise<ExplainedDecision> {
  const rule = rules.find(({ grantId }) => grantId === access.grantId) ?? null;
  if (!WANTING.has(access.reason)) return { access, rule, considered: [] };
  const atMs = Date.parse(access.at);
  const terms = await termsOf(cloud, access);
  const considered = rules
    .filter((each) => !isDenial(each))
    .flatMap((grant) => {
      const known = asOf(grant, atMs);
      const { purpose } = access;
      return known === undefined
        ? []
        : [{ grant, missing: missingForReading(known, { ...terms, purpose }, atMs) }];
    });
  return { access, rule, considered };
}

/** What the ledger knew then of the version that was asked for; of one that is not stored, nothing. */
async function termsOf(
  cloud: Cloud,
  { patientId, recordId, version, at }: AccessState,
): Promise<RecordTerms> {
  if (version === undefined) return { tagGroups: [] };
  try {
    const row = await cloud.evaluate(records, 'GetRecord', { patientId, recordId, version });
    return termsOnRecord({ ...row, confirmations: confirmationsAsOf(row.confirmations, Date.parse(at)) });
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode === 'RECORD_UNKNOWN') return { tagGroups: [] };
    throw error;
  }
}
