import {
  acceptBatch,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  type Batch,
  type BatchResult,
  type EventPayload,
  type WrapHolderState,
} from '@careledger/contracts';
import { findSigners, getPolicyVersion } from './access-control.js';
import { wrapAttestations, wrapHolders } from './families.js';

type News = EventPayload<'WrapsAttested'>['holders'][number];

/** From its first record of a patient on, a provider owes a word after each revocation. */
export async function noteHolder(tx: Submission, patientId: string, providerId: string): Promise<void> {
  const key = wrapHolders.at(patientId, providerId);
  // Read and not written again: no two of its transactions are in each other's way.
  if ((await tx.state.get(key)) === undefined) tx.state.put(key, { heldSince: tx.at });
}

export async function attestWraps(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { providerId } = await tx.organisation();
  const { result, news } = await acceptBatch(tx, items, {
    names: ['attestWraps'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    apply: (itemTx, item) => {
      if (item.iss !== providerId) throw new ContractError('PROVIDER_MISMATCH');
      return attest(itemTx, item);
    },
  });
  return { result, event: news.length > 0 ? { holders: news } : undefined };
}

/** Nothing new where a newer version of the policy is attested already. */
async function attest(
  tx: Submission,
  { iss: providerId, body, statement }: Verified<'attestWraps'>,
): Promise<News | undefined> {
  const { patientId, ...said } = body;
  const { policyVersion } = said;
  if ((await tx.state.get(wrapHolders.at(patientId, providerId))) === undefined)
    throw new ContractError('RECORD_UNKNOWN', 'The provider has stored no record of this patient.');
  const { version } = await getPolicyVersion(tx, patientId);
  if (policyVersion > version)
    throw new ContractError('POLICY_VERSION_UNKNOWN', undefined, { newest: version });
  const key = wrapAttestations.at(patientId, providerId);
  const before = await tx.state.get(key);
  if (before !== undefined && before.policyVersion >= policyVersion) return undefined;
  tx.state.put(key, { ...said, statement: statement.token, recordedAt: tx.at, txId: tx.txId });
  return { patientId, providerId, policyVersion };
}

export function listWrapHolders(
  { state }: Evaluation,
  { patientId, ...page }: PageRequest & { readonly patientId: string },
): Promise<{ rows: WrapHolderState[]; bookmark: string }> {
  return pagedRows(state, page, {
    prefix: wrapHolders.under(patientId),
    rowOf: async ({ parts: [, providerId = ''], value: { heldSince } }) => {
      const attested = (await state.get(wrapAttestations.at(patientId, providerId))) ?? null;
      return { patientId, providerId, heldSince, attested };
    },
  });
}
