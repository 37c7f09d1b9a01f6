import { acceptOne, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import { ContractError, type EventPayload, type ItemResult } from '@careledger/contracts';
import { isRevokedThrough, isStanding } from '@careledger/policy';
import { grants } from './families.js';
import { policyOf } from './policy.js';
import { findSigners } from './signers.js';
import { requireOwn } from './subscriptions.js';

type News = EventPayload<'CopyEndAttested'>;

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
 * @throws ContractError `GRANT_UNKNOWN`, `COPY_NOT_ENDED`
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
  const copyEnd = { left, destroyedAt, statement: statement.token, recordedAt: tx.at, txId: tx.txId };
  tx.state.put(key, { ...grant, copyEnd });
  return { patientId, authorityId, grantId };
}
