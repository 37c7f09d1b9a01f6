import {
  acceptBatch,
  pagedRows,
  sortable,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type Batch, type BatchResult, type HeadState } from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { anchors, forkedKeys, heads } from './families.js';

export async function anchorHeads(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['anchorHead'],
    signers: findSigners,
    subjectOf: ({ iss }) => iss,
    apply: anchor,
  });
  return { result, event: news.length > 0 ? { heads: news } : undefined };
}

async function anchor(
  tx: Submission,
  { iss: patientId, body, key }: Verified<'anchorHead'>,
): Promise<{ patientId: string; height: number; hash: string }> {
  const { height, hash, prevHeight, prevHash } = body;
  // Until a re-key: the key that signed two histories cannot say which one is true.
  if ((await tx.state.get(forkedKeys.at(patientId, key))) !== undefined)
    throw new ContractError('CHAIN_FORKED');
  const head = await tx.state.get(heads.at(patientId));
  if (prevHeight !== (head?.height ?? null) || prevHash !== (head?.hash ?? null))
    throw new ContractError('ANCHOR_PREV_MISMATCH');
  if (head !== undefined && height <= head.height) throw new ContractError('ANCHOR_HEIGHT_NOT_RISING');
  const anchored: HeadState = { patientId, ...body, anchoredAt: tx.at, txId: tx.txId };
  tx.state.put(heads.at(patientId), anchored);
  tx.state.put(anchors.at(patientId, sortable(height)), anchored);
  return { patientId, height, hash };
}

export async function getHead(
  { state }: Evaluation,
  { patientId }: { patientId: string },
): Promise<{ head: HeadState | null }> {
  return { head: (await state.get(heads.at(patientId))) ?? null };
}

export function listAnchors(
  { state }: Evaluation,
  { patientId, ...page }: { patientId: string } & PageRequest,
): Promise<{ rows: HeadState[]; bookmark: string }> {
  return pagedRows(state, page, { prefix: anchors.under(patientId), rowOf: ({ value }) => value });
}
