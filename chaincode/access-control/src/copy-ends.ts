import { acceptOne, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import {
  ContractError,
  STATEMENT_MAX_SKEW_S,
  type EventPayload,
  type ItemResult,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { endOf, isRevokedThrough, isStanding } from '@careledger/policy';
import { grants } from './families.js';
import { policyOf } from './policy.js';
import { findSigners } from './signers.js';
import { requireOwn } from './subscriptions.js';

type News = EventPayload<'CopyEndAttested'>;

/** What the authority's clock may be off. */
const MAX_SKEW_MS = STATEMENT_MAX_SKEW_S * 1000;

export async function attestCopyEnd(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<ItemResult>> {
  let news: News | undefined;
  const intake = { names: ['attestCopyEnd'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    requireOwn(tx, verified);
    news = await attest(tx, verified);
  });
  return { result: item, event: news };
}

/**
 * Undefined where it was said before. What it says of its copy is the authority's word; that the grant has ended is not.
 * @throws ContractError `GRANT_UNKNOWN`, `COPY_NOT_ENDED`, `COPY_END_TIME_INVALID`
 */
async function attest(
  tx: Submission,
  { iss: authorityId, body, statement }: Verified<'attestCopyEnd'>,
): Promise<News | undefined> {
  const { patientId, grantId, left, destroyedAt } = body;
  const key = grants.at(patientId, grantId);
  const grant = await tx.state.get(key);
  if (grant?.authorityId !== authorityId || grant.copy === undefined)
    throw new ContractError('GRANT_UNKNOWN', 'No such grant lets this authority keep a copy.');
  const isVoid = isRevokedThrough(grant, await policyOf(tx.state, patientId));
  if (!isVoid && isStanding(grant, tx.atMs)) throw new ContractError('COPY_NOT_ENDED');
  if (grant.copyEnd !== undefined) return undefined;
  // When a revoke-all has ended it, only its own transaction says, and that may be before the end that the grant names.
  const ended = isVoid ? grant.revokedAt : endOf(grant, tx.atMs);
  assertDestroyedSince(tx, ended ?? grant.recordedAt, destroyedAt);
  const copyEnd = { left, destroyedAt, statement: statement.token, recordedAt: tx.at, txId: tx.txId };
  tx.state.put(key, { ...grant, copyEnd });
  return { patientId, authorityId, grantId };
}

/**
 * Not before the grant has ended, or else was recorded, and not after this transaction.
 * @throws ContractError `COPY_END_TIME_INVALID`
 */
function assertDestroyedSince(tx: Submission, ended: string, destroyedAt: string): void {
  const fromMs = Date.parse(ended) - MAX_SKEW_MS;
  const toMs = tx.atMs + MAX_SKEW_MS;
  const destroyedMs = Date.parse(destroyedAt);
  if (destroyedMs >= fromMs && destroyedMs <= toMs) return;
  throw new ContractError('COPY_END_TIME_INVALID', undefined, {
    ...{ notBefore: timestampOf(fromMs), notAfter: timestampOf(toMs) },
  });
}
