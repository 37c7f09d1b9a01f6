import { accessControl, records, type WrapHolderState } from '@careledger/contracts';
import { isOverdue, owedDeletion } from '@careledger/policy';
import type { PageQuery } from '@careledger/service-kit';
import { allRows } from '../paging.js';
import { nextOf, pageArgs } from '../service/pages.js';
import { onLedger } from '../service/problems.js';
import type { WrapHolder, WrapHoldersPage } from './schemas.js';
import type { Cloud } from './who-could-read.js';

/**
 * Providers that hold a patient's records, with what each has attested of deleted wraps and what it owes since when.
 * @throws ProblemError LEDGER_UNAVAILABLE, CURSOR_INVALID
 */
export function whoOwesDeletions(
  cloud: Cloud,
  { patientId }: { readonly patientId: string },
  query: PageQuery,
): Promise<WrapHoldersPage> {
  return onLedger(async () => {
    const wanted = { patientId, ...pageArgs(query) };
    const { rows, bookmark } = await cloud.evaluate(records, 'ListWrapHolders', wanted);
    return { holders: await withOwed(cloud, patientId, rows), next: nextOf(bookmark) };
  });
}

/** All of them. @throws LedgerError */
export async function everyWrapHolder(cloud: Cloud, patientId: string): Promise<WrapHolder[]> {
  const holders = await allRows((page) => cloud.evaluate(records, 'ListWrapHolders', { patientId, ...page }));
  return withOwed(cloud, patientId, holders);
}

async function withOwed(
  cloud: Cloud,
  patientId: string,
  holders: readonly WrapHolderState[],
): Promise<WrapHolder[]> {
  if (holders.length === 0) return [];
  // What all of them have attested need not be read again.
  const afterVersion = Math.min(...holders.map(({ attested }) => attested?.policyVersion ?? 0));
  const after = { patientId, afterVersion };
  const changes = await allRows((page) =>
    cloud.evaluate(accessControl, 'ListPolicyChanges', { ...after, ...page }),
  );
  const nowMs = Date.now();
  return holders.map((holder) => {
    const owed = owedDeletion(changes, holder);
    return { ...holder, owed: owed === undefined ? null : { ...owed, isOverdue: isOverdue(owed, nowMs) } };
  });
}
